// A histogram that keeps only the counts that are not zero: of one project, clock and tool there are few, where all the counts that a histogram
// has room for take 73 KB. Samples can be taken out again, each in the whole milliseconds it was added in.

import { bucketOf, type DurationCounts } from "./latency.ts"

const FIRST_CAPACITY = 16
/** 2^32 divided by the golden ratio: spreads buckets over the slots, whatever durations have in common. */
const SPREAD = 0x9e3779b1

export class SparseHistogram implements DurationCounts {
  /** A bucket and one more; 0 is a slot nobody has taken. A bucket whose samples are gone keeps its slot until the next growth. */
  #buckets = new Uint16Array(FIRST_CAPACITY)
  #counts = new Int32Array(FIRST_CAPACITY)
  #taken = 0
  #count = 0
  #sumMs = 0
  #estimatedCount = 0
  /** At least the largest. */
  #maxMs = 0
  #isMaxKnown = true

  get count(): number {
    return this.#count
  }

  get sumMs(): number {
    return this.#sumMs
  }

  get estimatedCount(): number {
    return this.#estimatedCount
  }

  /** 0 without samples; undefined where the largest was taken out and no larger one came: whoever keeps the samples has to look. */
  get maxMs(): number | undefined {
    return this.#isMaxKnown ? this.#maxMs : undefined
  }

  /** Says what the largest is. */
  foundMax(ms: number): void {
    this.#maxMs = ms
    this.#isMaxKnown = true
  }

  add(ms: number, isEstimated: boolean): void {
    this.#change(ms, isEstimated, 1)
    if (ms >= this.#maxMs) this.foundMax(ms)
  }

  /** Takes out what was added. */
  remove(ms: number, isEstimated: boolean): void {
    this.#change(ms, isEstimated, -1)
    if (this.#count === 0) this.foundMax(0)
    else if (ms === this.#maxMs) this.#isMaxKnown = false
  }

  eachBucket(visit: (bucket: number, count: number) => void): void {
    const buckets = this.#buckets
    const counts = this.#counts
    for (let slot = 0; slot < counts.length; slot++) {
      const count = counts[slot] ?? 0
      if (count > 0) visit((buckets[slot] ?? 0) - 1, count)
    }
  }

  #change(ms: number, isEstimated: boolean, by: 1 | -1): void {
    this.#count += by
    this.#sumMs += by * ms
    if (isEstimated) this.#estimatedCount += by
    this.#addTo(bucketOf(ms), by)
    if (this.#taken * 4 > this.#buckets.length * 3) this.#makeRoom()
  }

  #addTo(bucket: number, by: number): void {
    const buckets = this.#buckets
    const mask = buckets.length - 1
    let slot = (Math.imul(bucket, SPREAD) >>> 16) & mask
    for (let there = buckets[slot]; there !== bucket + 1; there = buckets[slot]) {
      if (there === 0) {
        buckets[slot] = bucket + 1
        this.#taken++
        break
      }
      slot = (slot + 1) & mask
    }
    this.#counts[slot] = (this.#counts[slot] ?? 0) + by
  }

  /** Twice the slots, unless half of them were left. */
  #makeRoom(): void {
    const buckets = this.#buckets
    const counts = this.#counts
    let used = 0
    for (const count of counts) if (count > 0) used++
    const capacity = used * 2 > buckets.length ? buckets.length * 2 : buckets.length
    this.#buckets = new Uint16Array(capacity)
    this.#counts = new Int32Array(capacity)
    this.#taken = 0
    for (let slot = 0; slot < counts.length; slot++) {
      const count = counts[slot] ?? 0
      if (count > 0) this.#addTo((buckets[slot] ?? 0) - 1, count)
    }
  }
}
