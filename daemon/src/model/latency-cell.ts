// What one clock measured of one tool or model in one project: a histogram for each window. Rows of latencies are merged of these.

import type { Window } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import type { Series } from "./clock-samples.ts"
import { WINDOWS } from "./latency-windows.ts"
import { bucketOf, type LatencyHistogram } from "./latency.ts"
import type { Pourable } from "./pourable.ts"
import { SparseHistogram } from "./sparse-histogram.ts"

export class LatencyCell implements Pourable {
  readonly series: Series
  /** By window, shortest first; undefined where nothing is in it. */
  readonly #windows: (SparseHistogram | undefined)[] = WINDOWS.map(() => undefined)

  constructor({ clock, label }: Series) {
    this.series = { clock, label, subagentId: undefined, isEstimated: false }
  }

  histogram(window: number): SparseHistogram | undefined {
    return this.#windows[window]
  }

  /** Adds to the windows from this one on. */
  add(shortest: number, ms: number, isEstimated: boolean): void {
    const bucket = bucketOf(ms)
    const windows = this.#windows
    for (let window = shortest; window < windows.length; window++) {
      const histogram = (windows[window] ??= new SparseHistogram())
      histogram.add(ms, isEstimated, bucket)
    }
  }

  /** Takes out what was added. */
  remove(window: number, ms: number, isEstimated: boolean): void {
    const histogram = this.#windows[window]
    histogram?.remove(ms, isEstimated)
    if (histogram?.count === 0) this.#windows[window] = undefined
  }

  /** It is up to whoever slides the windows that they are those of this time. */
  pour(window: Window, _nowMs: number, histogram: LatencyHistogram): void {
    const own = this.#windows[WINDOWS.indexOf(window)]
    if (own !== undefined) histogram.merge(own)
  }
}
