// What to call clocks and windows, and what to say of what is slow. All texts returned are safe to show.

import { formatLatency } from "./format-duration.ts"
import { Baseline, Clock, type Slowness, Window } from "./gen/vibecraft/v1/metrics_pb.ts"
import { safeText } from "./safe-text.ts"

/** With fewer samples the percentile is the maximum: it is of low confidence. */
export const ENOUGH_FOR_P95 = 20
export const ENOUGH_FOR_P99 = 100

const CLOCKS = new Map<Clock, string>([
  [Clock.TOOL, "tool"],
  [Clock.MODEL, "model"],
  [Clock.PERMISSION, "permission"],
  [Clock.TURN, "turn"],
  [Clock.IDLE, "idle"],
])

const WINDOWS = new Map<Window, string>([
  [Window.WINDOW_5_MINUTES, "5m"],
  [Window.WINDOW_HOUR, "1h"],
  [Window.WINDOW_24_HOURS, "24h"],
  [Window.WINDOW_SESSION, "session"],
])

/** "tool", "model"…; "other" for one that this version does not know. */
export function clockWord(clock: Clock): string {
  return CLOCKS.get(clock) ?? "other"
}

/** "5m", "1h", "24h", "session"; "other" for one that this version does not know. */
export function windowWord(window: Window): string {
  return WINDOWS.get(window) ?? "other"
}

export const CLOCK_WORDS: ReadonlyMap<string, Clock> = new Map(Array.from(CLOCKS, ([clock, word]) => [word, clock]))
export const WINDOW_WORDS: ReadonlyMap<string, Window> = new Map(Array.from(WINDOWS, ([window, word]) => [word, window]))

/** "Bash p95 9.2 s (12) is 4.6 times its peers' 2.0 s (120)": the last five minutes against the baseline, each with its samples. */
export function slowText({ clock, tool, p95Ms, count, baseline, baselineP95Ms, baselineCount }: Slowness): string {
  const what = tool === undefined ? clockWord(clock) : safeText(tool)
  const times = (Number(p95Ms) / Math.max(1, Number(baselineP95Ms))).toFixed(1)
  const whose = baseline === Baseline.OWN_HOUR ? "its own last hour's" : "its peers'"
  return `${what} p95 ${formatLatency(p95Ms)} (${count}) is ${times} times ${whose} ${formatLatency(baselineP95Ms)} (${baselineCount})`
}
