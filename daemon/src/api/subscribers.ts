// How many streams are open, and that there are never too many.

import { TooManyWatchersError } from "./errors.ts"

export interface Subscribers {
  count(): number
  /** Counts a stream in until its signal aborts or the returned function is called, whichever is first. Throws TooManyWatchersError. */
  enter(signal: AbortSignal): () => void
}

/** Counts streams; `limit` of them may be open at once. */
export function createSubscribers(limit = 256): Subscribers {
  let count = 0
  return {
    count: () => count,
    enter(signal) {
      if (count >= limit) throw new TooManyWatchersError(limit)
      let inside = true
      count++
      const leave = (): void => {
        if (!inside) return
        inside = false
        count--
        signal.removeEventListener("abort", leave)
      }
      if (signal.aborted) leave()
      else signal.addEventListener("abort", leave)
      return leave
    },
  }
}
