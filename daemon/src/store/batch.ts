// What goes to the writer in one message and into the database in one transaction: everything that was folded since the message before, with
// the cursors that cover it. So the database always holds what a reader of the first so many bytes of each file would know.

import type { StatusChange } from "../model/status-history.ts"

/** What to do with what is kept of a conversation; by the number of its name. */
export interface Piece {
  readonly conversation: number
  /** Packed entries, to be added to those that are kept. */
  readonly entries: Uint8Array
}

export interface NumberedState {
  readonly id: number
  /** JSON. */
  readonly state: string
}

export interface SummaryRow extends NumberedState {
  /** Packed samples of its clocks. */
  readonly samples: Uint8Array
}

export interface CursorRow {
  /** Hash of the path. */
  readonly id: number
  readonly path: string
  readonly dev: number
  readonly ino: number
  /** JSON of the rest. */
  readonly state: string
}

export interface SessionRow {
  readonly id: string
  readonly seenMs: number
  /** JSON. */
  readonly state: string
}

export interface StatusChangeRow {
  readonly session: string
  /** Number of the name of the conversation it was in; 0 for none. */
  readonly conversation: number
  readonly change: StatusChange
}

export interface ActivityRow {
  readonly key: number
  readonly id: number
  readonly timeMs: number
  /** Number of its conversation's name; 0 for none. */
  readonly conversation: number
  /** JSON of the rest. */
  readonly state: string
}

export interface Batch {
  readonly names: readonly { readonly id: number; readonly text: string }[]
  readonly conversations: readonly NumberedState[]
  readonly pieces: readonly Piece[]
  /** Sums of conversations as they are with this batch. Those of conversations with pieces and none here are no longer right, and go. */
  readonly summaries: readonly SummaryRow[]
  /** Conversations whose sums are no longer right for another reason. */
  readonly staleSummaries: readonly number[]
  /** Conversations whose pieces are put into one. */
  readonly tidy: readonly number[]
  readonly cursors: readonly CursorRow[]
  /** Cursors of names that files no longer have. */
  readonly goneCursors: readonly number[]
  readonly sessions: readonly SessionRow[]
  /** Oldest first within a session. */
  readonly statusChanges: readonly StatusChangeRow[]
  /** Where any are added, those from before this time go, Unix milliseconds. */
  readonly statusChangesSinceMs: number
  readonly activities: readonly ActivityRow[]
  /** Keys of activities that are no more. */
  readonly goneActivities: readonly number[]
  /** Values of `meta` to set; a name not given stays. */
  readonly meta: Readonly<Record<string, string | number>>
}
