// Time as the model sees it: passed in, so that tests own it.

/** A running timer; whoever started it stops it. */
export interface Timer {
  cancel(): void
}

export interface Timers {
  /** Milliseconds on a clock that never goes back; only differences mean anything. */
  now(): number
  /** Calls back once, after at least so many milliseconds. */
  after(delayMs: number, callback: () => void): Timer
}

/** The machine's own clock; a delay may end up to a millisecond early, as Node's timers do. */
export const systemTimers: Timers = {
  now: () => performance.now(),
  after(delayMs, callback) {
    const timeout = setTimeout(callback, delayMs)
    return { cancel: () => clearTimeout(timeout) }
  },
}
