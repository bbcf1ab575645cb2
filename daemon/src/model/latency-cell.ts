// What one clock measured of one tool or model in one project: a histogram for each band of time. Rows of latencies are merged of these.

import type { Series } from "./clock-samples.ts"
import { WINDOWS } from "./latency-windows.ts"
import type { LatencyHistogram } from "./latency.ts"
import type { Pourable } from "./pourable.ts"
import { SparseHistogram } from "./sparse-histogram.ts"

export class LatencyCell implements Pourable {
  readonly series: Series
  /** By band, latest first; undefined where nothing is in it. */
  readonly #bands: (SparseHistogram | undefined)[] = WINDOWS.map(() => undefined)

  constructor({ clock, label }: Series) {
    this.series = { clock, label, subagentId: undefined, isEstimated: false }
  }

  histogram(band: number): SparseHistogram | undefined {
    return this.#bands[band]
  }

  add(band: number, ms: number, isEstimated: boolean): void {
    const histogram = (this.#bands[band] ??= new SparseHistogram())
    histogram.add(ms, isEstimated)
  }

  /** Takes out what was added. */
  remove(band: number, ms: number, isEstimated: boolean): void {
    const histogram = this.#bands[band]
    histogram?.remove(ms, isEstimated)
    if (histogram?.count === 0) this.#bands[band] = undefined
  }

  /** It is up to whoever slides the bands that they are those of this time. */
  pour(band: number, _nowMs: number, histogram: LatencyHistogram): void {
    const own = this.#bands[band]
    if (own !== undefined) histogram.merge(own)
  }
}
