// Durations of one session, or of one tool in it, kept in order: its row is built anew with every sample, and a rank looked up in a sorted
// list costs a thousandth of a histogram poured out and walked. What it answers is what a histogram of the same samples would.

import { highestEquivalentMs, type Percentiles, rankOf, recordableMs } from "./latency.ts"

const FIRST_CAPACITY = 8
/** More new samples than this are sorted together with the old ones. */
const FEW = 24

export class SortedDurations {
  #values = new Int32Array(FIRST_CAPACITY)
  #count = 0
  /** The first so many are in order. */
  #sorted = 0
  #sumMs = 0
  #estimatedCount = 0
  #cached: Percentiles | undefined

  get count(): number {
    return this.#count
  }

  /** Keeps a duration; false, and nothing kept, for what is none. */
  add(durationMs: number, isEstimated = false): boolean {
    const ms = recordableMs(durationMs)
    if (ms === undefined) return false
    if (this.#count === this.#values.length) {
      const grown = new Int32Array(this.#count * 2)
      grown.set(this.#values)
      this.#values = grown
    }
    this.#values[this.#count++] = ms
    this.#sumMs += ms
    if (isEstimated) this.#estimatedCount++
    this.#cached = undefined
    return true
  }

  /** Takes out a duration that was added, in the whole milliseconds it was kept in. */
  remove(ms: number, isEstimated = false): void {
    this.#sort()
    const at = this.#placeOf(ms, this.#count)
    if (this.#values[at] !== ms || at >= this.#count) return
    this.#values.copyWithin(at, at + 1, this.#count)
    this.#count--
    this.#sorted = this.#count
    this.#sumMs -= ms
    if (isEstimated) this.#estimatedCount--
    this.#cached = undefined
  }

  /** Cached until the next change; undefined without samples. */
  percentiles(): Percentiles | undefined {
    if (this.#count === 0) return undefined
    this.#cached ??= this.#look()
    return this.#cached
  }

  #look(): Percentiles {
    this.#sort()
    const count = this.#count
    const maxMs = this.#values[count - 1] ?? 0
    const at = (percent: number): number => Math.min(maxMs, highestEquivalentMs(this.#values[rankOf(percent, count) - 1] ?? 0))
    return {
      count,
      meanMs: this.#sumMs / count,
      p50Ms: at(50),
      p90Ms: at(90),
      p95Ms: at(95),
      p99Ms: at(99),
      maxMs,
      estimatedCount: this.#estimatedCount,
    }
  }

  #sort(): void {
    const fresh = this.#count - this.#sorted
    if (fresh > FEW) this.#values.subarray(0, this.#count).sort()
    else if (fresh > 0) for (let from = this.#sorted; from < this.#count; from++) this.#insert(from)
    this.#sorted = this.#count
  }

  /** Moves the value at `from` among those before it, which are in order. */
  #insert(from: number): void {
    const value = this.#values[from] ?? 0
    const at = this.#placeOf(value, from)
    if (at === from) return
    this.#values.copyWithin(at + 1, at, from)
    this.#values[at] = value
  }

  /** Index of the first of the `end` first values that is not below `ms`. */
  #placeOf(ms: number, end: number): number {
    let low = 0
    let high = end
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#values[middle] ?? 0) < ms) low = middle + 1
      else high = middle
    }
    return low
  }
}
