// What one step of reading one file brought.

import type { TranscriptFact } from "../domain/facts.ts"
import type { Cursor } from "./cursor.ts"

/** `more`: the budget ran out before the file did. `gone`: the file is not there. `failed`: it cannot be read; `problem` says why. */
export type ReadStatus = "more" | "end" | "gone" | "failed"

export interface ReadResult {
  /** Where to go on; unchanged where nothing was read. */
  readonly cursor: Cursor
  readonly status: ReadStatus
  readonly facts: readonly TranscriptFact[]
  /** Size of the file at the time; 0 where it is not there. */
  readonly sizeBytes: number
  /** Bytes that the cursor moved over, those of a restarted file included. */
  readonly bytesRead: number
  readonly lines: number
  readonly badLines: number
  readonly hugeLines: number
  readonly unknownLines: number
  /** Why the file was read from its start again; undefined where it was not. */
  readonly restarted: "truncated" | "replaced" | "rewritten" | undefined
  /** Bytes behind the last newline: a line still being written, or a last line without one. */
  readonly tailBytes: number
  readonly problem: string | undefined
}
