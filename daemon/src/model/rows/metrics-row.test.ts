import { create, equals, fromBinary, fromJson, toBinary, toJson } from "@bufbuild/protobuf"
import { HostSchema, Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { type Metrics, MetricsSchema } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { AgentSeen, Fact, ToolOutcome } from "../../domain/facts.ts"
import type { TokenUsage } from "../../domain/usage.ts"
import { createPriceBook } from "../prices/price-book.ts"
import { World } from "../world.ts"
import type { PublishedRow } from "./published-row.ts"

const START = Date.parse("2026-11-01T10:00:00Z")
const IDS = ["one", "two", "three"]

const ids = fc.constantFrom(...IDS)
const keys = fc.constantFrom("a", "b", "c", "d")
const counts = fc.integer({ min: 0, max: 3 })
const words = fc.constantFrom("first", "last")
const times = fc.integer({ min: 0, max: 20 }).map((seconds) => START + seconds * 1000)
const usages: fc.Arbitrary<TokenUsage> = fc.record({
  input: counts,
  output: counts,
  reasoning: counts,
  cacheRead: counts,
  cacheWrite5m: counts,
  cacheWrite1h: counts,
})
const outcomes = fc.constantFrom<ToolOutcome>("ok", "ok", "failed", "command-failed", "timeout", "denied", "rejected", "background")
/** Names that an object has by birth would be lost in a careless one. */
const tools = fc.constantFrom("Bash", "Read", "Edit", "__proto__", "")

function agentSeen(conversationId: string, status: string): AgentSeen {
  const evidence = { field: "conversation_id", source: "registry", detail: "", confidence: "confirmed", timeMs: START } as const
  return {
    kind: "agent-seen",
    sessionId: `seat of ${conversationId}`,
    timeMs: START,
    agent: "claude",
    role: "interactive",
    pid: 42,
    startedMs: START,
    command: "claude",
    suspended: false,
    registry: { conversationId, status, ...(status === "waiting" ? { waitingFor: "permission prompt" } : {}) },
    conversationHints: [{ conversationId, trust: "authoritative", evidence }],
    evidence: [evidence],
  }
}

function fact(kind: Fact["kind"], members: { [name: string]: fc.Arbitrary<unknown> }, optional: string[] = []): fc.Arbitrary<Fact> {
  const all = { kind: fc.constant(kind), conversationId: ids, ...members }
  const required = Object.keys(all).filter((name) => !optional.includes(name)) as (keyof typeof all)[]
  return fc.record(all, { requiredKeys: required, noNullPrototype: true }) as unknown as fc.Arbitrary<Fact>
}

const subagents = { subagentId: fc.constantFrom("s", "t") }
const facts: fc.Arbitrary<Fact> = fc.oneof(
  fact(
    "conversation-seen",
    { agent: fc.constantFrom("claude", "codex"), startedMs: times, parentConversationId: ids, forkedFromConversationId: ids },
    ["startedMs", "parentConversationId", "forkedFromConversationId"],
  ),
  fact(
    "request-seen",
    {
      ...subagents,
      timeMs: times,
      key: keys,
      sidechain: fc.boolean(),
      model: fc.constantFrom("claude-opus-5-5", "gpt-5.6-sol", "nobody"),
      usage: usages,
    },
    ["subagentId"],
  ),
  fact(
    "model-call-seen",
    {
      ...subagents,
      timeMs: times,
      key: keys,
      model: fc.constant("claude-opus-5-5"),
      startedMs: times,
      basis: fc.constantFrom("measured", "estimated"),
    },
    ["subagentId"],
  ),
  { arbitrary: fact("tool-started", { ...subagents, timeMs: times, callId: keys, name: tools }, ["subagentId"]), weight: 4 },
  {
    arbitrary: fact(
      "tool-ended",
      {
        ...subagents,
        timeMs: times,
        callId: keys,
        outcome: outcomes,
        durationMs: counts,
        startedMs: times,
        name: tools,
        wasAsked: fc.boolean(),
        example: words,
      },
      ["subagentId", "durationMs", "startedMs", "name", "wasAsked", "example"],
    ),
    weight: 4,
  },
  fact("turn-started", { ...subagents, timeMs: times, idleSinceMs: times }, ["subagentId", "idleSinceMs"]),
  fact(
    "turn-ended",
    { ...subagents, timeMs: times, reason: fc.constantFrom("done", "interrupted"), startedMs: times, durationMs: counts },
    ["subagentId", "startedMs", "durationMs"],
  ),
  fact("api-error-seen", { timeMs: times, key: keys, error: words, final: fc.boolean(), retryInMs: counts, example: words }, [
    "retryInMs",
    "example",
  ]),
  fact("hook-failed", { timeMs: times, key: keys, hook: words, outcome: fc.constant("failed"), example: words }, ["example"]),
  fact("subagent-seen", { ...subagents, finished: fc.boolean() }, ["finished"]),
  fact("booked-cost-seen", {
    untilMs: times,
    nanosUsd: counts,
    models: fc.array(fc.record({ model: fc.constant("claude-opus-5-5"), usage: usages, webSearches: counts, nanosUsd: counts }), {
      maxLength: 1,
    }),
    hasUnknownModel: fc.boolean(),
  }),
  fc.tuple(ids, fc.constantFrom("busy", "idle", "waiting")).map(([id, status]) => agentSeen(id, status)),
  ids.map((id): Fact => ({ kind: "agent-gone", sessionId: `seat of ${id}`, timeMs: START + 9_000, reason: "exited" })),
)

function createWorld(): World {
  return new World({ host: create(HostSchema, { id: "h", name: "box" }), prices: createPriceBook([]), now: () => START + 10_000 })
}

function rowsOf(world: World): readonly (Metrics | undefined)[] {
  return IDS.map((id) => world.metricsRow(id)?.message)
}

/** Row by row, as JSON in the order of the contract, so that a failure shows what differs. */
function shown(rows: readonly (Metrics | undefined)[]): unknown {
  return rows.map((row) => row && toJson(MetricsSchema, row))
}

describe("a row of metrics", () => {
  it("that was asked for all along is the one that a world makes of the same facts when it is first asked", () => {
    fc.assert(
      fc.property(fc.array(fc.array(facts, { maxLength: 4 }), { maxLength: 12 }), (steps) => {
        const [watched, fresh] = [createWorld(), createWorld()]
        for (const step of steps) {
          for (const world of [watched, fresh]) world.apply(step)
          rowsOf(watched)
        }
        const rows = rowsOf(watched)
        expect(shown(rows)).toEqual(shown(rowsOf(fresh)))
        for (const row of rows) if (row !== undefined) expectMessage(row)
      }),
      { numRuns: 400 },
    )
  })

  it("stays as it was published while later ones differ", () => {
    fc.assert(
      fc.property(fc.array(facts, { maxLength: 20 }), (list) => {
        const world = createWorld()
        const published = new Map<PublishedRow, string>()
        for (const one of list) {
          world.apply([one])
          for (const row of world.metrics(Scope.ALL)) published.set(row, hexOf(row))
        }
        for (const [row, before] of published) expect(hexOf(row)).toBe(before)
      }),
    )
  })

  it("tells of tools with most calls first, then by name, whichever was called last", () => {
    const world = createWorld()
    world.apply([agentSeen("one", "busy")])
    let calls = 0
    const orderAfter = (...names: string[]): readonly string[] | undefined => {
      for (const name of names) {
        const call = { conversationId: "one", callId: `${calls++}`, name }
        world.apply([{ kind: "tool-started", ...call, timeMs: START }])
      }
      return world.metricsRow("one")?.message.tools.map((tool) => `${tool.calls} ${tool.name}`)
    }
    expect(orderAfter("Read", "Edit", "Bash")).toEqual(["1 Bash", "1 Edit", "1 Read"])
    expect(orderAfter("Bash", "Read")).toEqual(["2 Bash", "2 Read", "1 Edit"])
    expect(orderAfter("Edit", "Edit")).toEqual(["3 Edit", "2 Bash", "2 Read"])
  })

  it("tells what another copy of a call's end says of it", () => {
    const world = createWorld()
    const end = { kind: "tool-ended", conversationId: "one", callId: "a", timeMs: START + 7, outcome: "failed" } as const
    world.apply([agentSeen("one", "busy"), { kind: "tool-started", conversationId: "one", callId: "a", name: "Bash", timeMs: START }, end])
    expect(world.metricsRow("one")?.message.errors[0]?.lastExample).toBeUndefined()
    world.apply([{ ...end, example: "no such file" }])
    const row = world.metricsRow("one")?.message
    expect([row?.errors[0]?.lastExample, row?.tools[0]?.errors[0]?.lastExample]).toEqual(["no such file", "no such file"])
  })
})

function hexOf({ bytes }: PublishedRow): string {
  return Buffer.from(bytes).toString("hex")
}

/** That it is what the library would have made, and comes through both formats as it is. */
function expectMessage(row: Metrics): void {
  const binary = fromBinary(MetricsSchema, toBinary(MetricsSchema, row))
  expect(equals(MetricsSchema, row, binary)).toBe(true)
  expect(equals(MetricsSchema, row, fromJson(MetricsSchema, toJson(MetricsSchema, row)))).toBe(true)
  expect(row).toEqual(binary)
}
