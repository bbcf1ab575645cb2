// The one thread that scans: it is apart from the threads that read transcripts, so neither waits for the other. Several questions
// may be under way at once, since asking tmux is waiting.

import { setTimeout as delay } from "node:timers/promises"
import { Piscina } from "piscina"
import type { ProcessScan, ScanAnswer } from "../../work/scan/agent-process.ts"
import type { ScreenAnswer, ScreensQuestion } from "../../work/scan/capture-screens.ts"
import type { PaneListing } from "../../work/scan/list-panes.ts"
import type { ScanProcessesOptions } from "../../work/scan/scan-processes.ts"
import type { TmuxQuestion } from "../../work/scan/tmux-client.ts"
import { throwPoolErrors } from "../throw-pool-errors.ts"

export interface ScanPool {
  /** Rejects when the process table cannot be trusted. */
  scanProcesses(options: ScanProcessesOptions): Promise<ProcessScan>
  /** Answers within two timeouts of the question. */
  listPanes(question: Omit<TmuxQuestion, "args">): Promise<PaneListing>
  captureScreens(question: ScreensQuestion): Promise<readonly ScreenAnswer[]>
  /** Ends the thread and the tmux clients that it runs; what is under way is dropped and rejects. */
  close(): Promise<void>
}

/** A thread that does not hear for so long is ended in the middle of what it does. */
const PATIENCE_MS = 250

/** Starts the thread. `task` is the URL of what runs in it; default: the source. */
export const createScanPool = (task = new URL("../../work/scan-task.ts", import.meta.url).href): ScanPool => {
  const pool = new Piscina({
    filename: task,
    minThreads: 1,
    maxThreads: 1,
    concurrentTasksPerWorker: 32,
    idleTimeout: Infinity,
    resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 4 },
  })
  const letErrorsGo = throwPoolErrors(pool)
  /** Questions to tmux servers under way. */
  let asking = 0
  const ask = async <T>(name: "listPanes" | "captureScreens", question: unknown): Promise<T> => {
    asking++
    try {
      return (await pool.run(question, { name })) as T
    } finally {
      asking--
    }
  }
  let last: { readonly number: number; readonly agents: ProcessScan["agents"] } | undefined
  return {
    scanProcesses: async (options) => {
      const had = last
      const answer: ScanAnswer = await pool.run({ ...options, since: had?.number ?? 0 }, { name: "scanProcesses" })
      const agents = answer.agents ?? had?.agents ?? []
      last = { number: answer.number, agents }
      return { ...answer, agents }
    },
    listPanes: (question) => ask("listPanes", question),
    captureScreens: (question) => ask("captureScreens", question),
    close: async () => {
      letErrorsGo()
      // A process does not end with the thread that started it.
      if (asking > 0)
        await Promise.race([pool.run(undefined, { name: "stopAsking" }).catch(() => {}), delay(PATIENCE_MS, undefined, { ref: false })])
      await pool.destroy()
    },
  }
}
