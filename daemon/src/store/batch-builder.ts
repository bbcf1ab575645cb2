// Turns what the world and the tailer report as changed into one batch.

import type { WorldChanges } from "../model/stored-world.ts"
import type { ConversationSummary } from "../model/stored-world.ts"
import { toActivityParts } from "./activity-rows.ts"
import type { Batch, CursorRow } from "./batch.ts"
import { EntryWriter } from "./entry-codec.ts"
import { toJson } from "./json.ts"
import { packSamples } from "./samples-codec.ts"
import type { Names } from "./names.ts"

export interface BatchParts {
  readonly changes: WorldChanges
  readonly summaries: ReadonlyMap<string, ConversationSummary>
  readonly cursors: readonly CursorRow[]
  readonly goneCursors: readonly number[]
  /** Bytes of transcripts read so far, over all runs. */
  readonly bytesRead: number
  readonly nowMs: number
}

/** Longer than Claude Code keeps transcripts, unless told otherwise. */
const STATUS_CHANGES_KEPT_MS = 90 * 24 * 3_600_000

export function buildBatch(names: Names, parts: BatchParts): Batch {
  const { changes, nowMs } = parts
  const writer = new EntryWriter(names)
  const pieces = [...changes.entries].map(([conversationId, entries]) => {
    for (const entry of entries) writer.put(entry)
    return { conversation: names.number(conversationId), entries: writer.take() }
  })
  const conversations = [...changes.conversations].map(([id, state]) => ({ id: names.number(id), state: toJson(state) }))
  const summaries = [...parts.summaries].map(([id, { samples, ...summary }]) => ({
    id: names.number(id),
    state: toJson(summary),
    samples: packSamples(samples, names),
  }))
  const { meta, ...activities } = toActivityParts(names, changes.activities)
  return {
    ...activities,
    conversations,
    pieces,
    staleSummaries: changes.staleSummaries.flatMap((id) => names.known(id) ?? []),
    summaries,
    tidy: summaries.map(({ id }) => id),
    cursors: parts.cursors,
    goneCursors: parts.goneCursors,
    statusChanges: changes.statusChanges.map(({ sessionId, change }) => ({
      session: sessionId,
      conversation: change.conversationId === undefined ? 0 : names.number(change.conversationId),
      change,
    })),
    statusChangesSinceMs: nowMs - STATUS_CHANGES_KEPT_MS,
    sessions: [...changes.sessions].map(([id, session]) => ({ id, seenMs: nowMs, state: toJson(session) })),
    meta: { ...meta, bytes_read: parts.bytesRead, ...(changes.limits === undefined ? {} : { limits: toJson(changes.limits) }) },
    // Last: all others may have named something new.
    names: names.takeFresh(),
  }
}

/** Whether there is anything in it that is worth a transaction. */
export function isEmpty(batch: Batch): boolean {
  const { conversations, pieces, summaries, cursors, goneCursors, sessions, statusChanges, staleSummaries, activities, meta } = batch
  const lists = [
    conversations,
    pieces,
    summaries,
    cursors,
    goneCursors,
    sessions,
    statusChanges,
    staleSummaries,
    activities,
    batch.goneActivities,
  ]
  return lists.every((list) => list.length === 0) && !("limits" in meta)
}
