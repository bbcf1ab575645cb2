import { create } from "@bufbuild/protobuf"
import { type Activity, ActivityKind } from "@vibecraft/shared/gen/vibecraft/v1/activity_pb"
import { HostSchema } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { ErrorClass } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { AgentSeen, Fact, TranscriptFact } from "../domain/facts.ts"
import { NO_USAGE } from "../domain/usage.ts"
import { createPriceBook } from "./prices/price-book.ts"
import type { ActivityQuery } from "./published-activities.ts"
import { World } from "./world.ts"

const START = Date.parse("2026-11-01T10:00:00Z")
const ALL: ActivityQuery = { kinds: new Set(), includePrompts: false }

function setUp(isCaughtUp = true, capacity = 1000) {
  const clock = { now: START + 60_000 }
  const world = new World({
    host: create(HostSchema, { id: "h", name: "box" }),
    prices: createPriceBook([]),
    now: () => clock.now,
    activityRing: { capacity },
  })
  const catchUp = () => world.setFirstRead({ bytesRead: 0, bytesTotal: 0, files: 0, done: true })
  if (isCaughtUp) catchUp()
  return { clock, world, catchUp }
}

const oldestFirst = (world: World, query: Partial<ActivityQuery> = {}) => world.activities.list({ ...ALL, ...query }, 1000).toReversed()

const KIND_WORDS = new Map<number, string>(Object.entries(ActivityKind).map(([word, kind]) => [kind, word]))

/** What tells an activity, its number left out. */
function seen({ kind, title, detail, durationMs, errorClass, subagentId, time }: Activity) {
  return [
    KIND_WORDS.get(kind),
    title,
    detail,
    durationMs === undefined ? undefined : Number(durationMs),
    errorClass,
    subagentId,
    Number(time?.seconds),
  ]
}

const words = (activities: readonly Activity[]) =>
  activities.map(({ kind, title, detail, durationMs }) =>
    [KIND_WORDS.get(kind), title, detail, durationMs === undefined ? undefined : Number(durationMs)].filter(
      (part) => part !== undefined && part !== "",
    ),
  )

const who = { conversationId: "c" } as const
const HEAD: Fact = { kind: "conversation-seen", ...who, agent: "claude", title: "Fix login", model: "claude-opus-5-5" }

const request = (key: string, timeMs: number, model: string, switchedFrom?: string): TranscriptFact => ({
  kind: "request-seen",
  ...who,
  key,
  timeMs,
  model,
  sidechain: false,
  usage: { ...NO_USAGE, output: 1 },
  ...(switchedFrom === undefined ? {} : { switchedFrom }),
})

/** A turn with one of each thing, in the order of its file. */
const TURN: readonly TranscriptFact[] = [
  { kind: "turn-started", ...who, timeMs: START, prompt: "please fix it" },
  request("m1", START + 1000, "claude-opus-5-5"),
  { kind: "tool-started", ...who, timeMs: START + 2000, callId: "t1", name: "Bash", target: "npm test" },
  { kind: "tool-ended", ...who, timeMs: START + 5000, callId: "t1", outcome: "command-failed", example: "exit code 1: 3 failed" },
  { kind: "tool-started", ...who, timeMs: START + 6000, callId: "t2", name: "Agent" },
  { kind: "tool-ended", ...who, timeMs: START + 6010, callId: "t2", outcome: "background" },
  { kind: "subagent-seen", ...who, subagentId: "a1", agentType: "Explore" },
  { kind: "turn-started", ...who, subagentId: "a1", timeMs: START + 6100, prompt: "look around" },
  { kind: "turn-ended", ...who, subagentId: "a1", timeMs: START + 8100, reason: "done", startedMs: START + 6100 },
  {
    kind: "api-error-seen",
    ...who,
    timeMs: START + 9000,
    key: "e1",
    error: "overloaded",
    final: false,
    retryInMs: 500,
    example: "529 busy",
  },
  { kind: "hook-failed", ...who, timeMs: START + 10_000, key: "h1", hook: "Stop", outcome: "failed", example: "no jq", durationMs: 12 },
  { kind: "compacted", ...who, timeMs: START + 11_000, key: "k1", trigger: "auto", durationMs: 170 },
  request("m2", START + 12_000, "claude-sonnet-5-5", "claude-opus-5-5"),
  { kind: "turn-ended", ...who, timeMs: START + 13_000, reason: "done", startedMs: START },
]

