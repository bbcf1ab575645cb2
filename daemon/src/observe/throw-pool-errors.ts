// What goes wrong in a thread where no task waits for it is an error of the program. Only what threads still answer while they are ended is
// nobody's any more.

import type { EventEmitter } from "node:events"

/** Throws the errors of a pool until what it answers is called, which is before the pool is ended. */
export function throwPoolErrors(pool: EventEmitter): () => void {
  let isEnding = false
  pool.on("error", (error: Error) => {
    if (!isEnding) throw error
  })
  return () => {
    isEnding = true
  }
}
