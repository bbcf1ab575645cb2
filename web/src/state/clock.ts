/** The time as the page shows it: a signal that ticks once a second while the page can be seen, so that ages are right and nothing runs when nobody looks. */
import { type ReadonlySignal, signal } from "@preact/signals"

/** A ticking signal of epoch milliseconds. */
export interface Clock {
  readonly nowMs: ReadonlySignal<number>
  setHidden(hidden: boolean): void
  close(): void
}

/** A clock that ticks from now on. */
export function createClock(): Clock {
  const nowMs = signal(Date.now())
  const tick = (): void => {
    nowMs.value = Date.now()
  }
  let timer: ReturnType<typeof setInterval> | undefined = setInterval(tick, 1000)
  return {
    nowMs,
    setHidden(hidden) {
      clearInterval(timer)
      timer = undefined
      if (hidden) return
      tick()
      timer = setInterval(tick, 1000)
    },
    close: () => clearInterval(timer),
  }
}
