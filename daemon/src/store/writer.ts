// The daemon's end of the writing thread: questions in, answers in their order. The thread starts with the first question, so that a start with
// nothing to write costs nothing.

import { Worker } from "node:worker_threads"
import type { WriterAnswer, WriterRequest } from "./writer-message.ts"

/** The database could not be written to; nothing of the message was. */
export class StoreWriteError extends Error {
  override readonly name = "StoreWriteError"
  readonly isDamage: boolean

  constructor(message: string, isDamage: boolean) {
    super(message)
    this.isDamage = isDamage
  }
}

export interface Writer {
  /** Resolves when it is done. Rejects with StoreWriteError. */
  ask(request: WriterRequest): Promise<void>
  /** Ends the thread after what it was asked. */
  close(): Promise<void>
}

/** `task` is the URL of what runs in the thread; default: the source. */
export function createWriter(path: string, task = new URL("./writer-task.ts", import.meta.url).href): Writer {
  let worker: Worker | undefined
  let waiting: PromiseWithResolvers<void>[] = []
  let isClosed = false

  function start(): Worker {
    const started = new Worker(new URL(task), {
      workerData: { path },
      name: "store",
      resourceLimits: { maxOldGenerationSizeMb: 128 },
    })
    started.unref()
    started.on("message", (answer: WriterAnswer) => {
      const asked = waiting.shift()
      if (answer.kind === "done") asked?.resolve()
      else asked?.reject(new StoreWriteError(answer.message, answer.isDamage))
    })
    started.on("error", (error) => ended(started, error instanceof Error ? error.message : String(error)))
    started.on("exit", () => ended(started, "the writing thread ended"))
    return started
  }

  function ended(which: Worker, why: string): void {
    if (worker !== which) return
    worker = undefined
    const left = waiting
    waiting = []
    for (const asked of left) asked.reject(new StoreWriteError(why, false))
  }

  function ask(request: WriterRequest): Promise<void> {
    if (isClosed) return Promise.reject(new StoreWriteError("the store is closed", false))
    worker ??= start()
    const asked = Promise.withResolvers<void>()
    waiting.push(asked)
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    worker.postMessage(request)
    return asked.promise
  }

  return {
    ask,
    async close() {
      if (isClosed) return
      const closing = worker === undefined ? undefined : ask({ kind: "close" })
      isClosed = true
      await closing?.catch(() => {})
      await worker?.terminate()
    },
  }
}
