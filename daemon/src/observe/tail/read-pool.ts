// The threads that read: tasks are short and remember nothing, so a thread may die and its task be asked for again.

import { availableParallelism } from "node:os"
import { Piscina } from "piscina"
import type { TranscriptFact } from "../../domain/facts.ts"
import type { LookResult, LookTask } from "../../work/look.ts"
import type { ReadResult } from "../../work/read-result.ts"
import { unpackRecords } from "../../work/packed-records.ts"
import type { ReadAnswer, ReadTask } from "../../work/read-task.ts"
import type { ThreadTotals, ThreadTotalsTask } from "../../work/thread-totals.ts"
import { throwPoolErrors } from "../throw-pool-errors.ts"

/** What the tailer needs of the threads; both reject where a thread dies at the task. */
export interface ReadPool {
  /** How many tasks run at once. */
  readonly threads: number
  read(task: ReadTask): Promise<readonly ReadResult[]>
  look(task: LookTask): Promise<LookResult>
  threadTotals(task: ThreadTotalsTask): Promise<ThreadTotals>
  /** Ends the threads in the middle of what they do; tasks under way reject. */
  close(): Promise<void>
}

export interface ReadPoolOptions {
  /** Default: one less than there are processors, at least one: the main thread folds as long as they read. */
  readonly threads?: number
  /** URL of what runs in the threads; default: the source. */
  readonly task?: string
}

export function createReadPool(options: ReadPoolOptions = {}): ReadPool {
  const threads = options.threads ?? Math.max(1, availableParallelism() - 1)
  const piscina = new Piscina<ReadTask | LookTask | ThreadTotalsTask, unknown>({
    filename: options.task ?? new URL("../../work/read-task.ts", import.meta.url).href,
    minThreads: threads,
    maxThreads: threads,
    idleTimeout: Number.POSITIVE_INFINITY,
    // The next task waits in the thread itself: its facts may take as long to fold as they took to read.
    concurrentTasksPerWorker: 2,
    maxQueue: "auto",
    resourceLimits: { maxOldGenerationSizeMb: 256 },
  })
  const letErrorsGo = throwPoolErrors(piscina)
  return {
    threads,
    read: async (task) => unpacked((await piscina.run(task, { name: "readPacked" })) as ReadAnswer),
    look: (task) => piscina.run(task, { name: "look" }) as Promise<LookResult>,
    threadTotals: (task) => piscina.run(task, { name: "threadTotals" }) as Promise<ThreadTotals>,
    close: () => {
      letErrorsGo()
      return piscina.destroy()
    },
  }
}

function unpacked({ results, counts, facts }: ReadAnswer): ReadResult[] {
  const all = unpackRecords(facts) as TranscriptFact[]
  let end = 0
  return results.map((result, index) => ({ ...result, facts: all.slice(end, (end += counts[index] ?? 0)) }))
}
