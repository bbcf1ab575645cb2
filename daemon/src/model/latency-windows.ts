// The windows that latencies are told over. Samples bear the minute of their end, so a window is so many whole minutes and the running one.

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
