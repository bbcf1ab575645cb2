/**
 * Draws when something changed and at no other time. Everything that wants a picture calls `invalidate`; the draw says whether
 * something still moves: "smooth" asks for the next display frame, "calm" for a slower one, "still" for none.
 */

/** How much moves after a frame. */
export type Motion = "still" | "calm" | "smooth"

/** Milliseconds between frames while only calm motion is on. */
const CALM_FRAME_MS = 33

/** The environment a frame loop needs; all of it replaceable in tests. */
export interface FrameClock {
  now(): number
  request(callback: (timeMs: number) => void): number
  cancel(handle: number): void
  delay(callback: () => void, ms: number): number
  cancelDelay(handle: number): void
}

/** What to draw and when. */
export interface FrameOptions {
  readonly clock: FrameClock
  /** Draws once. `deltaMs` is the time since the last frame, at most 100. */
  draw(timeMs: number, deltaMs: number): Motion
}

/** The loop. */
export interface Frame {
  /** Asks for one frame. Cheap; any number of calls make one. */
  invalidate(): void
  /** Nothing is drawn while hidden; showing draws once. */
  setHidden(hidden: boolean): void
  /** Frames drawn so far. */
  count(): number
  close(): void
}

/** The real clock of a page. */
export function browserClock(): FrameClock {
  return {
    now: () => performance.now(),
    request: (callback) => requestAnimationFrame(callback),
    cancel: (handle) => cancelAnimationFrame(handle),
    delay: (callback, ms) => window.setTimeout(callback, ms),
    cancelDelay: (handle) => window.clearTimeout(handle),
  }
}

/** A loop that draws nothing until it is asked to. */
export function createFrame(options: FrameOptions): Frame {
  const { clock } = options
  let requested: number | undefined
  let delayed: number | undefined
  let lastMs: number | undefined
  let drawn = 0
  let hidden = false
  let closed = false

  function invalidate(): void {
    if (closed || hidden || requested !== undefined) return
    if (delayed !== undefined) {
      clock.cancelDelay(delayed)
      delayed = undefined
    }
    requested = clock.request(step)
  }

  function step(timeMs: number): void {
    requested = undefined
    const deltaMs = lastMs === undefined ? 16 : Math.min(100, Math.max(0, timeMs - lastMs))
    lastMs = timeMs
    drawn++
    const motion = options.draw(timeMs, deltaMs)
    if (motion === "smooth") invalidate()
    else if (motion === "calm" && !hidden && !closed && requested === undefined) {
      delayed = clock.delay(() => {
        delayed = undefined
        invalidate()
      }, CALM_FRAME_MS)
    }
  }

  function stop(): void {
    if (requested !== undefined) clock.cancel(requested)
    if (delayed !== undefined) clock.cancelDelay(delayed)
    requested = undefined
    delayed = undefined
  }

  return {
    invalidate,
    setHidden(value) {
      hidden = value
      if (hidden) stop()
      else invalidate()
    },
    count: () => drawn,
    close() {
      closed = true
      stop()
    },
  }
}
