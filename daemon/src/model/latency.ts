// Percentiles of durations, and the promise that goes with them: nearest rank over all samples, never below the true value, at most
// 0.1 % above it, exact below 2,048 ms. Mean and maximum are exact. This is the only module that knows the histogram library, whose
// traps it guards: a NaN recorded as 0, a throw on a negative, a p100 above the maximum, sums lost when unequal histograms are merged.

import { createRequire } from "node:module"
import type Library from "hdr-histogram-js/dist/Int32Histogram.js"

// The package's front door loads its WebAssembly and its log formats too, which takes six times as long.
const { default: Int32Histogram } = createRequire(import.meta.url)("hdr-histogram-js/dist/Int32Histogram.js") as typeof Library

/** Longest duration recorded, 24 h; a longer one is a clock that jumped. */
export const MAX_DURATION_MS = 86_400_000
const LEAST_DURATION_MS = 1
const SIGNIFICANT_DIGITS = 3
/** Below this a histogram tells each millisecond apart. */
const EXACT_BELOW_MS = 2048
const SUB_BUCKET_BITS = 11
const HALF_OF_SUB_BUCKETS = EXACT_BELOW_MS / 2

export const PERCENTS = [50, 90, 95, 99] as const

/** Percentiles of one set of samples. Below 20 samples p95 is the maximum, below 100 p99 is. */
export interface Percentiles {
  /** Never 0. */
  readonly count: number
  readonly meanMs: number
  readonly p50Ms: number
  readonly p90Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  /** How many of the samples are estimated. */
  readonly estimatedCount: number
}

/** The whole milliseconds to record for a duration; undefined for what is none: NaN, negative, over 24 h. */
export function recordableMs(durationMs: number): number | undefined {
  return durationMs >= 0 && durationMs <= MAX_DURATION_MS ? Math.round(durationMs) : undefined
}

/** The largest duration that a histogram cannot tell from `ms`: what it answers for it. */
export function highestEquivalentMs(ms: number): number {
  if (ms < EXACT_BELOW_MS) return ms
  const unit = 2 ** (32 - Math.clz32(ms) - SUB_BUCKET_BITS)
  return ms - (ms % unit) + unit - 1
}

/** The place of the count that a histogram keeps of a duration in whole milliseconds. */
export function bucketOf(ms: number): number {
  if (ms < EXACT_BELOW_MS) return ms
  const bits = 32 - Math.clz32(ms) - SUB_BUCKET_BITS
  return bits * HALF_OF_SUB_BUCKETS + (ms >> bits)
}

/** What is counted in the same buckets elsewhere. */
export interface DurationCounts {
  readonly count: number
  readonly sumMs: number
  /** Undefined where it is not known. */
  readonly maxMs: number | undefined
  readonly estimatedCount: number
  /** Calls back for each bucket that is not empty, in no order. */
  eachBucket(visit: (bucket: number, count: number) => void): void
}

/** How many of `count` samples in ascending order have to be passed to reach a percentile. */
export function rankOf(percent: number, count: number): number {
  return Math.ceil((percent * count) / 100)
}

/** A histogram of durations; about 73 KB. What is counted in the same buckets is merged into it without loss. */
export class LatencyHistogram {
  readonly #histogram = new Int32Histogram(LEAST_DURATION_MS, MAX_DURATION_MS, SIGNIFICANT_DIGITS)
  #count = 0
  #sumMs = 0
  #maxMs = 0
  #estimatedCount = 0

  /** Records a duration; false, and nothing recorded, for what is none. */
  record(durationMs: number, isEstimated = false): boolean {
    const ms = recordableMs(durationMs)
    if (ms === undefined) return false
    this.#histogram.recordValue(ms)
    this.#count++
    this.#sumMs += ms
    if (ms > this.#maxMs) this.#maxMs = ms
    if (isEstimated) this.#estimatedCount++
    return true
  }

  merge(other: DurationCounts): void {
    const histogram = this.#histogram
    other.eachBucket((bucket, count) => histogram.addToCountAtIndex(bucket, count))
    this.#count += other.count
    this.#sumMs += other.sumMs
    this.#maxMs = Math.max(this.#maxMs, other.maxMs ?? 0)
    this.#estimatedCount += other.estimatedCount
  }

  reset(): void {
    this.#histogram.reset()
    this.#count = 0
    this.#sumMs = 0
    this.#maxMs = 0
    this.#estimatedCount = 0
  }

  /** Undefined without samples. */
  percentiles(): Percentiles | undefined {
    if (this.#count === 0) return undefined
    const [p50Ms, p90Ms, p95Ms, p99Ms] = this.#walk()
    const meanMs = this.#sumMs / this.#count
    return { count: this.#count, meanMs, p50Ms, p90Ms, p95Ms, p99Ms, maxMs: this.#maxMs, estimatedCount: this.#estimatedCount }
  }

  /** All percentiles in one pass over the counts, where the library would take one for each. */
  #walk(): [number, number, number, number] {
    const found: [number, number, number, number] = [this.#maxMs, this.#maxMs, this.#maxMs, this.#maxMs]
    const histogram = this.#histogram
    let passed = 0
    let index = 0
    for (const [which, percent] of PERCENTS.entries()) {
      const rank = rankOf(percent, this.#count)
      while (passed < rank) passed += histogram.getCountAtIndex(index++)
      found[which] = Math.min(histogram.highestEquivalentValue(histogram.valueFromIndex(index - 1)), this.#maxMs)
    }
    return found
  }
}
