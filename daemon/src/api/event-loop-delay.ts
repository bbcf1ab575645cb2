// How late the event loop runs, over the last minute. Node's own monitor counts from its start, so two of them take turns.

import { monitorEventLoopDelay } from "node:perf_hooks"

export interface EventLoopDelay {
  /** 99th percentile of the delay over the last 30 to 60 seconds, in milliseconds. */
  p99Ms(): number
  close(): void
}

/** How often Node looks. Its histogram holds the time between two looks, so this is taken off. */
const RESOLUTION_MS = 20
const HALF_WINDOW_MS = 30_000

/** Starts to watch the loop. */
export function watchEventLoopDelay(): EventLoopDelay {
  let older = startMonitor()
  let newer = startMonitor()
  const timer = setInterval(() => {
    older.disable()
    older = newer
    newer = startMonitor()
  }, HALF_WINDOW_MS)
  timer.unref()
  return {
    p99Ms: () => (older.count === 0 ? 0 : Math.max(0, older.percentile(99) / 1e6 - RESOLUTION_MS)),
    close() {
      clearInterval(timer)
      older.disable()
      newer.disable()
    },
  }
}

function startMonitor() {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  histogram.enable()
  return histogram
}
