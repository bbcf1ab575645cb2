import fc from "fast-check"
import { keyHash } from "./key-hash.ts"
import { describe, expect, it } from "vitest"
import type { ToolEnded, ToolOutcome, ToolStarted } from "../domain/facts.ts"
import { Clocks } from "./clocks.ts"
import { ToolCalls } from "./tool-calls.ts"

const started = (callId: string, timeMs: number, more: Partial<ToolStarted> = {}): ToolStarted => ({
  kind: "tool-started",
  conversationId: "c",
  callId,
  name: "Bash",
  timeMs,
  ...more,
})
const ended = (callId: string, timeMs: number, outcome: ToolOutcome = "ok", more: Partial<ToolEnded> = {}): ToolEnded => ({
  kind: "tool-ended",
  conversationId: "c",
  callId,
  timeMs,
  outcome,
  ...more,
})

function fold(facts: readonly (ToolStarted | ToolEnded)[]): ToolCalls {
  return bed(facts).calls
}

function bed(facts: readonly (ToolStarted | ToolEnded)[]) {
  const clocks: Clocks = new Clocks((id) => calls.of(id))
  const calls: ToolCalls = new ToolCalls(clocks)
  for (const fact of facts) void (fact.kind === "tool-started" ? calls.started(fact) : calls.ended(fact))
  return { calls, clocks }
}

/** Durations that the tool clock was given, in order. */
function durations(clocks: Clocks, conversationId: string, tool: string): readonly number[] {
  const found: number[] = []
  clocks.samples.get(conversationId)?.each(0, (series, ms) => void (series.label === tool && found.push(ms)))
  return found.toSorted((a, b) => a - b)
}

