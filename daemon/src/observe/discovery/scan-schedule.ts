// When to scan: a moment after a hint, at most four times a second, and at slow ticks whatever the hints say. One scan at a time.

/** `glance`: new processes; `quick`: what may have changed too; `all`: every process again; `sockets`: every process and every tmux socket again. */
export type ScanDepth = "glance" | "quick" | "all" | "sockets"

export interface ScanSchedule {
  /** Asks for a scan soon; several wishes are one scan of the greatest depth. */
  soon(depth: ScanDepth): void
  /** Scans now, after the one under way if there is one, past the limit. */
  now(depth: ScanDepth): Promise<void>
  close(): void
}

export interface ScanScheduleOptions {
  readonly scan: (depth: ScanDepth, isTick: boolean) => Promise<void>
  readonly now: () => number
  /** Milliseconds between ticks; every fourth one looks at all processes, every tenth at all sockets. Default 1000. */
  readonly tickMs?: number
}

const HINT_MS = 40
const LEAST_MS = 250
const DEPTHS: readonly ScanDepth[] = ["glance", "quick", "all", "sockets"]

const deeper = (a: ScanDepth | undefined, b: ScanDepth): ScanDepth => (a !== undefined && DEPTHS.indexOf(a) > DEPTHS.indexOf(b) ? a : b)

/** Starts the ticks. `scan` must not reject. */
export const createScanSchedule = ({ scan, now, tickMs = 1_000 }: ScanScheduleOptions): ScanSchedule => {
  let wish: ScanDepth | undefined
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let lastMs = -Infinity
  let ticks = 0
  let closed = false

  const run = (depth: ScanDepth, isTick: boolean): Promise<void> => {
    lastMs = now()
    running = scan(depth, isTick).finally(() => {
      running = undefined
      if (wish !== undefined) soon(wish)
    })
    return running
  }

  const soon = (depth: ScanDepth) => {
    wish = deeper(wish, depth)
    if (timer !== undefined || running !== undefined || closed) return
    timer = setTimeout(
      () => {
        timer = undefined
        const due = wish
        wish = undefined
        if (due !== undefined && running === undefined && !closed) void run(due, false)
      },
      Math.max(HINT_MS, lastMs + LEAST_MS - now()),
    )
  }

  const ticker = setInterval(() => {
    ticks += 1
    if (running !== undefined) return
    void run(ticks % 10 === 0 ? "sockets" : ticks % 4 === 0 ? "all" : "quick", true)
  }, tickMs)

  return {
    soon,
    now: async (depth) => {
      for (let underWay = running; underWay !== undefined; underWay = running) await underWay
      if (!closed) await run(depth, true)
    },
    close: () => {
      closed = true
      clearInterval(ticker)
      clearTimeout(timer)
    },
  }
}
