// What runs in the threads that read: short tasks without memory of their own.

import type { Cursor } from "./cursor.ts"
import { lookAround, type LookResult, type LookTask } from "./look.ts"
import { readCompressed } from "./read-compressed.ts"
import { packRecords, type PackedRecords } from "./packed-records.ts"
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

/** Results of a task, their facts apart and small. */
export interface ReadAnswer {
  readonly results: readonly Omit<ReadResult, "facts">[]
  /** How many facts each result has. */
  readonly counts: readonly number[]
  readonly facts: PackedRecords
}

/** Reads on in each file; results in the order of the cursors. */
export function readBatch(task: ReadTask): readonly ReadResult[] | Promise<readonly ReadResult[]> {
  const { cursors, budgetBytes, isQuiet } = task
  const read = (cursor: Cursor): ReadResult => readFrom(cursor, { budgetBytes, isQuiet })
  if (cursors.every(({ role }) => role !== "compressed")) return cursors.map(read)
  return readInTurn(cursors, (cursor) => (cursor.role === "compressed" ? readCompressed(cursor) : read(cursor)))
}

/** As `readBatch`, for another thread. */
export function readPacked(task: ReadTask): ReadAnswer | Promise<ReadAnswer> {
  const read = readBatch(task)
  return "then" in read ? read.then(packed) : packed(read)
}

function packed(read: readonly ReadResult[]): ReadAnswer {
  const results = read.map(({ facts: _facts, ...result }) => result)
  return { results, counts: read.map(({ facts }) => facts.length), facts: packRecords(read.flatMap(({ facts }) => facts)) }
}

/** One after the other: together they would hold as many unpacked pieces at once. */
async function readInTurn(cursors: readonly Cursor[], read: (cursor: Cursor) => ReadResult | Promise<ReadResult>): Promise<ReadResult[]> {
  const results: ReadResult[] = []
  for (const cursor of cursors) results.push(await read(cursor))
  return results
}

/** See `lookAround`. */
export function look(task: LookTask): LookResult {
  return lookAround(task)
}

/** See `readThreadTotals`. */
export function threadTotals(task: ThreadTotalsTask): ThreadTotals {
  return readThreadTotals(task)
}
