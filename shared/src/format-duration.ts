// Times for people: ages, durations, latencies.

import type { Timestamp } from "@bufbuild/protobuf/wkt"

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** "0s", "42s", "3m", "1h 5m", "2d 3h". Whole units, cut and not rounded; negative counts as 0. */
export function formatDuration(ms: bigint | number): string {
  const value = Math.max(0, Number(ms))
  if (value < MINUTE) return `${Math.floor(value / SECOND)}s`
  if (value < HOUR) return `${Math.floor(value / MINUTE)}m`
  if (value < DAY) return pair(Math.floor(value / HOUR), "h", Math.floor((value % HOUR) / MINUTE), "m")
  return pair(Math.floor(value / DAY), "d", Math.floor((value % DAY) / HOUR), "h")
}

/** How long ago, as a duration; empty for an absent time. `nowMs` is epoch milliseconds; times ahead of it count as now. */
export function formatAge(time: Timestamp | undefined, nowMs: number): string {
  return time === undefined ? "" : formatDuration(nowMs - toMs(time))
}

/** "85 ms", "1.2 s", "45.0 s", "2m 5s", "1h 5m": one decimal from a second to a minute, whole seconds up to an hour. */
export function formatLatency(ms: bigint | number): string {
  const value = Math.max(0, Number(ms))
  if (value < 999.5) return `${Math.round(value)} ms`
  if (value < MINUTE - 50) return `${(value / SECOND).toFixed(1)} s`
  if (value < MINUTE) return "1m"
  return value < HOUR ? pair(Math.floor(value / MINUTE), "m", Math.floor((value % MINUTE) / SECOND), "s") : formatDuration(value)
}

/** Epoch milliseconds of a Timestamp. */
export function toMs(time: Timestamp): number {
  return Number(time.seconds) * 1000 + time.nanos / 1e6
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit} ${small}${smallUnit}`
}
