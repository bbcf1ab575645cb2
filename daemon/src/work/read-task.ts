// What runs in the threads that read: short tasks without memory of their own.

import type { Cursor } from "./cursor.ts"
import { lookAround, type LookResult, type LookTask } from "./look.ts"
import { readFrom } from "./read.ts"
import type { ReadResult } from "./read-result.ts"
import { readThreadTotals, type ThreadTotals, type ThreadTotalsTask } from "./thread-totals.ts"

export interface ReadTask {
  readonly cursors: readonly Cursor[]
  /** Bytes for each file. */
  readonly budgetBytes: number
  /** The files have been quiet: last lines without a newline are read. */
  readonly isQuiet: boolean
}

/** Reads on in each file; results in the order of the cursors. */
export function readBatch(task: ReadTask): readonly ReadResult[] {
  return task.cursors.map((cursor) => readFrom(cursor, { budgetBytes: task.budgetBytes, isQuiet: task.isQuiet }))
}

/** See `lookAround`. */
export function look(task: LookTask): LookResult {
  return lookAround(task)
}

/** See `readThreadTotals`. */
export function threadTotals(task: ThreadTotalsTask): ThreadTotals {
  return readThreadTotals(task)
}
