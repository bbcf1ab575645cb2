// Activities on their way into the store and out of it.

import type { DatabaseSync } from "node:sqlite"
import type { ActivityChanges, ActivityRingState, StoredActivities, StoredActivity } from "../model/activity.ts"
import type { ActivityRow } from "./batch.ts"
import { fromJson, toJson } from "./json.ts"
import type { Names } from "./names.ts"

/** Name of the ring's state in `meta`. */
const STATE = "activities"

/** What a batch holds of them. */
export interface ActivityParts {
  readonly activities: readonly ActivityRow[]
  readonly goneActivities: readonly number[]
  readonly meta: Readonly<Record<string, string>>
}

export function toActivityParts(names: Names, changes: ActivityChanges | undefined): ActivityParts {
  if (changes === undefined) return { activities: [], goneActivities: [], meta: {} }
  const activities = changes.kept.map(({ key, id, timeMs, conversationId, ...rest }) => ({
    key,
    id,
    timeMs,
    conversation: conversationId === undefined ? 0 : names.number(conversationId),
    state: toJson(rest),
  }))
  return { activities, goneActivities: changes.gone, meta: { [STATE]: toJson(changes.state) } }
}

/** What is kept. One whose conversation has no name any more was a purged one's. */
export function loadActivities(database: DatabaseSync, names: Names): StoredActivities {
  const state = database.prepare("SELECT value FROM meta WHERE name = ?").get(STATE)?.["value"]
  const activities: StoredActivity[] = []
  for (const row of database.prepare("SELECT key, id, time_ms, conversation, state FROM activities ORDER BY id").iterate()) {
    const conversation = Number(row["conversation"])
    const conversationId = conversation === 0 ? undefined : names.text(conversation)
    if (conversation !== 0 && conversationId === undefined) continue
    const rest = JSON.parse(String(row["state"])) as Pick<StoredActivity, "kind">
    activities.push({ key: Number(row["key"]), id: Number(row["id"]), timeMs: Number(row["time_ms"]), conversationId, ...rest })
  }
  return { activities, state: typeof state === "string" ? (fromJson(state) as ActivityRingState) : undefined }
}
