// A forked thread's file starts with its parent's history, stamped with the time of the fork. Where the copy ends is read from the ids: they
// carry the time they were made (UUIDv7), and a turn made before the thread was is the parent's.

import type { CodexLine } from "./line.ts"

/** Milliseconds in a UUIDv7; undefined for other ids. */
export function uuidTimeMs(id: unknown): number | undefined {
  if (typeof id !== "string" || !/^[0-9a-f]{8}-[0-9a-f]{4}-7/u.test(id)) return undefined
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}

/** Older ids carry no time; then the copy ends where lines are younger than the fork by more than this. */
const REPLAY_SPAN_MS = 1000

/** Whether the copied history ends with this line, which itself is the thread's own. */
export function endsReplay(line: CodexLine, isTurn: boolean): boolean {
  const { state, ordinal, payload } = line
  if (state.ownFromOrdinal !== undefined && ordinal !== undefined) return ordinal >= state.ownFromOrdinal
  if (!isTurn) return false
  const threadMs = uuidTimeMs(state.threadId)
  const turnMs = uuidTimeMs(payload["turn_id"])
  if (threadMs !== undefined && turnMs !== undefined) return turnMs >= threadMs
  return line.timeMs > state.lastMs + REPLAY_SPAN_MS
}
