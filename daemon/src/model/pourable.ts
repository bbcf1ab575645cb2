// What a row of latencies is made of: samples one by one, or histograms of them.

import type { Window } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import type { LatencyHistogram } from "./latency.ts"

export interface Pourable {
  /** Adds what ended within a window, as it is at a time, Unix milliseconds. */
  pour(window: Window, nowMs: number, histogram: LatencyHistogram): void
}
