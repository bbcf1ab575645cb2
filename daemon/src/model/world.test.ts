import { create } from "@bufbuild/protobuf"
import { HostSchema, Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { NodeState } from "@vibecraft/shared/gen/vibecraft/v1/hierarchy_pb"
import { Certainty } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { describe, expect, it } from "vitest"
import type { AgentSeen, Fact, RequestSeen } from "../domain/facts.ts"
import { createPriceBook } from "./prices/price-book.ts"
import { World } from "./world.ts"

const START = Date.parse("2026-11-01T10:00:00Z")

function setUp() {
  const clock = { now: START }
  const world = new World({ host: create(HostSchema, { id: "h", name: "box" }), prices: createPriceBook([]), now: () => clock.now })
  return { clock, world }
}

const agent = (sessionId: string, more: Partial<AgentSeen> = {}): AgentSeen => ({
  kind: "agent-seen",
  sessionId,
  timeMs: START,
  agent: "claude",
  role: "interactive",
  pid: 42,
  startedMs: START - 60_000,
  command: "claude",
  cwd: "/work/app",
  suspended: false,
  conversationHints: [],
  evidence: [],
  ...more,
})

const registered = (sessionId: string, conversationId: string, status = "idle", more: Partial<AgentSeen> = {}): AgentSeen =>
  agent(sessionId, {
    registry: { conversationId, status },
    conversationHints: [
      {
        conversationId,
        trust: "authoritative",
        evidence: { field: "conversation_id", source: "registry", detail: "sessions/42.json", confidence: "confirmed", timeMs: START },
      },
    ],
    ...more,
  })

const conversation = (conversationId: string, more: object = {}): Fact => ({
  kind: "conversation-seen",
  conversationId,
  agent: "claude",
  cwd: "/work/app",
  startedMs: START - 30_000,
  ...more,
})

const request = (conversationId: string, key: string, output: number, more: Partial<RequestSeen> = {}): RequestSeen => ({
  kind: "request-seen",
  conversationId,
  key,
  sidechain: false,
  timeMs: START,
  model: "claude-opus-5-5",
  usage: { input: 10, output, reasoning: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 },
  ...more,
})

describe("World", () => {
  it("shows a process and its conversation as one session, whichever is seen first", () => {
    for (const facts of [
      [registered("s", "c"), conversation("c")],
      [conversation("c"), registered("s", "c")],
    ]) {
      const { world } = setUp()
      for (const fact of facts) world.apply([fact])
      expect(world.sessions(Scope.ALL).map((session) => session.id)).toEqual(["s"])
      expect(world.session("c")?.id).toBe("s")
      expect(world.metricsOf("s")?.map((row) => [row.conversationId, row.message.sessionId])).toEqual([["c", "s"]])
    }
  })

  it("keeps the session's id over /clear and remembers the conversation before", () => {
    const { world } = setUp()
    world.apply([conversation("c1"), registered("s", "c1"), conversation("c2"), registered("s", "c2")])
    expect(world.session("s")).toMatchObject({ conversationId: "c2", earlierConversationIds: ["c1"] })
    expect(world.session("c1")?.id).toBe("s")
    expect(world.metricsOf("s")?.map((row) => row.conversationId)).toEqual(["c2", "c1"])
  })

  it("lets a session stand in for a conversation nobody was seen in, until somebody is", () => {
    const { world } = setUp()
    const gone: string[] = []
    world.subscribe(({ sessionIds }) => gone.push(...sessionIds))
    world.apply([conversation("c", { transcriptPath: "/t/c.jsonl" })])
    const [standIn] = world.sessions(Scope.ALL)
    expect(standIn).toMatchObject({
      conversationId: "c",
      evidence: [{ field: "conversation_id", detail: "/t/c.jsonl" }, { field: "status" }],
    })
    expect(standIn?.pid).toBeUndefined()
    world.apply([registered("s", "c")])
    expect(world.sessions(Scope.ALL).map((session) => session.id)).toEqual(["s"])
    expect(gone).toContain(standIn?.id)
  })

  it("does not say that a conversation cannot be told once it is told by other evidence", () => {
    const { world } = setUp()
    const evidence = { field: "conversation", source: "process", detail: "cannot tell", confidence: "likely", timeMs: START } as const
    world.apply([agent("s", { evidence: [evidence] })])
    const saysSo = () => world.session("s")?.evidence.some(({ detail }) => detail === "cannot tell")
    expect(saysSo()).toBe(true)
    world.apply([conversation("c")])
    expect(world.session("s")?.conversationId).toBe("c")
    expect(saysSo()).toBe(false)
  })

  it("notes what is waited for now, with a time of its own, and no change where nothing is asked", () => {
    const { world, clock } = setUp()
    const registry = (status: string, waitingFor?: string) =>
      agent("s", { registry: { conversationId: "c", status, ...(waitingFor === undefined ? {} : { waitingFor }) } })
    for (const fact of [
      registry("waiting", "permission prompt"),
      registry("waiting", "input needed"),
      registry("busy"),
      registry("busy"),
    ]) {
      clock.now += 1_000
      world.apply([fact])
    }
    expect(world.statusChanges("s").map(({ from, to, reason, time }) => [from, to, reason, Number(time?.seconds) - START / 1000])).toEqual([
      [Status.WAITING, Status.WORKING, "thinking", 3],
      [Status.WAITING, Status.WAITING, "input needed", 2],
      [Status.UNSPECIFIED, Status.WAITING, "permission prompt", 1],
    ])
  })

  it("gives a subagent's thread a row of its own under its parent's session", () => {
    const { world } = setUp()
    world.apply([conversation("child", { parentConversationId: "root", agent: "codex" })])
    expect(world.sessions(Scope.ALL)).toHaveLength(1)
    world.apply([conversation("root", { agent: "codex" }), request("child", "r", 5)])
    const [session] = world.sessions(Scope.ALL)
    expect(world.sessions(Scope.ALL)).toHaveLength(1)
    expect(session?.conversationId).toBe("root")
    expect(world.metricsOf(session?.id ?? "")?.map((row) => row.conversationId)).toEqual(["root", "child"])
    expect(world.metricsRow("child")?.message.sessionId).toBe(session?.id)
  })

  it("counts a request once, at its largest, and prices it", () => {
    const { world } = setUp()
    world.apply([conversation("c"), request("c", "m", 1), request("c", "m", 100), request("c", "m", 50)])
    const row = world.metricsRow("c")?.message
    expect(row?.tokens).toMatchObject({ input: 10n, output: 100n, total: 110n })
    expect(row?.cost).toMatchObject({ nanosUsd: 10n * 4_000n + 100n * 20_000n, certainty: Certainty.PRICED })
    expect(row?.requests).toBe(1n)
  })

  it("says which model has no price, and never shows it as a silent zero", () => {
    const { world } = setUp()
    world.apply([conversation("c"), request("c", "m", 1, { model: "mystery-9" })])
    expect(world.metricsRow("c")?.message.cost).toMatchObject({
      nanosUsd: 0n,
      certainty: Certainty.UNPRICED,
      unpricedModels: ["mystery-9"],
    })
  })

  it("shows the running tool, then counts and times it", () => {
    const { world } = setUp()
    world.apply([
      conversation("c"),
      registered("s", "c", "busy"),
      { kind: "tool-started", conversationId: "c", callId: "t", name: "Bash", target: "npm test", timeMs: START },
    ])
    expect(world.session("s")).toMatchObject({
      status: Status.WORKING,
      statusReason: "Bash runs",
      currentTool: { name: "Bash", target: "npm test", running: 1 },
    })
    world.apply([{ kind: "tool-ended", conversationId: "c", callId: "t", timeMs: START + 1_500, outcome: "failed" }])
    expect(world.session("s")?.currentTool).toBeUndefined()
    const row = world.metricsRow("c")?.message
    expect(row).toMatchObject({ errorRate: 1, toolCounts: { Bash: 1 }, latency: [{ count: 1n, p95Ms: 1500n, maxMs: 1500n }] })
  })

  it("leaves the error rate out where nothing was judged", () => {
    const { world } = setUp()
    world.apply([conversation("c")])
    expect(world.metricsRow("c")?.message.errorRate).toBeUndefined()
  })

  it("takes a killed session offline, then out of the live scope, and keeps it for a day", () => {
    const { clock, world } = setUp()
    world.apply([conversation("c"), registered("s", "c"), { kind: "agent-gone", sessionId: "s", timeMs: START, reason: "killed" }])
    expect(world.session("s")).toMatchObject({ status: Status.OFFLINE, statusReason: "killed" })
    clock.now += 600_000
    world.tick()
    expect(world.session("s")?.status).toBe(Status.ENDED)
    expect(world.sessions(Scope.LIVE)).toEqual([])
    expect(world.sessions(Scope.RECENT)).toHaveLength(1)
    const touched: string[] = []
    world.subscribe(({ sessionIds, conversationIds }) => touched.push(...sessionIds, ...conversationIds))
    clock.now += 24 * 3_600_000
    world.tick()
    expect(touched).toEqual(["s", "c"])
    expect(world.sessions(Scope.RECENT)).toEqual([])
    expect(world.sessions(Scope.ALL)).toHaveLength(1)
  })

  it("puts who needs a person first", () => {
    const { world } = setUp()
    world.apply([registered("idle", "a"), registered("busy", "b", "busy"), registered("waiting", "d", "waiting")])
    expect(world.sessions(Scope.LIVE).map((session) => session.id)).toEqual(["waiting", "busy", "idle"])
  })

  it("says when a subagent that was at work has been silent for too long, to who asks and to who is told", () => {
    const { clock, world } = setUp()
    world.apply([registered("s", "c", "busy"), conversation("c")])
    world.apply([{ kind: "active", conversationId: "c", subagentId: "a", timeMs: START }])
    const look = () => [world.session("s")?.activeSubagents, world.tree("s")?.nodes[1]?.state]
    expect(look()).toEqual([1, NodeState.RUNNING])
    const told: unknown[] = []
    world.subscribe(({ sessionIds, treeIds }) => told.push([[...sessionIds], [...treeIds]]))
    clock.now = START + 599_999
    world.tick()
    told.length = 0
    expect(look()).toEqual([1, NodeState.RUNNING])
    clock.now = START + 600_000
    world.tick()
    expect(told).toEqual([[["s"], ["s"]]])
    expect(look()).toEqual([0, NodeState.UNKNOWN])
  })

  it("counts a silent subagent as at work while a call of its own runs, and none whose session is gone", () => {
    const { clock, world } = setUp()
    const call = { conversationId: "c", subagentId: "a", callId: "t" }
    world.apply([registered("s", "c", "busy"), conversation("c"), { kind: "tool-started", ...call, name: "Bash", timeMs: START }])
    clock.now = START + 700_000
    world.tick()
    expect(world.session("s")?.activeSubagents).toBe(1)
    world.apply([{ kind: "agent-gone", sessionId: "s", timeMs: clock.now, reason: "killed" }])
    expect(world.session("s")?.activeSubagents).toBe(0)
  })

  it("shows what a conversation does in both sessions that have it open", () => {
    const { world } = setUp()
    world.apply([registered("first", "c", "busy"), registered("second", "c"), conversation("c")])
    const titles = () => ["first", "second"].map((id) => world.session(id)?.title)
    expect(titles()).toEqual([undefined, undefined])
    world.apply([conversation("c", { title: "Mend the gate" })])
    expect(titles()).toEqual(["Mend the gate", "Mend the gate"])
    world.apply([registered("second", "d"), conversation("c", { title: "Paint the gate" }), conversation("d", { title: "Dig" })])
    expect(titles()).toEqual(["Paint the gate", "Dig"])
    expect(world.metricsOf("second")?.map(({ conversationId }) => conversationId)).toEqual(["d"])
  })

  it("shows a session at work below the one that started it, though that is over", () => {
    const { world } = setUp()
    world.apply([
      agent("parent", { role: "headless" }),
      registered("child", "c", "busy", { role: "headless", parentSessionId: "parent" }),
      conversation("c"),
    ])
    world.apply([{ kind: "agent-gone", sessionId: "parent", timeMs: START, reason: "exited" }])
    expect(world.sessions(Scope.LIVE).map(({ id }) => id)).toEqual(["child"])
    expect(world.trees(Scope.LIVE).map(({ nodes }) => nodes.map(({ id }) => id))).toEqual([["parent", "child"]])
    expect(world.treeInScope("parent", Scope.LIVE)).toBe(true)
    world.apply([{ kind: "agent-gone", sessionId: "child", timeMs: START, reason: "exited" }])
    expect([world.trees(Scope.LIVE), world.treeInScope("parent", Scope.LIVE)]).toEqual([[], false])
  })

  it("publishes nothing of a conversation before it is told what it is", () => {
    const { world } = setUp()
    world.apply([registered("s", "c", "busy"), request("c", "m1", 7)])
    expect([world.metricsRow("c"), world.metricsOf("c"), world.metrics(Scope.ALL)]).toEqual([undefined, undefined, []])
    expect(world.conversationInScope("c", Scope.ALL)).toBe(false)
    world.apply([conversation("c")])
    expect(world.metricsRow("c")?.message.tokens?.output).toBe(7n)
    expect(world.conversationInScope("c", Scope.ALL)).toBe(true)
  })

  it("names the parent of a session that was seen before it", () => {
    const { world } = setUp()
    world.apply([agent("child", { parentSessionId: "parent" })])
    expect(world.session("child")?.parentSessionId).toBeUndefined()
    world.apply([agent("parent")])
    expect(world.session("child")?.parentSessionId).toBe("parent")
  })

  it("wakes nobody when nothing changes", () => {
    const { world } = setUp()
    world.apply([conversation("c"), registered("s", "c")])
    let calls = 0
    world.subscribe(() => calls++)
    world.tick()
    world.apply([])
    expect(calls).toBe(0)
  })
})
