// How late the event loop runs, lately. Node's own monitor counts from its start, so a new one begins twice a minute. Each look wakes the
// process, which is most of what an idle daemon does; so looks are few.

import { monitorEventLoopDelay } from "node:perf_hooks"

export interface EventLoopDelay {
  /** 99th percentile of the delay, in milliseconds: the worse one of this half minute so far and of the one before. */
  p99Ms(): number
  close(): void
}

/** How often Node looks. Its histogram holds the time between two looks, so this is taken off. */
const RESOLUTION_MS = 100
const SPAN_MS = 30_000

/** Starts to watch the loop. */
export function watchEventLoopDelay(): EventLoopDelay {
  let current = startMonitor()
  let before = current
  const timer = setInterval(() => {
    current.disable()
    before = current
    current = startMonitor()
  }, SPAN_MS)
  timer.unref()
  return {
    p99Ms: () => Math.max(p99Of(before), p99Of(current)),
    close() {
      clearInterval(timer)
      current.disable()
    },
  }
}

function p99Of(monitor: ReturnType<typeof startMonitor>): number {
  return monitor.count === 0 ? 0 : Math.max(0, monitor.percentile(99) / 1e6 - RESOLUTION_MS)
}

function startMonitor() {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  histogram.enable()
  return histogram
}
