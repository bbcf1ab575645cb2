// The agent's time. Waits are multiplied by the pace; while it writes its past, time is simulated and no wait takes any.

export interface Clock {
  /** Unix milliseconds, whole; never goes back. */
  now(): number
  /** Resolves after `ms` of human time at the pace; rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Resolves when the past is written. */
  readonly live: Promise<void>
  isLive(): boolean
}

interface Sleeper {
  wakeMs: number
  readonly wake: () => void
}

/** `historyMs` of simulated time run first, as fast as the code goes; then time is the wall's. */
export function createClock(options: { pace: number; historyMs: number }): Clock {
  const { pace } = options
  const goesLiveMs = Date.now()
  let simulatedMs = goesLiveMs - options.historyMs
  let isLive = options.historyMs <= 0
  let sleepers: Sleeper[] = []
  let lastMs = 0
  let goLive: () => void = () => {}
  const live = new Promise<void>((resolve) => (goLive = resolve))

  // Runs after every microtask of the last waker, so whatever it started is already asleep.
  const pump = (): void => {
    sleepers.sort((a, b) => a.wakeMs - b.wakeMs)
    const first = sleepers[0]
    if (first !== undefined && first.wakeMs < goesLiveMs) {
      sleepers.shift()
      simulatedMs = Math.max(simulatedMs, first.wakeMs)
      first.wake()
      setImmediate(pump)
      return
    }
    isLive = true
    for (const sleeper of sleepers) setTimeout(sleeper.wake, (sleeper.wakeMs - goesLiveMs) * pace)
    sleepers = []
    goLive()
  }
  if (isLive) goLive()
  else setImmediate(pump)

  return {
    live,
    isLive: () => isLive,
    now: () => (lastMs = Math.max(lastMs, Math.round(isLive ? Date.now() : simulatedMs))),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason as Error)
        const onAbort = (): void => {
          clearTimeout(timer)
          sleepers = sleepers.filter((sleeper) => sleeper !== entry)
          reject(signal?.reason as Error)
        }
        const wake = (): void => {
          signal?.removeEventListener("abort", onAbort)
          resolve()
        }
        const entry: Sleeper = { wakeMs: simulatedMs + ms, wake }
        let timer: NodeJS.Timeout | undefined
        if (isLive) timer = setTimeout(wake, ms * pace)
        else sleepers.push(entry)
        signal?.addEventListener("abort", onAbort, { once: true })
      }),
  }
}
