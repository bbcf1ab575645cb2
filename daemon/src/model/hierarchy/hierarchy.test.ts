import { create } from "@bufbuild/protobuf"
import { HostSchema, Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { type HierarchyNode, type NodeFigures, NodeKind, NodeState } from "@vibecraft/shared/gen/vibecraft/v1/hierarchy_pb"
import type { Hierarchy } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Fact, SubagentLink, SubagentSeen } from "../../domain/facts.ts"
import { sessionIdOfConversation } from "../../domain/session-id.ts"
import { createPriceBook } from "../prices/price-book.ts"
import { World } from "../world.ts"

const START = Date.parse("2026-11-01T10:00:00Z")
const MODELS = ["claude-sonnet-4-5-20250929", "claude-opus-4-5-20251101", "a-model-without-a-price"]

function worldOf(...steps: readonly (readonly Fact[])[]): World {
  const world = new World({ host: create(HostSchema, { id: "h", name: "box" }), prices: createPriceBook([]), now: () => START + 60_000 })
  for (const step of steps) world.apply(step)
  return world
}

const conversation = (conversationId: string, more: object = {}): Fact => ({
  kind: "conversation-seen",
  conversationId,
  agent: "claude",
  startedMs: START,
  ...more,
})
const subagent = (subagentId: string, more: Partial<SubagentSeen> = {}): Fact => ({
  kind: "subagent-seen",
  conversationId: "c",
  subagentId,
  ...more,
})
const request = (key: string, timeMs: number, more: object = {}): Fact => ({
  kind: "request-seen",
  conversationId: "c",
  key,
  timeMs,
  sidechain: false,
  model: MODELS[0] ?? "",
  usage: { input: 10, output: 20, reasoning: 5, cacheRead: 30, cacheWrite5m: 40, cacheWrite1h: 50 },
  ...more,
})
const spawn = (callId: string, timeMs: number, more: object = {}): Fact => ({
  kind: "tool-started",
  conversationId: "c",
  timeMs,
  callId,
  name: "Agent",
  spawn: {},
  ...more,
})

function treeOf(world: World, id = "c"): Hierarchy {
  const tree = world.tree(world.treeRoot(id) ?? "")
  if (tree === undefined) throw new Error(`no tree of ${id}`)
  return tree
}

const parents = (tree: Hierarchy): Record<string, string | undefined> =>
  Object.fromEntries(tree.nodes.map(({ id, parentId }) => [id, parentId]))

const SESSION = sessionIdOfConversation("c")

function flat({ tokens, cost, ...rest }: NodeFigures): (string | bigint | number | undefined)[] {
  const { total, input, output, reasoning, cacheRead, cacheWrite5m, cacheWrite1h } = tokens ?? {}
  const { requests, toolCalls, judgedCalls, failedCalls, apiErrors, durationMs } = rest
  const counts = [requests, toolCalls, judgedCalls, failedCalls, apiErrors, durationMs]
  return [total, input, output, reasoning, cacheRead, cacheWrite5m, cacheWrite1h, cost?.nanosUsd, ...counts]
}

/** What is published of every node against the sum over the tree of what each node published as its own. */
function expectSums(tree: Hierarchy): void {
  const total = (id: string): readonly bigint[] => {
    const node = tree.nodes.find((other) => other.id === id)
    const own = flat(node?.own as NodeFigures).map((value) => BigInt(value ?? 0))
    const below = tree.nodes.filter(({ parentId }) => parentId === id).map((child) => total(child.id))
    return below.reduce((sums, figures) => sums.map((sum, index) => sum + (figures[index] ?? 0n)), own)
  }
  for (const node of tree.nodes) {
    expect(flat(node.total as NodeFigures).map((value) => BigInt(value ?? 0))).toEqual(total(node.id))
  }
}

