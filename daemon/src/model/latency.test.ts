import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { LatencyHistogram, MAX_DURATION_MS, type Percentiles } from "./latency.ts"
import { SparseHistogram } from "./sparse-histogram.ts"
import { SortedDurations } from "./sorted-durations.ts"

const durations = fc.array(fc.oneof(fc.nat(2047), fc.nat(120_000), fc.nat(MAX_DURATION_MS)), { minLength: 1, maxLength: 300 })

function nearestRank(sorted: readonly number[], percent: number): number {
  return sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? Number.NaN
}

function samplesOf(values: readonly number[]): SortedDurations {
  const samples = new SortedDurations()
  for (const value of values) samples.add(value)
  return samples
}

/** The promise of the module, against a sorted array. */
function expectPromise(found: Percentiles | undefined, values: readonly number[]): void {
  const sorted = values.toSorted((a, b) => a - b)
  if (found === undefined) throw new Error("no percentiles")
  for (const [percent, value] of [
    [50, found.p50Ms],
    [90, found.p90Ms],
    [95, found.p95Ms],
    [99, found.p99Ms],
  ] as const) {
    const exact = nearestRank(sorted, percent)
    expect(value).toBeGreaterThanOrEqual(exact)
    expect(value).toBeLessThanOrEqual(exact < 2048 ? exact : exact * 1.001)
    expect(value).toBeLessThanOrEqual(found.maxMs)
  }
  expect(found.maxMs).toBe(sorted.at(-1))
  expect(found.count).toBe(values.length)
  expect(found.meanMs).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / values.length, 6)
}

describe("against a sorted array", () => {
  test("samples", () => {
    fc.assert(fc.property(durations, (values) => expectPromise(samplesOf(values).percentiles(), values)))
  })

  test("a histogram, and sparse ones merged into it", () => {
    fc.assert(
      fc.property(durations, durations, (some, others) => {
        const merged = new LatencyHistogram()
        for (const value of some) merged.record(value)
        expectPromise(merged.percentiles(), some)
        const more = new SparseHistogram()
        for (const value of others) more.add(value, false)
        merged.merge(more)
        expectPromise(merged.percentiles(), [...some, ...others])
        expect(merged.percentiles()).toEqual(samplesOf([...others, ...some]).percentiles())
      }),
      { numRuns: 50 },
    )
  })
})

test("few samples: the high percentiles are the maximum", () => {
  expect(samplesOf([7]).percentiles()).toMatchObject({ count: 1, meanMs: 7, p50Ms: 7, p95Ms: 7, p99Ms: 7, maxMs: 7 })
  expect(samplesOf([0, 0]).percentiles()).toMatchObject({ count: 2, meanMs: 0, p50Ms: 0, p90Ms: 0, p95Ms: 0, p99Ms: 0, maxMs: 0 })
  expect(samplesOf(Array.from({ length: 19 }, (_, n) => n * 5000)).percentiles()).toMatchObject({ p95Ms: 90_000, maxMs: 90_000 })
})

test("what is no duration is left out", () => {
  const samples = new SortedDurations()
  for (const value of [Number.NaN, -1, -0.4, MAX_DURATION_MS + 1, Number.POSITIVE_INFINITY]) expect(samples.add(value)).toBe(false)
  expect(samples.percentiles()).toBeUndefined()
  const histogram = new LatencyHistogram()
  for (const value of [Number.NaN, 5, -3]) expect(histogram.record(value)).toBe(value === 5)
  expect(histogram.percentiles()).toMatchObject({ count: 1, p99Ms: 5 })
  expect(new LatencyHistogram().percentiles()).toBeUndefined()
})

test("fractions are rounded; a whole day is the longest", () => {
  expect(samplesOf([1.5]).percentiles()).toMatchObject({ p50Ms: 2, maxMs: 2, meanMs: 2 })
  expect(samplesOf([MAX_DURATION_MS]).percentiles()).toMatchObject({ p99Ms: MAX_DURATION_MS })
})

test("a new sample shows, an unchanged set answers the same object", () => {
  const samples = samplesOf([10])
  const before = samples.percentiles()
  expect(samples.percentiles()).toBe(before)
  samples.add(30)
  expect(samples.percentiles()).toMatchObject({ count: 2, maxMs: 30 })
  samplesOf([1000]).percentiles()
  expect(samples.percentiles()).toMatchObject({ count: 2, maxMs: 30 })
})

test("samples that come and go, asked for all the while, are those that are left", () => {
  const change = fc.record({
    ms: fc.oneof(fc.nat(5), fc.nat(MAX_DURATION_MS)),
    isEstimated: fc.boolean(),
    goes: fc.boolean(),
    asks: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 120 }), (changes) => {
      const sorted = new SortedDurations()
      const left: { readonly ms: number; readonly isEstimated: boolean }[] = []
      for (const { ms, isEstimated, goes, asks } of changes) {
        const going = goes ? left.shift() : undefined
        if (going === undefined) {
          sorted.add(ms, isEstimated)
          left.push({ ms, isEstimated })
        } else sorted.remove(going.ms, going.isEstimated)
        if (asks) sorted.percentiles()
      }
      const histogram = new LatencyHistogram()
      for (const { ms, isEstimated } of left) histogram.record(ms, isEstimated)
      expect(sorted.percentiles()).toEqual(histogram.percentiles())
    }),
  )
})

test("a sparse histogram that samples come into and leave counts those that are left", () => {
  const change = fc.record({ ms: fc.oneof(fc.nat(5), fc.nat(9_000), fc.nat(MAX_DURATION_MS)), isEstimated: fc.boolean(), goes: fc.nat(9) })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 300 }), (changes) => {
      const sparse = new SparseHistogram()
      let left: { readonly ms: number; readonly isEstimated: boolean }[] = []
      for (const { ms, isEstimated, goes } of changes) {
        const going = goes < 4 ? left[goes] : undefined
        if (going !== undefined) {
          sparse.remove(going.ms, going.isEstimated)
          left = left.filter((sample) => sample !== going)
        } else {
          sparse.add(ms, isEstimated)
          left.push({ ms, isEstimated })
        }
        const maxMs = Math.max(0, ...left.map((sample) => sample.ms))
        // It does not know the largest any more, or knows it right.
        if (sparse.maxMs === undefined) sparse.foundMax(maxMs)
        else expect(sparse.maxMs).toBe(maxMs)
      }
      const poured = new LatencyHistogram()
      poured.merge(sparse)
      const recorded = new LatencyHistogram()
      for (const { ms, isEstimated } of left) recorded.record(ms, isEstimated)
      expect(poured.percentiles()).toEqual(recorded.percentiles())
    }),
  )
})

test("500 fast calls, then 4,500 slow ones: all of them count", () => {
  const values = Array.from({ length: 5000 }, (_, n) => (n < 500 ? 10 + (n % 7) : 9_000 + n * 3))
  const found = samplesOf(values).percentiles()
  expectPromise(found, values)
  expect(found?.maxMs).toBe(9_000 + 4_999 * 3)
  expect(found?.p50Ms).toBeGreaterThan(9_000)
})
