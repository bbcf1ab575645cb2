import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { LatencyHistogram, MAX_DURATION_MS, type Percentiles, percentiles, Samples } from "./latency.ts"

const durations = fc.array(fc.oneof(fc.nat(2047), fc.nat(120_000), fc.nat(MAX_DURATION_MS)), { minLength: 1, maxLength: 300 })

function nearestRank(sorted: readonly number[], percent: number): number {
  return sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? Number.NaN
}

function samplesOf(values: readonly number[]): Samples {
  const samples = new Samples()
  for (const value of values) samples.add(value)
  return samples
}

/** The promise of the module, against a sorted array. */
function expectPromise(found: Percentiles | undefined, values: readonly number[]): void {
  const sorted = values.toSorted((a, b) => a - b)
  if (found === undefined) throw new Error("no percentiles")
  for (const [percent, value] of [
    [50, found.p50Ms],
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

  test("a resident histogram, and two merged into one", () => {
    fc.assert(
      fc.property(durations, durations, (some, others) => {
        const merged = new LatencyHistogram()
        const more = new LatencyHistogram()
        for (const value of some) merged.record(value)
        expectPromise(merged.percentiles(), some)
        for (const value of others) more.record(value)
        merged.merge(more)
        expectPromise(merged.percentiles(), [...some, ...others])
        expect(merged.percentiles()).toEqual(samplesOf([...some, ...others]).percentiles())
      }),
      { numRuns: 50 },
    )
  })
})

test("few samples: the high percentiles are the maximum", () => {
  expect(samplesOf([7]).percentiles()).toEqual({ count: 1, meanMs: 7, p50Ms: 7, p95Ms: 7, p99Ms: 7, maxMs: 7 })
  expect(samplesOf([0, 0]).percentiles()).toEqual({ count: 2, meanMs: 0, p50Ms: 0, p95Ms: 0, p99Ms: 0, maxMs: 0 })
  expect(samplesOf(Array.from({ length: 19 }, (_, n) => n * 5000)).percentiles()).toMatchObject({ p95Ms: 90_000, maxMs: 90_000 })
})

test("what is no duration is left out", () => {
  const samples = new Samples()
  for (const value of [Number.NaN, -1, -0.4, MAX_DURATION_MS + 1, Number.POSITIVE_INFINITY]) expect(samples.add(value)).toBe(false)
  expect(samples.percentiles()).toBeUndefined()
  expect(percentiles([Number.NaN, 5, -3])).toMatchObject({ count: 1, p99Ms: 5 })
  expect(percentiles([])).toBeUndefined()
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