describe("links", () => {
  const links: readonly (readonly [SubagentLink, string])[] = [
    ["sidecar", "t-side"],
    ["result", "t-result"],
    ["notification", "t-notification"],
    ["progress", "t-progress"],
    ["path", ""],
  ]

  it("the better one wins whatever the order of arrival", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...links], { minLength: 1 }), (seen) => {
        const facts = seen.map(([link, toolCallId]) => subagent("a1", { link, ...(toolCallId === "" ? {} : { toolCallId }) }))
        const tree = treeOf(worldOf([conversation("c"), request("r", START + 1, { subagentId: "a1" }), ...facts]))
        const best = links.find((link) => seen.includes(link))
        const link = tree.nodes.find(({ subagentId }) => subagentId === "a1")?.link
        expect(link?.source).toBe(best?.[0])
        expect(link?.toolCallId).toBe(best?.[1] === "" ? undefined : best?.[1])
      }),
    )
  })

  it("a call made by a subagent makes that the parent, whenever each of them comes", () => {
    const facts = [
      conversation("c"),
      subagent("a1", { link: "sidecar", toolCallId: "t1" }),
      request("r1", START + 1000, { subagentId: "a1" }),
      spawn("t1", START + 500),
      spawn("t2", START + 1500, { subagentId: "a1" }),
      subagent("a2", { link: "notification", toolCallId: "t2" }),
      request("r2", START + 2000, { subagentId: "a2" }),
    ]
    fc.assert(
      fc.property(fc.shuffledSubarray(facts, { minLength: facts.length }), (order) => {
        const tree = treeOf(worldOf(...order.map((fact) => [fact])))
        expect(parents(tree)).toEqual({ [SESSION]: undefined, "c/a1": SESSION, "c/a2": "c/a1" })
        expectSums(tree)
      }),
    )
  })

  it("where nothing else tells, equal words do: the nearest call before", () => {
    const task = (subagentId: string) => [
      { kind: "turn-started", conversationId: "c", subagentId, timeMs: START + 900 } as const,
      subagent(subagentId, { task: 7 }),
    ]
    const facts = [
      conversation("c"),
      spawn("t0", START + 100, { spawn: { task: 7 } }),
      spawn("t1", START + 800, { spawn: { task: 7 } }),
      spawn("t2", START + 950, { spawn: { task: 7 } }),
      spawn("t3", START + 850, { spawn: { task: 8 } }),
    ]
    for (const order of [
      [...facts, ...task("a1")],
      [...task("a1"), ...facts],
    ]) {
      const node = treeOf(worldOf(order)).nodes.find(({ subagentId }) => subagentId === "a1")
      expect(node?.link).toMatchObject({ source: "prompt", toolCallId: "t1" })
    }
  })

  it("data that hangs agents below each other ends nowhere in a loop", () => {
    const facts = ["a1", "a2", "a3"].flatMap((id, index, all) => [
      subagent(id, { link: "sidecar", parentSubagentId: all[(index + 1) % 3] ?? "" }),
      request(`r-${id}`, START + 1, { subagentId: id }),
    ])
    fc.assert(
      fc.property(fc.shuffledSubarray([conversation("c"), ...facts], { minLength: 7 }), (order) => {
        const tree = treeOf(worldOf(order))
        expect(tree.nodes).toHaveLength(4)
        expect(tree.nodes[0]?.total?.requests).toBe(3n)
        expectSums(tree)
      }),
    )
  })

  it("an agent that is only spoken of is no node", () => {
    const tree = treeOf(worldOf([conversation("c"), subagent("a9", { link: "notification", toolCallId: "t" })]))
    expect(tree.nodes.map(({ id }) => id)).toEqual([SESSION])
  })
})

describe("threads", () => {
  const thread = (id: string, parentConversationId: string, more: object = {}): Fact =>
    conversation(id, { agent: "codex", parentConversationId, ...more })

  it("hang below the thread that started them, at any depth and in any order", () => {
    const facts = [
      conversation("root", { agent: "codex" }),
      thread("one", "root", { spawnCallId: "root/c1", subagentType: "explorer" }),
      thread("two", "one"),
      request("r", START + 1, { conversationId: "two" }),
    ]
    fc.assert(
      fc.property(fc.shuffledSubarray(facts, { minLength: facts.length }), (order) => {
        const tree = treeOf(worldOf(...order.map((fact) => [fact])), "two")
        expect(parents(tree)).toEqual({ [sessionIdOfConversation("root")]: undefined, one: sessionIdOfConversation("root"), two: "one" })
        expect(tree.nodes[1]).toMatchObject({ kind: NodeKind.THREAD, name: "explorer", link: { source: "thread", toolCallId: "c1" } })
        expect(tree.nodes[0]?.total?.requests).toBe(1n)
        expectSums(tree)
      }),
    )
  })

  it("of a parent that nobody knows is a tree of its own", () => {
    expect(parents(treeOf(worldOf([thread("one", "gone")]), "one"))).toEqual({ [sessionIdOfConversation("one")]: undefined })
  })

  it("a fork is a tree of its own that remembers", () => {
    const world = worldOf([conversation("c"), conversation("copy", { forkedFromConversationId: "c" })])
    expect(treeOf(world, "copy").nodes).toMatchObject([{ forkedFromConversationId: "c", kind: NodeKind.SESSION }])
    expect(world.trees(Scope.ALL)).toHaveLength(2)
  })
})