const TOLD = [
  ["PROMPT", "Fix login"],
  ["TOOL_START", "Bash", "npm test"],
  ["TOOL_END", "Bash", "exit code 1: 3 failed", 3000],
  ["TOOL_START", "Agent"],
  ["SUBAGENT_START", "Explore"],
  ["SUBAGENT_END", "Explore", 2000],
  ["API_ERROR", "overloaded, tried again", "529 busy"],
  ["HOOK_FAILURE", "Stop", "no jq", 12],
  ["COMPACTION", "auto", 170],
  ["MODEL_SWITCH", "claude-opus-5-5 → claude-sonnet-5-5"],
  ["STOP", "done", 13_000],
]

describe("what transcripts tell", () => {
  it("becomes activities, each with its words, and a prompt's words only where they are asked for", () => {
    const { world } = setUp()
    world.apply([HEAD, ...TURN])
    expect(words(oldestFirst(world))).toEqual(TOLD)
    const [prompt] = oldestFirst(world, { includePrompts: true })
    expect(prompt?.detail).toBe("please fix it")
    expect(oldestFirst(world).find(({ kind }) => kind === ActivityKind.TOOL_END)?.errorClass).toBe(ErrorClass.COMMAND_FAILURE)
    expect(world.history.take().activities).toBeUndefined()
  })

  it("is the same in whatever order and pieces it is read, and however often", () => {
    const one = setUp()
    one.world.apply([HEAD, ...TURN])
    const expected = oldestFirst(one.world).map(seen)
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...TURN], { minLength: TURN.length }),
        fc.array(fc.constantFrom(...TURN), { maxLength: 20 }),
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        (shuffled, again, piece, isCaughtUp) => {
          const { world, catchUp } = setUp(isCaughtUp)
          world.apply([HEAD])
          const facts = [...shuffled, ...again]
          for (let at = 0; at < facts.length; at += piece) world.apply(facts.slice(at, at + piece))
          catchUp()
          const told = oldestFirst(world)
          expect(told.map(seen).toSorted(byText)).toEqual(expected.toSorted(byText))
          // What a first read finds is published in the order of time, whatever file was read first.
          if (!isCaughtUp) expect(told.map(seen)).toEqual(expected)
        },
      ),
      { numRuns: 200 },
    )
  })

  it("is one thing in a fork's copy and in its own file, and costs nothing where it is old", () => {
    const { world } = setUp()
    const copies = TURN.map((fact) => structuredClone(fact))
    world.apply([HEAD, ...TURN, ...copies])
    expect(oldestFirst(world)).toHaveLength(TOLD.length)
    const old = setUp()
    old.clock.now = START + 8 * 86_400_000
    old.world.apply([HEAD, ...TURN])
    expect(oldestFirst(old.world)).toEqual([])
  })

  it("gives a call that goes on in the background no end before it is written", () => {
    const { world } = setUp()
    const call = { ...who, callId: "t", name: "exec_command" }
    world.apply([
      HEAD,
      { kind: "tool-started", ...call, timeMs: START },
      { kind: "tool-ended", ...call, timeMs: START + 10, outcome: "background" },
    ])
    expect(words(oldestFirst(world))).toEqual([["TOOL_START", "exec_command"]])
    world.apply([{ kind: "tool-ended", ...call, timeMs: START + 4000, outcome: "ok", durationMs: 3900 }])
    expect(words(oldestFirst(world))[1]).toEqual(["TOOL_END", "exec_command", 3900])
  })

  it("takes two lines that tell of the end of one turn for one stop, at the time of the first", () => {
    const { world } = setUp()
    const end = { kind: "turn-ended", ...who, reason: "done", startedMs: START } as const
    world.apply([HEAD, { kind: "turn-started", ...who, timeMs: START }, { ...end, timeMs: START + 5000 }])
    world.apply([
      { ...end, timeMs: START + 5040, durationMs: 4900 },
      { ...end, startedMs: START + 6000, timeMs: START + 7000 },
    ])
    expect(words(oldestFirst(world)).slice(1)).toEqual([
      ["STOP", "done", 5000],
      ["STOP", "done", 1000],
    ])
  })

  it("calls a thread that another one started a subagent", () => {
    const { world } = setUp()
    const child = { conversationId: "child" }
    world.apply([
      { ...HEAD, agent: "codex" },
      { kind: "conversation-seen", ...child, agent: "codex", parentConversationId: "c", subagentType: "explorer" },
      { kind: "turn-started", ...child, timeMs: START },
      { kind: "turn-ended", ...child, timeMs: START + 500, reason: "interrupted" },
    ])
    expect(words(oldestFirst(world))).toEqual([
      ["SUBAGENT_START", "explorer"],
      ["SUBAGENT_END", "explorer", "interrupted", 500],
    ])
    expect(oldestFirst(world, { id: world.session("c")?.id })).toHaveLength(2)
    expect(oldestFirst(world, { id: "child" })).toHaveLength(2)
    expect(oldestFirst(world, { id: "c" })).toHaveLength(0)
  })
})

