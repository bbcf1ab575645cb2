import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { CLOCKS } from "./clock-samples.ts"
import { Clocks } from "./clocks.ts"
import type { SpanSeen } from "./spans.ts"
import type { StoredEntry } from "./stored-entry.ts"

/** Few names and times, so that copies of one interval come up all the time. */
const someMs = fc.nat(8).map((n) => 1_000_000 + n * 1000)
const span: fc.Arbitrary<SpanSeen> = fc
  .record({
    what: fc.constantFrom("model", "permission", "turn", "idle"),
    conversationId: fc.constantFrom("one", "two"),
    subagentId: fc.constantFrom(undefined, undefined, "a1"),
    key: fc.constantFrom("m1", "m2"),
    model: fc.constantFrom("opus", "haiku"),
    startMs: someMs,
    lengthMs: fc.nat(4).map((n) => n * 700),
    isEstimated: fc.boolean(),
    isCut: fc.boolean(),
    activeMs: fc.constantFrom(undefined, 300, 900),
  })
  .map(({ key, model, lengthMs, activeMs, isEstimated, isCut, ...seen }): SpanSeen => {
    const endMs = seen.startMs + lengthMs
    if (seen.what === "model") return { ...seen, key, model, endMs, isEstimated }
    return { ...seen, endMs, isCut, ...(seen.what === "turn" ? { activeMs } : {}) }
  })

function folded(list: readonly SpanSeen[], asks = false): Clocks {
  const clocks = new Clocks(() => [])
  for (const seen of list) {
    clocks.spans.see(seen)
    if (asks) figures(clocks)
  }
  return clocks
}

/** All that is published of both conversations. */
function figures(clocks: Clocks): unknown {
  return ["one", "two"].map((id) => {
    const of = clocks.figuresOf(id)
    return { activeMs: of.activeMs, clocks: CLOCKS.map((clock) => of.clock(clock)) }
  })
}

describe("intervals that are read in copies", () => {
  test("come to the same in whatever order, however often, and whether they are asked for or not", () => {
    const scenario = fc
      .array(span, { maxLength: 15 })
      .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2 })))
    fc.assert(
      fc.property(scenario, ([once, shuffled]) => {
        expect(figures(folded(shuffled, true))).toEqual(figures(folded(once)))
      }),
      { numRuns: 500 },
    )
  })

  test("come back from a store as they were", () => {
    fc.assert(
      fc.property(fc.array(span, { maxLength: 15 }), (list) => {
        const clocks = new Clocks(() => [])
        clocks.spans.unsaved.begin()
        for (const seen of list) clocks.spans.see(seen)
        const entries = new Map<string, StoredEntry[]>()
        clocks.spans.takeUnsaved(entries)
        const again = new Clocks(() => [])
        again.spans.restore([...entries.values()].flat().filter((entry) => entry.kind === "span"))
        expect(figures(again)).toEqual(figures(clocks))
      }),
    )
  })

  test("an answer: a measured start outranks an earlier estimate, and the latest line is its end", () => {
    const answer = { what: "model", conversationId: "one", key: "m1", model: "opus" } as const
    const clocks = folded([
      { ...answer, startMs: 1_000, endMs: 6_000, isEstimated: true },
      { ...answer, startMs: 2_000, endMs: 5_000, isEstimated: false },
    ])
    expect(clocks.figuresOf("one").clock("model")).toMatchObject({ count: 1, maxMs: 4_000, estimatedCount: 0 })
  })

  test("a turn cut by a crash is estimated, and gives way to the end that is read later", () => {
    const turn = { what: "turn", conversationId: "one", startMs: 1_000 } as const
    const cut = folded([{ ...turn, endMs: 9_000, isCut: true }])
    expect(cut.figuresOf("one").clock("turn")).toMatchObject({ count: 1, maxMs: 8_000, estimatedCount: 1 })
    cut.spans.see({ ...turn, endMs: 4_000 })
    expect(cut.figuresOf("one").clock("turn")).toMatchObject({ count: 1, maxMs: 3_000, estimatedCount: 0 })
  })

  test("a subagent's runs are no turns of the session's", () => {
    const clocks = folded([
      { what: "turn", conversationId: "one", subagentId: "a1", startMs: 1_000, endMs: 2_000, activeMs: 900 },
      { what: "turn", conversationId: "one", startMs: 1_000, endMs: 4_000, activeMs: 2_500 },
    ])
    expect(clocks.figuresOf("one").clock("turn")).toMatchObject({ count: 1, maxMs: 3_000 })
    expect(clocks.figuresOf("one").activeMs).toBe(2_500)
  })
})
