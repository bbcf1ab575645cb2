// The windows that latencies are told over. Samples bear the minute of their end, so a window is so many whole minutes and the running one.
// Each contains those before it; what it adds to the one before is a band. Bands are counted, and windows put together of them, so that a
// sample counts once.

import { Window } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { minuteOf } from "./clock-samples.ts"

/** Shortest first, in minutes. */
const MINUTES: ReadonlyMap<Window, number> = new Map([
  [Window.WINDOW_5_MINUTES, 5],
  [Window.WINDOW_HOUR, 60],
  [Window.WINDOW_24_HOURS, 24 * 60],
  [Window.WINDOW_SESSION, Number.POSITIVE_INFINITY],
])

/** Shortest first. */
export const WINDOWS: readonly Window[] = [...MINUTES.keys()]

/** First minute that counts. */
export function windowStart(window: Window, nowMs: number): number {
  return minuteOf(nowMs) - (MINUTES.get(window) ?? Number.POSITIVE_INFINITY)
}

/** The number of the last band: what no window with an end has in it. */
export const OLDEST_BAND = WINDOWS.length - 1

/** First minutes of all windows. */
export function windowStarts(nowMs: number): readonly number[] {
  return WINDOWS.map((window) => windowStart(window, nowMs))
}

/** Number of the band that a minute is in: that of the shortest window that it is in. */
export function bandOf(minute: number, starts: readonly number[]): number {
  let band = 0
  while (band < OLDEST_BAND && minute < (starts[band] ?? 0)) band++
  return band
}
