// Activities on their way into the store and out of it. There may be tens of thousands and a start must not wait for them: they are read when
// somebody needs them, all in one piece.

import type { DatabaseSync } from "node:sqlite"
import type { ToolOutcome } from "../domain/facts.ts"
import type { Activity, ActivityChanges, ActivityKind, ActivityRingState, StoredActivities } from "../model/activity.ts"
import type { StatusWord } from "../model/status.ts"
import type { ActivityRow } from "./batch.ts"
import { DamagedError } from "./damage.ts"
import { fromJson, toJson } from "./json.ts"
import type { Names } from "./names.ts"

/** Name of the ring's state in `meta`. */
const STATE = "activities"

/** What is kept of one beside the columns, by its place: released places never change their meaning, new ones are added at the end. */
type Members = readonly [
  kind: ActivityKind,
  title: string | null | undefined,
  callId: string | null | undefined,
  outcome: ToolOutcome | null | undefined,
  durationMs: number | null | undefined,
  sessionId: string | null | undefined,
  subagentId: string | null | undefined,
  status: StatusWord | null | undefined,
  isRetried: boolean | null | undefined,
]

/** What a batch holds of them. */
export interface ActivityParts {
  readonly activities: readonly ActivityRow[]
  readonly goneActivities: readonly number[]
  readonly meta: Readonly<Record<string, string>>
}

export function toActivityParts(names: Names, changes: ActivityChanges | undefined): ActivityParts {
  if (changes === undefined) return { activities: [], goneActivities: [], meta: {} }
  const activities = changes.kept.map((activity) => {
    const { key, id, timeMs, conversationId, kind, title, callId, outcome, durationMs, sessionId, subagentId, status, isRetried } = activity
    const members: Members = [kind, title, callId, outcome, durationMs, sessionId, subagentId, status, isRetried]
    const state = JSON.stringify(members)
    return { key, id, timeMs, conversation: conversationId === undefined ? 0 : names.number(conversationId), state }
  })
  return { activities, goneActivities: changes.gone, meta: { [STATE]: toJson(changes.state) } }
}

export interface LoadActivitiesOptions {
  readonly database: DatabaseSync
  readonly names: Names
  /** Hears of what cannot be read; it is taken for not there. */
  readonly onDamage: (error: unknown) => void
}

export function loadActivities({ database, names, onDamage }: LoadActivitiesOptions): StoredActivities {
  const state = database.prepare("SELECT value FROM meta WHERE name = ?").get(STATE)?.["value"]
  return {
    load() {
      try {
        return rowsOf(database)
          .map((row) => toActivity(row, names))
          .filter((activity) => activity !== undefined)
      } catch (error) {
        onDamage(error instanceof SyntaxError ? new DamagedError("an activity that is no JSON", { cause: error }) : error)
        return []
      }
    },
    state: typeof state === "string" ? (fromJson(state) as ActivityRingState) : undefined,
  }
}

type Row = readonly [key: number, id: number, timeMs: number, conversation: number, members: Members]

/** As one text, which is several times as fast as row by row. */
function rowsOf(database: DatabaseSync): readonly Row[] {
  const columns = "'[' || key || ',' || id || ',' || time_ms || ',' || conversation || ',' || state || ']'"
  const text = database.prepare(`SELECT group_concat(${columns}) rows FROM activities`).get()?.["rows"]
  return typeof text === "string" ? (JSON.parse(`[${text}]`) as Row[]) : []
}

/** One whose conversation has no name any more was a purged one's. */
function toActivity([key, id, timeMs, conversation, members]: Row, names: Names): Activity | undefined {
  const conversationId = conversation === 0 ? undefined : names.text(conversation)
  if (conversation !== 0 && conversationId === undefined) return undefined
  const [kind, title, callId, outcome, durationMs, sessionId, subagentId, status, isRetried] = members
  return {
    key,
    id,
    timeMs,
    kind,
    sessionId: sessionId ?? undefined,
    conversationId,
    subagentId: subagentId ?? undefined,
    title: title ?? undefined,
    durationMs: durationMs ?? undefined,
    outcome: outcome ?? undefined,
    callId: callId ?? undefined,
    status: status ?? undefined,
    isRetried: isRetried ?? undefined,
    isSaved: true,
  }
}