describe("ToolCalls", () => {
  it("times a call from its start to its end", () => {
    const { calls, clocks } = bed([started("a", 1_000), ended("a", 1_250)])
    expect(calls.totals("c").get("Bash")).toEqual({ calls: 1, judged: 1, failures: 0, errors: {} })
    expect(durations(clocks, "c", "Bash")).toEqual([250])
    expect(calls.open("c")).toEqual([])
  })

  it("prefers the duration that the agent measured", () => {
    const { clocks } = bed([started("a", 1_000), ended("a", 9_000, "ok", { durationMs: 40 })])
    expect(durations(clocks, "c", "Bash")).toEqual([40])
  })

  it("judges failures, and neither rejections nor interruptions", () => {
    const outcomes: ToolOutcome[] = [
      "ok",
      "failed",
      "timeout",
      "model-error",
      "denied",
      "rejected",
      "interrupted",
      "cancelled",
      "background",
    ]
    const calls = fold(outcomes.flatMap((outcome, i) => [started(`${i}`, 0), ended(`${i}`, 10, outcome)]))
    expect(calls.totals("c").get("Bash")).toMatchObject({ calls: 9, judged: 4, failures: 3 })
  })

  it("drops what cannot be a duration: a clock that went back, more than a day", () => {
    const { calls, clocks } = bed([started("a", 5_000), ended("a", 1_000), started("b", 0), ended("b", 90_000_000)])
    expect(calls.totals("c").get("Bash")).toMatchObject({ judged: 2 })
    expect(durations(clocks, "c", "Bash")).toEqual([])
  })

  it("keeps what runs in view, oldest first, until its turn is over", () => {
    const calls = fold([started("b", 2_000), started("a", 1_000, { name: "Read" }), started("s", 1_500, { subagentId: "sub" })])
    expect(calls.open("c").map((call) => call.key)).toEqual(["a", "s", "b"].map(keyHash))
    calls.abandon("c", undefined, 3_000)
    expect(calls.open("c").map((call) => call.key)).toEqual([keyHash("s")])
    expect(calls.totals("c").get("Read")).toMatchObject({ calls: 1, judged: 0 })
  })

  it("leaves calls alone that started after the turn that ended", () => {
    const calls = fold([started("a", 5_000)])
    calls.abandon("c", undefined, 3_000)
    expect(calls.open("c")).toHaveLength(1)
  })

  it("takes a call's copy in a fork for the same call, owned by where it was first made", () => {
    const { calls, clocks } = bed([
      started("a", 1_000, { conversationId: "fork" }),
      ended("a", 1_100, "ok", { conversationId: "fork" }),
      started("a", 900),
    ])
    expect(calls.totals("fork").size).toBe(0)
    expect(calls.totals("c").get("Bash")).toMatchObject({ calls: 1 })
    expect(durations(clocks, "fork", "Bash")).toEqual([])
    expect(durations(clocks, "c", "Bash")).toEqual([200])
  })

  it("counts a call whose end alone is written, once its name is known", () => {
    const { calls, clocks } = bed([ended("a", 300, "ok", { startedMs: 100, name: "exec_command" })])
    expect(calls.totals("c").get("exec_command")).toMatchObject({ calls: 1 })
    expect(durations(clocks, "c", "exec_command")).toEqual([200])
  })

  it("comes to the same in whatever order and however often the facts are read", () => {
    const outcome = fc.constantFrom<ToolOutcome>("ok", "failed", "rejected", "interrupted", "background")
    const call = fc.record({
      start: fc.nat(1_000),
      length: fc.nat(1_000),
      outcome,
      again: outcome,
      measured: fc.option(fc.nat(500), { nil: undefined }),
    })
    const scenario = fc.array(call, { maxLength: 12 }).chain((list) => {
      const facts = list.flatMap((c, i) => [
        started(`${i}`, c.start, { name: i % 2 === 0 ? "Bash" : "Read" }),
        ended(`${i}`, c.start + c.length, c.outcome),
        ended(`${i}`, c.start + c.length, c.again, c.measured === undefined ? {} : { durationMs: c.measured }),
      ])
      return fc.tuple(fc.constant(facts), fc.shuffledSubarray([...facts, ...facts], { minLength: facts.length * 2 }))
    })
    fc.assert(
      fc.property(scenario, ([once, shuffled]) => {
        const [plain, other] = [bed(once), bed(shuffled)]
        expect(new Map(other.calls.totals("c"))).toEqual(new Map(plain.calls.totals("c")))
        for (const tool of ["Bash", "Read"]) expect(durations(other.clocks, "c", tool)).toEqual(durations(plain.clocks, "c", tool))
      }),
    )
  })

  it("has the same totals whether they were asked for all the while or once", () => {
    const outcome = fc.constantFrom<ToolOutcome>("ok", "failed", "background", "rejected", "timeout")
    const callId = fc.constantFrom("a", "b", "d", "e")
    const timeMs = fc.nat({ max: 50 })
    const more = fc.record({ conversationId: fc.constantFrom("c", "other"), name: fc.constantFrom("Bash", "Read") }, { requiredKeys: [] })
    const fact = fc.oneof(
      fc.tuple(callId, timeMs, more).map(([id, ms, members]) => started(id, ms, members)),
      fc.tuple(callId, timeMs, outcome, more).map(([id, ms, how, members]) => ended(id, ms, how, members)),
    )
    const plain = ({ calls, clocks }: ReturnType<typeof bed>) =>
      ["c", "other"].map((id) => {
        const figures = clocks.figuresOf(id)
        return [...calls.totals(id)]
          .map(([name, tool]) => ({ name, ...tool, figures: figures.tool(name) }))
          .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      })
    fc.assert(
      fc.property(fc.array(fact, { maxLength: 20 }), (facts) => {
        const asked = bed([])
        for (const one of facts) {
          void (one.kind === "tool-started" ? asked.calls.started(one) : asked.calls.ended(one))
          plain(asked)
        }
        expect(plain(asked)).toEqual(plain(bed(facts)))
      }),
      { numRuns: 2000 },
    )
  })
})
