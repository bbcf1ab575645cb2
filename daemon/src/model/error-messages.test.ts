import { create } from "@bufbuild/protobuf"
import { HostSchema } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { ErrorClass, type Metrics } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Fact, ToolOutcome } from "../domain/facts.ts"
import { createPriceBook } from "./prices/price-book.ts"
import { World } from "./world.ts"

const START = Date.parse("2026-11-01T10:00:00Z")

function metricsAfter(facts: readonly Fact[]): Metrics | undefined {
  const world = new World({ host: create(HostSchema, { id: "h", name: "box" }), prices: createPriceBook([]), now: () => START })
  world.apply([{ kind: "conversation-seen", conversationId: "c", agent: "claude" }])
  for (const fact of facts) world.apply([fact])
  return world.metricsRow("c")?.message
}

function call(callId: string, name: string, endMs: number, outcome: ToolOutcome, example?: string): Fact[] {
  const who = { conversationId: "c", callId }
  return [
    { kind: "tool-started", ...who, name, timeMs: START },
    { kind: "tool-ended", ...who, outcome, timeMs: START + endMs, ...(example === undefined ? {} : { example }) },
  ]
}

describe("what went wrong", () => {
  it("is counted by class with the last one's words, and only failures are judged", () => {
    const row = metricsAfter([
      ...call("1", "Bash", 10, "command-failed", "exit code 1 first"),
      ...call("2", "Bash", 20, "command-failed", "exit code 2 last"),
      ...call("3", "Read", 5, "model-error", "no such file"),
      ...call("4", "Bash", 30, "rejected", "no"),
      ...call("5", "Bash", 40, "ok"),
      ...call("6", "Edit", 50, "timeout"),
    ])
    expect(row).toMatchObject({ judgedCalls: 5n, failedCalls: 4n, errorRate: 0.8 })
    expect(
      row?.errors.map(({ errorClass, count, isFailure, lastTool, lastExample }) => [errorClass, count, isFailure, lastTool, lastExample]),
    )
      // Most first.
      .toEqual([
        [ErrorClass.COMMAND_FAILURE, 2n, true, "Bash", "exit code 2 last"],
        [ErrorClass.MODEL_MISTAKE, 1n, true, "Read", "no such file"],
        [ErrorClass.TIMEOUT, 1n, true, "Edit", undefined],
        [ErrorClass.REJECTED, 1n, false, "Bash", "no"],
      ])
    const bash = row?.tools.find(({ name }) => name === "Bash")
    expect(bash?.errors.map(({ errorClass, count }) => [errorClass, count])).toEqual([
      [ErrorClass.COMMAND_FAILURE, 2n],
      [ErrorClass.REJECTED, 1n],
    ])
  })

  it("shows no words where the last call said none, nor those of a call that turned out otherwise", () => {
    const said = call("1", "Bash", 10, "failed", "old words")
    expect(metricsAfter([...said, ...call("2", "Bash", 20, "failed")])?.errors[0]?.lastExample).toBeUndefined()
    const interrupted: Fact = { kind: "tool-ended", conversationId: "c", callId: "1", outcome: "interrupted", timeMs: START + 10 }
    const row = metricsAfter([...said, interrupted])
    expect(row?.errors.map(({ errorClass, count }) => [errorClass, count])).toEqual([[ErrorClass.INTERRUPTED, 1n]])
    expect(row?.judgedCalls).toBe(0n)
    expect(row?.errorRate).toBeUndefined()
  })

  it("sums up failed requests by kind, with retries and the time they cost", () => {
    const who = { kind: "api-error-seen", conversationId: "c" } as const
    const row = metricsAfter([
      { ...who, timeMs: START + 1, key: "a", error: "overloaded", final: false, retryInMs: 500, example: "one" },
      { ...who, timeMs: START + 2, key: "b", error: "overloaded", final: false, retryInMs: 1100.4, example: "two" },
      { ...who, timeMs: START + 3, key: "c", error: "overloaded", final: true, example: "three" },
      { ...who, timeMs: START + 4, key: "d", error: "rate_limit", final: true },
    ])
    expect(row?.apiErrors).toBe(4n)
    expect(row?.apiErrorKinds).toMatchObject([
      { kind: "overloaded", count: 3n, finalCount: 1n, lostMs: 1600n, lastExample: "three" },
      { kind: "rate_limit", count: 1n, finalCount: 1n, lostMs: 0n },
    ])
  })

  it("counts failed hooks by name", () => {
    const who = { kind: "hook-failed", conversationId: "c" } as const
    const row = metricsAfter([
      { ...who, timeMs: START + 1, key: "a", hook: "PreToolUse:Bash", outcome: "blocked", example: "not this" },
      { ...who, timeMs: START + 2, key: "b", hook: "Stop", outcome: "failed" },
      { ...who, timeMs: START + 3, key: "c", hook: "Stop", outcome: "cancelled", example: "late" },
    ])
    expect(row?.hookFailures).toMatchObject([
      { hook: "Stop", count: 2n, lastExample: "late" },
      { hook: "PreToolUse:Bash", count: 1n, lastExample: "not this" },
    ])
  })

  it("comes to the same in any order, however often each line is read", () => {
    const outcomes = fc.constantFrom<ToolOutcome>("ok", "failed", "command-failed", "timeout", "rejected", "interrupted", "cancelled")
    const calls = fc.array(fc.tuple(fc.constantFrom("Bash", "Read"), fc.integer({ min: 0, max: 50 }), outcomes), { maxLength: 12 })
    const errors = fc.array(fc.tuple(fc.constantFrom("overloaded", "rate_limit"), fc.integer({ min: 0, max: 5 }), fc.boolean()), {
      maxLength: 8,
    })
    fc.assert(
      fc.property(calls, errors, fc.infiniteStream(fc.nat()), (made, failed, random) => {
        const facts: Fact[] = [
          ...made.flatMap(([name, endMs, outcome], index) =>
            call(`${index}`, name, endMs, outcome, outcome === "ok" ? undefined : `said ${index}`),
          ),
          ...failed.flatMap(([error, timeMs, final], index): Fact[] => [
            {
              kind: "api-error-seen",
              conversationId: "c",
              timeMs: START + timeMs,
              key: `e${index}`,
              error,
              final,
              retryInMs: 7,
              example: `e ${index}`,
            },
            { kind: "hook-failed", conversationId: "c", timeMs: START + timeMs, key: `h${index}`, hook: error, outcome: "failed" },
          ]),
        ]
        const shuffled = [...facts, ...facts.slice(0, facts.length / 2)]
          .map((fact) => ({ fact, at: random.next().value ?? 0 }))
          .sort((a, b) => a.at - b.at)
          .map(({ fact }) => fact)
        expect(visible(metricsAfter(shuffled))).toEqual(visible(metricsAfter(facts)))
      }),
      { numRuns: 200 },
    )
  })
})

/** Without words: of two calls that end in one millisecond either may have the last. */
function visible(row: Metrics | undefined) {
  return {
    errors: row?.errors.map(({ errorClass, count, isFailure, lastTime }) => ({ errorClass, count, isFailure, lastTime })),
    api: row?.apiErrorKinds,
    hooks: row?.hookFailures,
    judged: [row?.judgedCalls, row?.failedCalls],
  }
}
