// What a row of latencies is made of: samples one by one, or histograms of them.

import type { LatencyHistogram } from "./latency.ts"

export interface Pourable {
  /** Adds what ended within a band, as they are at a time, Unix milliseconds. */
  pour(band: number, nowMs: number, histogram: LatencyHistogram): void
}