const agent = (status: string, timeMs: number, more: Partial<AgentSeen> = {}): AgentSeen => ({
  kind: "agent-seen",
  sessionId: "s",
  timeMs,
  agent: "claude",
  role: "interactive",
  pid: 42,
  startedMs: START,
  command: "claude",
  suspended: false,
  registry: { conversationId: "c", status, statusUpdatedMs: timeMs, ...(status === "waiting" ? { waitingFor: "permission prompt" } : {}) },
  conversationHints: [
    {
      conversationId: "c",
      trust: "authoritative",
      evidence: { field: "conversation_id", source: "registry", detail: "42.json", confidence: "confirmed", timeMs },
    },
  ],
  evidence: [],
  ...more,
})

describe("what happens to sessions", () => {
  it("becomes activities: found, waits and answers with how long they took, gone", () => {
    const { world, clock } = setUp()
    world.apply([HEAD])
    for (const [index, status] of ["busy", "waiting", "busy", "waiting", "idle"].entries()) {
      clock.now = START + 60_000 + index * 1500
      world.apply([agent(status, clock.now)])
    }
    clock.now += 1000
    world.apply([{ kind: "agent-gone", sessionId: "s", timeMs: clock.now, reason: "exited" }])
    const told = oldestFirst(world)
    expect(words(told)).toEqual([
      ["DISCOVERED", "claude"],
      ["WAIT", "permission prompt"],
      ["ANSWER", "permission prompt", 1500],
      ["WAIT", "permission prompt"],
      ["ANSWER", "permission prompt", 1500],
      ["GONE", "exited"],
    ])
    expect(told.map(({ status }) => status).filter((status) => status !== undefined)).toEqual([
      Status.WAITING,
      Status.WORKING,
      Status.WAITING,
      Status.IDLE,
    ])
    expect(new Set(told.map(({ sessionId }) => sessionId))).toEqual(new Set(["s"]))
  })

  it("tells a wait for something else from the one before", () => {
    const { world, clock } = setUp()
    world.apply([HEAD])
    for (const waitingFor of ["permission prompt", "permission prompt", "input needed"]) {
      clock.now += 1000
      const { registry } = agent("waiting", clock.now)
      world.apply([agent("waiting", clock.now, registry === undefined ? {} : { registry: { ...registry, waitingFor } })])
    }
    expect(words(oldestFirst(world)).filter(([kind]) => kind !== "DISCOVERED")).toEqual([
      ["WAIT", "permission prompt"],
      ["ANSWER", "permission prompt", 2000],
      ["WAIT", "input needed"],
    ])
  })

  it("takes no answer from a session that is gone", () => {
    const { world, clock } = setUp()
    world.apply([HEAD, agent("waiting", START)])
    clock.now += 5000
    world.apply([{ kind: "agent-gone", sessionId: "s", timeMs: clock.now, reason: "killed" }])
    expect(words(oldestFirst(world)).map(([kind]) => kind)).toEqual(["WAIT", "DISCOVERED", "GONE"])
  })
})

