import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { ClockSamples, NO_PLACE } from "./clock-samples.ts"
import { LatencyHistogram } from "./latency.ts"
import { PeerDurations } from "./peer-durations.ts"
import { SLOW_THRESHOLDS, SlowJudge } from "./slow-judge.ts"

const NOW = Date.UTC(2026, 10, 1, 12)
const MINUTE = 60_000

function fleet() {
  const samples = new Map<string, ClockSamples>()
  let changes = 0
  const judge = new SlowJudge({
    samples,
    thresholds: SLOW_THRESHOLDS,
    sessionOf: (id) => id.replace(/\d/u, ""),
    modelOf: (id) => (id.startsWith("h") ? "haiku" : "opus"),
  })
  return {
    judge,
    /** `count` answers of `ms` each, `minutesAgo`. */
    answers: (id: string, count: number, ms: number, minutesAgo: number, tool?: string): void => {
      const of = samples.get(id) ?? new ClockSamples()
      samples.set(id, of)
      const series = {
        clock: tool === undefined ? "model" : "tool",
        label: tool ?? "m",
        subagentId: undefined,
        isEstimated: false,
      } as const
      for (let n = 0; n < count; n++) of.put(NO_PLACE, ms, NOW - minutesAgo * MINUTE, series)
      changes++
    },
    at: (nowMs: number) => judge.judge(nowMs, changes),
  }
}

describe("slow", () => {
  it("is three times the p95 of the other sessions on the same model, and says so", () => {
    const { answers, at, judge } = fleet()
    answers("a", 10, 3_000, 1)
    answers("b", 30, 1_000, 40)
    answers("haiku", 30, 100, 1)
    expect(at(NOW)).toEqual(["a"])
    const evidence = { p95Ms: 3_000, count: 10, baseline: "peers", baselineP95Ms: 1_000, baselineCount: 30 }
    expect(judge.of("a")).toEqual([{ clock: "model", tool: undefined, ...evidence }])
    expect(judge.of("b")).toEqual([])
  })

  it("is not said of fewer than ten samples of either side, of a little less than three times, or of an hour ago", () => {
    const { answers, at } = fleet()
    answers("a", 9, 9_000, 1)
    answers("b", 30, 1_000, 3)
    answers("c", 20, 2_990, 1)
    answers("d", 30, 90_000, 70)
    answers("h", 30, 90_000, 1)
    expect(at(NOW)).toEqual([])
  })

  it("is also three times its own p95 of the hour before", () => {
    const { answers, at, judge } = fleet()
    answers("a", 20, 200, 30, "Bash")
    answers("a", 20, 900, 2, "Bash")
    at(NOW)
    expect(judge.of("a").map(({ tool, baseline, baselineP95Ms }) => [tool, baseline, baselineP95Ms])).toEqual([
      [undefined, "own hour", 200],
      ["Bash", "own hour", 200],
    ])
  })

  it("is nobody whose calls wait for another agent or a person", () => {
    const { answers, at } = fleet()
    answers("a", 40, 90_000, 1, "Agent")
    answers("a", 40, 90_000, 1, "AskUserQuestion")
    answers("b", 30, 100, 1, "Agent")
    answers("b", 30, 100, 1, "Bash")
    expect(at(NOW)).toEqual([])
  })

  it("does not hold a session's other conversations against it", () => {
    const { answers, at } = fleet()
    answers("a1", 10, 9_000, 1)
    answers("a2", 30, 100, 20)
    expect(at(NOW)).toEqual([])
  })

  it("ends by time alone, and is judged when something changed or a minute went by", () => {
    const { answers, at } = fleet()
    answers("a", 10, 9_000, 1)
    answers("b", 30, 100, 1)
    expect(at(NOW)).toEqual(["a"])
    expect(at(NOW + 9_000)).toEqual([])
    answers("a", 200, 100, 0)
    expect(at(NOW + 9_500)).toEqual([])
    expect(at(NOW + 10_000)).toEqual(["a"])
    answers("a", 300, 9_000, 0)
    expect(at(NOW + 20_000)).toEqual(["a"])
    expect(at(NOW + 7 * MINUTE)).toEqual(["a"])
  })
})

it("the p95 of all but one is that of all but one", () => {
  const durations = fc.array(fc.oneof(fc.nat(50), fc.nat(90_000_000)), { maxLength: 30 })
  fc.assert(
    fc.property(fc.array(durations, { minLength: 1, maxLength: 6 }), (owners) => {
      const peers = new PeerDurations()
      const valid = owners.map((list) => list.filter((ms) => ms <= 86_400_000))
      for (const [owner, list] of valid.entries()) peers.add(`${owner}`, list)
      for (const owner of [undefined, ...valid.keys()]) {
        const histogram = new LatencyHistogram()
        for (const ms of valid.filter((_, index) => index !== owner).flat()) histogram.record(ms)
        const found = peers.p95Without(owner === undefined ? undefined : `${owner}`)
        const { count, p95Ms } = histogram.percentiles() ?? { count: 0, p95Ms: 0 }
        expect(found).toEqual({ count, p95Ms })
      }
    }),
  )
})
