import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { ToolEnded, ToolStarted } from "../domain/facts.ts"
import { CLOCKS } from "./clock-samples.ts"
import { Clocks } from "./clocks.ts"
import type { SpanSeen } from "./spans.ts"
import { ToolCalls } from "./tool-calls.ts"

type Seen = ToolStarted | ToolEnded | SpanSeen

const started = (callId: string, timeMs: number): ToolStarted => ({
  kind: "tool-started",
  conversationId: "c",
  callId,
  name: "Bash",
  timeMs,
})
const ended = (callId: string, timeMs: number, more: Partial<ToolEnded> = {}): ToolEnded => ({
  kind: "tool-ended",
  conversationId: "c",
  callId,
  timeMs,
  outcome: "ok",
  ...more,
})
const wait = (startMs: number, endMs: number, more: Partial<SpanSeen> = {}): SpanSeen => ({
  what: "permission",
  conversationId: "c",
  startMs,
  endMs,
  ...more,
})

function fold(list: readonly Seen[], asks = false): Clocks {
  const clocks: Clocks = new Clocks((id) => calls.of(id))
  const calls: ToolCalls = new ToolCalls(clocks)
  for (const seen of list) {
    if ("what" in seen) clocks.spans.see(seen)
    else if (seen.kind === "tool-started") calls.started(seen)
    else calls.ended(seen)
    if (asks) figures(clocks)
  }
  return clocks
}

function figures(clocks: Clocks): unknown {
  const of = clocks.figuresOf("c")
  return [...CLOCKS.map((clock) => of.clock(clock)), of.tool("Bash")]
}

/** Counts and sums of both clocks that a wait may count for. */
function split(list: readonly Seen[]) {
  const of = fold(list).figuresOf("c")
  const told = (clock: "tool" | "permission") => {
    const { count, maxMs, estimatedCount } = of.clock(clock) ?? { count: 0, maxMs: 0, estimatedCount: 0 }
    return [count, maxMs, estimatedCount]
  }
  return { tool: told("tool"), permission: told("permission") }
}

describe("a wait for a permission", () => {
  it("that was seen is taken out of the call's time", () => {
    expect(split([started("a", 0), wait(100, 8_000), ended("a", 9_000, { wasAsked: true })])).toEqual({
      tool: [1, 1_100, 0],
      permission: [1, 7_900, 0],
    })
  })

  it("is what a call took longer than the run that the agent measured", () => {
    expect(split([started("a", 0), ended("a", 9_000, { wasAsked: true, durationMs: 400 })])).toEqual({
      tool: [1, 400, 0],
      permission: [1, 8_600, 1],
    })
  })

  it("is all of a call that a person refused", () => {
    expect(split([started("a", 0), ended("a", 6_000, { wasAsked: true, outcome: "rejected" })])).toEqual({
      tool: [0, 0, 0],
      permission: [1, 6_000, 1],
    })
  })

  it("of unknown length leaves the call's own time unknown", () => {
    expect(split([started("a", 0), ended("a", 6_000, { wasAsked: true })])).toEqual({ tool: [0, 0, 0], permission: [0, 0, 0] })
  })

  it("is not counted twice where it was seen and can be worked out", () => {
    const list = [started("a", 0), wait(50, 5_000), ended("a", 6_000, { wasAsked: true, durationMs: 900 })]
    expect(split(list)).toEqual({ tool: [1, 900, 0], permission: [1, 4_950, 0] })
  })

  it("is that of the only call then, where nothing says who was asked for", () => {
    expect(split([started("a", 0), wait(100, 8_000), ended("a", 9_000)]).tool).toEqual([1, 1_100, 0])
    const two = [started("a", 0), started("b", 0), wait(100, 8_000), ended("a", 9_000), ended("b", 9_000)]
    expect(split(two).tool).toEqual([2, 9_000, 0])
  })

  it("leaves a call alone that ran beside the one asked for", () => {
    const list = [started("a", 0), started("b", 0), wait(100, 8_000), ended("b", 8_500), ended("a", 9_000, { wasAsked: true })]
    expect(fold(list).figuresOf("c").tool("Bash")).toMatchObject({ count: 2, p50Ms: 1_100, maxMs: 8_500 })
  })

  it("that nobody answered is no sample, and still none of the tool's time", () => {
    expect(split([started("a", 0), wait(100, 8_000, { isCut: true }), ended("a", 9_000)])).toEqual({
      tool: [1, 1_100, 0],
      permission: [0, 0, 0],
    })
  })
})

it("comes to the same in whatever order calls and waits are read", () => {
  const someMs = fc.nat(12).map((n) => n * 500)
  const call = fc.record({
    id: fc.constantFrom("a", "b", "d"),
    at: someMs,
    lengthMs: someMs,
    wasAsked: fc.boolean(),
    outcome: fc.constantFrom("ok", "failed", "rejected"),
    durationMs: fc.constantFrom(undefined, undefined, 250),
  })
  const interval = fc.record({ at: someMs, lengthMs: someMs, isCut: fc.boolean() })
  const scenario = fc
    .tuple(fc.uniqueArray(call, { selector: ({ id }) => id }), fc.array(interval, { maxLength: 3 }))
    .chain(([calls, waits]) => {
      const list: Seen[] = [
        ...calls.flatMap(({ id, at, lengthMs, wasAsked, outcome, durationMs }) => [
          started(id, at),
          ended(id, at + lengthMs, { outcome, ...(wasAsked ? { wasAsked } : {}), ...(durationMs === undefined ? {} : { durationMs }) }),
        ]),
        ...waits.map(({ at, lengthMs, isCut }) => wait(at, at + lengthMs, { isCut })),
      ]
      return fc.tuple(fc.constant(list), fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2 }))
    })
  fc.assert(
    fc.property(scenario, ([once, shuffled]) => {
      expect(figures(fold(shuffled, true))).toEqual(figures(fold(once)))
    }),
    { numRuns: 1000 },
  )
})

it("keeps 5,000 calls, 500 fast and then 4,500 slow, all of them", () => {
  const durations = Array.from({ length: 5000 }, (_, n) => (n < 500 ? 5 + (n % 20) : 1_000 + n * 2))
  const of = fold(durations.flatMap((ms, n) => [started(`${n}`, n * 20_000), ended(`${n}`, n * 20_000 + ms)])).figuresOf("c")
  const sorted = durations.toSorted((a, b) => a - b)
  const found = of.tool("Bash")
  for (const [percent, ms] of [
    [50, found?.p50Ms],
    [90, found?.p90Ms],
    [95, found?.p95Ms],
    [99, found?.p99Ms],
  ] as const) {
    const exact = sorted[Math.ceil((percent * 5000) / 100) - 1] ?? 0
    expect(ms).toBeGreaterThanOrEqual(exact)
    expect(ms).toBeLessThanOrEqual(exact * 1.001)
  }
  expect(found).toMatchObject({ count: 5000, maxMs: 10_998 })
})