describe("readers", () => {
  it("take what the list shows, in its order, whatever their pace, and are told what they missed", () => {
    const calls = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(
        calls,
        fc.integer({ min: 3, max: 30 }),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.boolean()),
        fc.boolean(),
        (made, capacity, limit, takes, onlyStops) => {
          const { world } = setUp(true, capacity)
          const query = onlyStops ? { ...ALL, kinds: new Set([ActivityKind.STOP]) } : ALL
          let news = 0
          world.apply([HEAD])
          const reader = world.activities.open(query, () => news++)
          const taken: Activity[] = []
          let missed = 0
          const take = (): void => {
            for (let isMore = true; isMore;) {
              const some = reader.take(limit)
              expect(some.activities.length).toBeLessThanOrEqual(limit)
              taken.push(...some.activities)
              missed += some.missed
              isMore = some.isMore
            }
          }
          let published = 0
          for (const [index, n] of made.entries()) {
            const timeMs = START + index * 1000
            const before = news
            const fact: TranscriptFact =
              n % 3 === 0 ? { kind: "turn-ended", ...who, timeMs, reason: "done" } : { kind: "turn-started", ...who, timeMs }
            world.apply([fact])
            const isWanted = !onlyStops || n % 3 === 0
            expect(news - before).toBe(isWanted ? 1 : 0)
            if (isWanted) published++
            if (takes[index] === true) take()
          }
          take()
          expect(taken.length + missed).toBe(published)
          expect(taken.map(({ id }) => id)).toEqual(taken.map(({ id }) => id).toSorted((a, b) => Number(a - b)))
          const listed = world.activities.list(query, 1000).toReversed()
          expect(taken.slice(taken.length - listed.length).map(({ id }) => id)).toEqual(listed.map(({ id }) => id))
          reader.close()
          world.apply([{ kind: "turn-ended", ...who, timeMs: START + 59_999, reason: "done" }])
          expect(reader.take(9).missed).toBe(0)
        },
      ),
      { numRuns: 150 },
    )
  })

  it("begin with the past that they ask for", () => {
    const { world } = setUp()
    world.apply([HEAD, ...TURN])
    const reader = world.activities.open(ALL, () => {})
    expect(words(reader.past(2))).toEqual(TOLD.slice(-2))
    expect(reader.take(10).activities).toEqual([])
  })
})

describe("the list", () => {
  it("pages by number and filters by kind, session, conversation and time", () => {
    const { world } = setUp()
    world.apply([
      HEAD,
      agent("idle", START + 60_000),
      ...TURN,
      { ...HEAD, conversationId: "other" },
      { kind: "turn-started", conversationId: "other", timeMs: START },
    ])
    const all = world.activities.list(ALL, 1000)
    const paged: Activity[] = []
    for (let page = world.activities.list(ALL, 4); page.length > 0; page = world.activities.list(ALL, 4, Number(page.at(-1)?.id)))
      paged.push(...page)
    expect(paged).toEqual(all)
    expect(words(world.activities.list({ ...ALL, kinds: new Set([ActivityKind.STOP]) }, 10))).toEqual([["STOP", "done", 13_000]])
    expect(oldestFirst(world, { id: "other" })).toHaveLength(1)
    expect(oldestFirst(world, { id: "s" })).toHaveLength(TOLD.length + 1)
    expect(oldestFirst(world, { sinceMs: START + 12_000 }).map(({ kind }) => kind)).toEqual([
      ActivityKind.MODEL_SWITCH,
      ActivityKind.STOP,
      ActivityKind.DISCOVERED,
    ])
    expect(world.activities.ring()).toMatchObject({ count: BigInt(all.length), capacity: 1000n, maxAgeHours: 168, dropped: 0n })
    world.forget(["c"])
    expect(oldestFirst(world).map(({ conversationId }) => conversationId)).toEqual(["other", undefined])
  })
})

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1
}
