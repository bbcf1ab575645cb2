// The samples of one clock of one row of a report, eight bytes each: a report over a whole history holds hundreds of thousands for a moment.

import type { LatencyHistogram } from "./latency.ts"

const FIRST_CAPACITY = 16

export class SamplePile {
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

  /** Records those that ended in this minute or later. */
  pour(sinceMinute: number, histogram: LatencyHistogram): void {
    for (let index = 0; index < this.#count; index++) {
      const duration = this.#durations[index] ?? 0
      if ((this.#minutes[index] ?? 0) >= sinceMinute) histogram.record(duration >> 1, (duration & 1) === 1)
    }
  }
}
