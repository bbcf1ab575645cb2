// Which files are read next, by which thread: one task in flight per file, what changed just now before what has lain there for days, and never
// more tasks than keep the threads busy.

import type { TranscriptFact } from "../../domain/facts.ts"
import type { ReadResult } from "../../work/read-result.ts"
import type { ReadPool } from "./read-pool.ts"
import type { TrackedFile } from "./tracked-file.ts"

export interface ReadQueueOptions {
  readonly pool: Pick<ReadPool, "threads" | "read">
  /** The facts of one task. */
  readonly onFacts: (facts: readonly TranscriptFact[]) => void
  /** A file has been read on: its cursor has moved and its facts are folded. */
  readonly onRead: (file: TrackedFile, result: ReadResult) => void
  /** All files of a task are accounted for. */
  readonly onTaskDone: () => void
  /** A thread died at this file, twice in a row. */
  readonly onGivenUp: (file: TrackedFile, detail: string) => void
}

export interface ReadQueue {
  /** Has something new, now. */
  live(file: TrackedFile): void
  /** To be read when nothing live waits: newest first. */
  backlog(files: readonly TrackedFile[]): void
  /** Reads a last line without a newline, the file having been quiet. */
  quiet(file: TrackedFile): void
  /** Whether nothing waits and nothing is being read. */
  readonly isIdle: boolean
  close(): void
}

const LIVE_BUDGET_BYTES = 2 << 20
const BACKLOG_BUDGET_BYTES = 2 << 20
const MAX_FILES_PER_TASK = 64
const MAX_STRIKES = 2

export function createReadQueue(options: ReadQueueOptions): ReadQueue {
  const { pool } = options
  const liveFiles = new Set<TrackedFile>()
  const quietFiles = new Set<TrackedFile>()
  /** Oldest first: the next is popped from the end. */
  let waiting: TrackedFile[] = []
  let running = 0
  let isClosed = false

  function pump(): void {
    for (;;) {
      if (isClosed) return
      // As many more as there are threads keep them busy while the facts of others are folded.
      if (liveFiles.size > 0 && running < 2 * pool.threads) start(takeLive(), LIVE_BUDGET_BYTES, false)
      else if (waiting.length > 0 && running < 2 * pool.threads) start(takeBacklog(), BACKLOG_BUDGET_BYTES, false)
      else if (quietFiles.size > 0 && running < pool.threads) start(take(quietFiles, MAX_FILES_PER_TASK), LIVE_BUDGET_BYTES, true)
      else return
    }
  }

  function takeLive(): TrackedFile[] {
    return take(liveFiles, Math.min(MAX_FILES_PER_TASK, Math.ceil(liveFiles.size / pool.threads)))
  }

  function take(from: Set<TrackedFile>, count: number): TrackedFile[] {
    const files: TrackedFile[] = []
    for (const file of from) {
      if (files.length >= count) break
      from.delete(file)
      if (!file.isReading && file.goneMs === undefined) files.push(file)
    }
    return files
  }

  function takeBacklog(): TrackedFile[] {
    const files: TrackedFile[] = []
    for (let bytes = 0; bytes < BACKLOG_BUDGET_BYTES && files.length < MAX_FILES_PER_TASK;) {
      const file = waiting.pop()
      if (file === undefined) break
      if (file.isReading || file.goneMs !== undefined || !file.isDirty) continue
      // A file that killed a thread is tried once more alone.
      if (file.strikes > 0 && files.length > 0) {
        waiting.push(file)
        break
      }
      files.push(file)
      bytes += Math.max(4096, file.known.sizeBytes - file.cursor.offset)
      if (file.strikes > 0) break
    }
    return files
  }

  function start(files: readonly TrackedFile[], budgetBytes: number, isQuiet: boolean): void {
    if (files.length === 0) return
    for (const file of files) {
      file.isReading = true
      file.isDirty = false
    }
    running++
    void run(files, budgetBytes, isQuiet)
  }

  async function run(files: readonly TrackedFile[], budgetBytes: number, isQuiet: boolean): Promise<void> {
    let results: readonly ReadResult[]
    try {
      results = await pool.read({ cursors: files.map((file) => file.cursor), budgetBytes, isQuiet })
    } catch (error) {
      died(files, error)
      return
    }
    done(files, results)
  }

  function done(files: readonly TrackedFile[], results: readonly ReadResult[]): void {
    running--
    const again: TrackedFile[] = []
    for (const [index, file] of files.entries()) {
      const result = results[index]
      file.isReading = false
      if (result === undefined) continue
      file.strikes = 0
      const { path, relativePath, birthMs } = file.cursor
      file.cursor = { ...result.cursor, path, relativePath, birthMs }
      file.tailBytes = result.tailBytes
      if (result.status === "more") file.isDirty = true
      if (file.isDirty) again.push(file)
    }
    if (isClosed) return
    for (const file of again) {
      if (file.firstSizeBytes === undefined) liveFiles.add(file)
      else waiting.push(file)
    }
    // Before the facts are folded, so that no thread waits for it.
    pump()
    const facts = results.length === 1 ? (results[0]?.facts ?? []) : results.flatMap((result) => result.facts)
    if (facts.length > 0) options.onFacts(facts)
    for (const [index, file] of files.entries()) {
      const result = results[index]
      if (result !== undefined) options.onRead(file, result)
    }
    pump()
    options.onTaskDone()
  }

  function died(files: readonly TrackedFile[], error: unknown): void {
    running--
    if (isClosed) return
    for (const file of files) {
      file.isReading = false
      file.strikes++
      if (file.strikes < MAX_STRIKES || files.length > 1) {
        file.isDirty = true
        waiting.push(file)
      } else options.onGivenUp(file, error instanceof Error ? error.message : String(error))
    }
    pump()
    options.onTaskDone()
  }

  return {
    live(file) {
      file.isDirty = true
      if (isClosed || file.isReading || file.goneMs !== undefined) return
      liveFiles.add(file)
      pump()
    },
    backlog(files) {
      waiting = [...waiting, ...files].sort((a, b) => a.known.mtimeMs - b.known.mtimeMs)
      pump()
    },
    quiet(file) {
      if (isClosed || file.isReading || file.goneMs !== undefined || file.isDirty) return
      quietFiles.add(file)
      pump()
    },
    get isIdle() {
      return running === 0 && liveFiles.size === 0 && waiting.length === 0 && quietFiles.size === 0
    },
    close() {
      isClosed = true
      liveFiles.clear()
      quietFiles.clear()
      waiting = []
    },
  }
}
