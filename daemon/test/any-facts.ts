// Facts of all kinds about a handful of conversations, for worlds that must hold up whatever they are told and in whatever order.

import fc from "fast-check"
import type { AgentSeen, Fact, ToolOutcome } from "../src/domain/facts.ts"
import type { TokenUsage } from "../src/domain/usage.ts"
import type { World } from "../src/model/world.ts"

/** Unix milliseconds. The facts are of half a minute from then on. */
export const FACTS_START = Date.parse("2026-11-01T10:00:00Z")
export const CONVERSATION_IDS = ["one", "two", "three"]

const ids = fc.constantFrom(...CONVERSATION_IDS)
const keys = fc.constantFrom("a", "b", "c", "d")
const counts = fc.integer({ min: 0, max: 3 })
const words = fc.constantFrom("first", "last")
const times = fc.integer({ min: 0, max: 20 }).map((seconds) => FACTS_START + seconds * 1000)
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
const tools = fc.constantFrom("Bash", "Read", "Edit", "Agent", "__proto__", "")

/** An agent at work in a conversation, as its registry tells. */
export function agentSeen(conversationId: string, status: string, more: Partial<AgentSeen> = {}): AgentSeen {
  const evidence = { field: "conversation_id", source: "registry", detail: "", confidence: "confirmed", timeMs: FACTS_START } as const
  return {
    kind: "agent-seen",
    sessionId: seatOf(conversationId),
    timeMs: FACTS_START,
    agent: "claude",
    role: "interactive",
    pid: 42,
    startedMs: FACTS_START,
    command: "claude",
    suspended: false,
    registry: { conversationId, status, ...(status === "waiting" ? { waitingFor: "permission prompt" } : {}) },
    conversationHints: [{ conversationId, trust: "authoritative", evidence }],
    evidence: [evidence],
    ...more,
  }
}

function seatOf(conversationId: string): string {
  return `seat of ${conversationId}`
}

function fact(kind: Fact["kind"], members: { [name: string]: fc.Arbitrary<unknown> }, optional: string[] = []): fc.Arbitrary<Fact> {
  const all = { kind: fc.constant(kind), conversationId: ids, ...members }
  const required = Object.keys(all).filter((name) => !optional.includes(name)) as (keyof typeof all)[]
  return fc.record(all, { requiredKeys: required, noNullPrototype: true }) as unknown as fc.Arbitrary<Fact>
}

const spawns = fc.record(
  { agentType: words, task: counts, isBackground: fc.boolean(), batch: counts, usesResultsOf: fc.array(keys, { maxLength: 2 }) },
  { requiredKeys: [] },
)
const subagents = { subagentId: fc.constantFrom("s", "t") }
/** Told by its registry, by its screen, or by neither. */
const sightings = fc
  .record({
    id: ids,
    seat: ids,
    told: fc.constantFrom("busy", "busy", "idle", "waiting", "screen", "nothing"),
    atMs: fc.option(times, { nil: undefined }),
    screen: fc.constantFrom("working", "permission", "question", "idle"),
    parent: fc.option(ids, { nil: undefined }),
  })
  .map(({ id, seat, told, atMs, screen, parent }): AgentSeen => {
    const seen = agentSeen(id, told, { sessionId: seatOf(seat), ...(parent === undefined ? {} : { parentSessionId: seatOf(parent) }) })
    const { registry, ...rest } = seen
    if (told === "nothing" || registry === undefined) return rest
    if (told === "screen") return { ...rest, screen: { state: screen, timeMs: FACTS_START } }
    return { ...rest, registry: { ...registry, ...(atMs === undefined ? {} : { statusUpdatedMs: atMs }) } }
  })

export const anyFact: fc.Arbitrary<Fact> = fc.oneof(
  {
    arbitrary: fact(
      "conversation-seen",
      {
        agent: fc.constantFrom("claude", "codex"),
        startedMs: times,
        parentConversationId: ids,
        forkedFromConversationId: ids,
        teamName: words,
        memberName: words,
      },
      ["startedMs", "parentConversationId", "forkedFromConversationId", "teamName", "memberName"],
    ),
    weight: 3,
  },
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
  {
    arbitrary: fact("tool-started", { ...subagents, timeMs: times, callId: keys, name: tools, spawn: spawns }, ["subagentId", "spawn"]),
    weight: 4,
  },
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
  fact("context-seen", { ...subagents, timeMs: times, usedTokens: fc.option(counts) }, ["subagentId"]),
  fact(
    "subagent-seen",
    {
      ...subagents,
      finished: fc.boolean(),
      link: fc.constantFrom("sidecar", "result", "notification", "prompt", "path"),
      parentSubagentId: fc.constantFrom("s", "t"),
      toolCallId: keys,
      description: words,
      isBackground: fc.boolean(),
      workflowRunId: words,
      finishedMs: times,
      hasFailed: fc.boolean(),
      task: counts,
    },
    [
      "finished",
      "link",
      "parentSubagentId",
      "toolCallId",
      "description",
      "isBackground",
      "workflowRunId",
      "finishedMs",
      "hasFailed",
      "task",
    ],
  ),
  fact("agents-started", { ...subagents, timeMs: times, callId: keys, workflowRunId: words, memberName: words }, [
    "subagentId",
    "workflowRunId",
    "memberName",
  ]),
  fact("active", { ...subagents, timeMs: times }, ["subagentId"]),
  fact("booked-cost-seen", {
    untilMs: times,
    nanosUsd: counts,
    models: fc.array(fc.record({ model: fc.constant("claude-opus-5-5"), usage: usages, webSearches: counts, nanosUsd: counts }), {
      maxLength: 1,
    }),
    hasUnknownModel: fc.boolean(),
  }),
  sightings,
  fc.tuple(ids, times).map(([id, timeMs]): Fact => ({ kind: "agent-gone", sessionId: seatOf(id), timeMs, reason: "exited" })),
)

const NOBODY = "nobody"
/** Facts that come together, and how long nothing had come before: mostly not at all, else until silence means something. */
export const anyStep = fc.record({
  facts: fc.array(anyFact, { maxLength: 4 }),
  afterMs: fc.constantFrom(0, 0, 0, 0, 5_000, 60_000, 400_000, 700_000),
  seen: fc.constantFrom(NOBODY, NOBODY, NOBODY, ...CONVERSATION_IDS),
})
type Step = typeof anyStep extends fc.Arbitrary<infer Value> ? Value : never

/** Has worlds take a step, at the time that their clock then shows. */
export function take(worlds: readonly World[], clock: { now: number }, { facts, afterMs, seen }: Step): void {
  clock.now += afterMs
  for (const world of worlds) {
    if (afterMs > 0) world.tick()
    world.apply(facts)
    world.markSeen(seen)
  }
}