describe("sums", () => {
  const fact = fc
    .record({
      kind: fc.constantFrom("request", "start", "end", "error", "seen", "turn"),
      conversationId: fc.constantFrom("c", "d"),
      subagentId: fc.constantFrom(undefined, "a1", "a2", "a3", "a4"),
      key: fc.constantFrom("k1", "k2", "k3", "k4", "k5", "k6"),
      model: fc.constantFrom(...MODELS),
      output: fc.integer({ min: 0, max: 500 }),
      after: fc.integer({ min: 1, max: 50_000 }),
      outcome: fc.constantFrom("ok", "failed", "rejected", "background"),
      parent: fc.constantFrom(undefined, "a1", "a2", "a3", "a4"),
    })
    .map(({ kind, subagentId, key, model, output, after, outcome, parent, conversationId }): Fact => {
      const who = { conversationId, ...(subagentId === undefined ? {} : { subagentId }), timeMs: START + after }
      if (kind === "start") return { kind: "tool-started", ...who, callId: key, name: "Agent", spawn: { task: 1 } }
      if (kind === "end") return { kind: "tool-ended", ...who, callId: key, outcome: outcome as "ok" }
      if (kind === "error") return { kind: "api-error-seen", ...who, key, error: "overloaded", final: false }
      if (kind === "turn") return { kind: "turn-started", ...who }
      if (kind === "seen") {
        return subagent(subagentId ?? "a1", {
          conversationId,
          link: "sidecar",
          ...(parent === undefined ? { toolCallId: key } : { parentSubagentId: parent }),
        })
      }
      const usage = { input: 1, output, reasoning: 0, cacheRead: 2, cacheWrite5m: 3, cacheWrite1h: 4 }
      return { kind: "request-seen", ...who, key, sidechain: subagentId !== undefined, model, usage }
    })

  it("of every node are those of its parts, whatever the order and however often facts come", () => {
    fc.assert(
      fc.property(fc.array(fact, { maxLength: 60 }), fc.integer({ min: 1, max: 9 }), fc.infiniteStream(fc.nat()), (facts, size, choice) => {
        const known = [conversation("c"), conversation("d", { parentConversationId: "c" }), ...facts]
        const mixed = known
          .map((item) => ({ item, at: choice.next().value ?? 0 }))
          .sort((a, b) => a.at - b.at)
          .map(({ item }) => item)
        const worlds = [known, mixed].map((list) => {
          const world = worldOf()
          for (let from = 0; from < list.length; from += size) world.apply(list.slice(from, from + size))
          world.apply(list)
          return world
        })
        for (const world of worlds) {
          const trees = world.trees(Scope.ALL)
          for (const tree of trees) expectSums(tree)
          const rows = world.metrics(Scope.ALL).map(({ message }) => message)
          const roots = trees.map(({ nodes }) => nodes[0]?.total)
          const sum = (values: readonly (bigint | undefined)[]): bigint => values.reduce<bigint>((all, value) => all + (value ?? 0n), 0n)
          expect(sum(roots.map((total) => total?.tokens?.total))).toBe(sum(rows.map(({ tokens }) => tokens?.total)))
          expect(sum(roots.map((total) => total?.cost?.nanosUsd))).toBe(sum(rows.map(({ cost }) => cost?.nanosUsd)))
          expect(sum(roots.map((total) => total?.requests))).toBe(sum(rows.map(({ requests }) => requests)))
          expect(sum(roots.map((total) => total?.judgedCalls))).toBe(sum(rows.map(({ judgedCalls }) => judgedCalls)))
          expect(sum(roots.map((total) => total?.failedCalls))).toBe(sum(rows.map(({ failedCalls }) => failedCalls)))
        }
      }),
      { numRuns: 300 },
    )
  })

  it("say which models have no price", () => {
    const tree = treeOf(worldOf([conversation("c"), request("r", START + 1, { subagentId: "a1", model: MODELS[2] })]))
    const costs = tree.nodes.map(({ own, total }) => [own?.cost?.unpricedModels, total?.cost?.unpricedModels])
    expect(costs).toEqual([
      [[], [MODELS[2]]],
      [[MODELS[2]], [MODELS[2]]],
    ])
  })
})

describe("states", () => {
  const turn = (subagentId: string, more: readonly Fact[] = []): readonly Fact[] => [
    conversation("c"),
    { kind: "turn-started", conversationId: "c", subagentId, timeMs: START + 1000 },
    ...more,
  ]
  const state = (facts: readonly Fact[]): HierarchyNode | undefined =>
    treeOf(worldOf(facts)).nodes.find(({ subagentId }) => subagentId === "a1")
  const ended = (reason: "done" | "failed" | "interrupted"): Fact => ({
    kind: "turn-ended",
    conversationId: "c",
    subagentId: "a1",
    timeMs: START + 2000,
    reason,
  })

  it("are running until the end, then what the end says", () => {
    expect(state(turn("a1"))?.state).toBe(NodeState.RUNNING)
    expect(state(turn("a1", [ended("done")]))).toMatchObject({
      state: NodeState.DONE,
      endedTime: { seconds: BigInt((START + 2000) / 1000) },
    })
    expect(state(turn("a1", [ended("failed")]))?.state).toBe(NodeState.FAILED)
    expect(state(turn("a1", [ended("interrupted")]))?.state).toBe(NodeState.INTERRUPTED)
  })

  it("are running again after a further prompt, which counts as an engagement", () => {
    const again: Fact = { kind: "turn-started", conversationId: "c", subagentId: "a1", timeMs: START + 3000 }
    expect(state(turn("a1", [ended("done"), again]))).toMatchObject({ state: NodeState.RUNNING, engagements: 2 })
  })
})
