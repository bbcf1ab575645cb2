// The samples of one clock of one row of a report, eight bytes each: a report over a whole history holds hundreds of thousands for a moment.

import { bandOf, windowStarts } from "./latency-windows.ts"
import type { LatencyHistogram } from "./latency.ts"
import type { Pourable } from "./pourable.ts"

const FIRST_CAPACITY = 16

export class SamplePile implements Pourable {
  /** Twice the milliseconds, and one more for what is estimated. */
  #durations = new Int32Array(FIRST_CAPACITY)
  #minutes = new Int32Array(FIRST_CAPACITY)
  #count = 0

  add(ms: number, minute: number, isEstimated: boolean): void {
    if (this.#count === this.#durations.length) {
      const durations = new Int32Array(this.#count * 2)
      durations.set(this.#durations)
      this.#durations = durations
      const minutes = new Int32Array(this.#count * 2)
      minutes.set(this.#minutes)
      this.#minutes = minutes
    }
    this.#durations[this.#count] = ms * 2 + (isEstimated ? 1 : 0)
    this.#minutes[this.#count++] = minute
  }

  pour(band: number, nowMs: number, histogram: LatencyHistogram): void {
    const starts = windowStarts(nowMs)
    for (let index = 0; index < this.#count; index++) {
      if (bandOf(this.#minutes[index] ?? 0, starts) === band) this.#record(index, histogram)
    }
  }

  pourAll(histogram: LatencyHistogram): void {
    for (let index = 0; index < this.#count; index++) this.#record(index, histogram)
  }

  #record(index: number, histogram: LatencyHistogram): void {
    const duration = this.#durations[index] ?? 0
    histogram.record(duration >> 1, (duration & 1) === 1)
  }
}
