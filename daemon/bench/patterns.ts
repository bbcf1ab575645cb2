// What a change costs in a forest of a thousand agents: the sums on its path to the root and the patterns it may have changed, for a single
// parent of all, for parents of thirty each, and for a chain; and what it costs to write the tree that it changed and to encode it for a watcher.

import { create, toBinary } from "@bufbuild/protobuf"
import { HostSchema } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { WatchSessionsResponseSchema } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import type { Fact, TranscriptFact } from "../src/domain/facts.ts"
import { Conversation } from "../src/model/conversation.ts"
import { Hierarchy } from "../src/model/hierarchy/hierarchy.ts"
import { MemberBook } from "../src/model/hierarchy/member-book.ts"
import { PatternDesk } from "../src/model/hierarchy/pattern-desk.ts"
import { createPriceBook } from "../src/model/prices/price-book.ts"
import { Roster } from "../src/model/roster.ts"
import { ToolCalls } from "../src/model/tool-calls.ts"
import { World } from "../src/model/world.ts"
import type { BenchRow } from "./bench-row.ts"

const NODES = 1000
const CHANGES = 2000
const START = 1_790_000_000_000

/** Parent of the nth agent; undefined hangs below the session. */
type Shape = (n: number) => number | undefined

const SHAPES: Readonly<Record<string, Shape>> = {
  "one parent": () => undefined,
  "parents of 30": (n) => (n < 30 ? undefined : n % 30),
  "a chain": (n) => (n === 0 ? undefined : n - 1),
}

export async function run(): Promise<BenchRow[]> {
  const rows: BenchRow[] = []
  for (const [name, shape] of Object.entries(SHAPES)) {
    const { times, cpuMs } = detections(shape)
    const { written, encoded } = writings(shape)
    const what = `patterns, a change among 1,000 agents, ${name}`
    rows.push({ name: `${what}, CPU time, mean`, value: cpuMs, unit: "ms", budget: "<= 1" })
    rows.push({ name: `${what}, p50`, value: at(times, 0.5), unit: "ms" })
    rows.push({ name: `${what}, p99`, value: at(times, 0.99), unit: "ms" })
    rows.push({ name: `${what}, with its whole tree written, p50`, value: at(written, 0.5), unit: "ms" })
    rows.push({ name: `${what}, that tree as a message of WatchSessions, p50`, value: at(encoded, 0.5), unit: "ms" })
  }
  return rows
}

/** A change, folded into the forest, and the patterns of its tree after it. */
function detections(shape: Shape): { readonly times: readonly number[]; readonly cpuMs: number } {
  const bed = createBed()
  for (const fact of forest(shape)) bed.fold(fact)
  bed.settle()
  const facts = changes(shape)
  const before = process.cpuUsage()
  const times = facts.map((fact) => {
    const start = performance.now()
    bed.fold(fact)
    bed.settle()
    return performance.now() - start
  })
  const { user, system } = process.cpuUsage(before)
  return { times, cpuMs: (user + system) / 1000 / facts.length }
}

/** A change, folded into a world, and the tree as it is published after it. */
function writings(shape: Shape): { readonly written: readonly number[]; readonly encoded: readonly number[] } {
  const world = new World({
    host: create(HostSchema, { id: "h", name: "box" }),
    prices: createPriceBook(),
    now: () => START + 10_000_000,
  })
  world.apply(forest(shape))
  const root = world.treeRoot("c") ?? ""
  const times = changes(shape)
    .slice(0, 100)
    .map((fact) => {
      const start = performance.now()
      world.apply([fact])
      const tree = world.tree(root)
      const writtenMs = performance.now()
      const event = { case: "hierarchy" as const, value: { trees: tree === undefined ? [] : [tree] } }
      toBinary(WatchSessionsResponseSchema, create(WatchSessionsResponseSchema, { event }))
      return [writtenMs - start, performance.now() - writtenMs] as const
    })
  return { written: times.map(([writtenMs]) => writtenMs), encoded: times.map(([, encodedMs]) => encodedMs) }
}

/** The forest alone, without the rest of a world. */
function createBed() {
  const conversations = new Map<string, Conversation>([["c", new Conversation("c")]])
  const roster = new Roster(conversations)
  const hierarchy = new Hierarchy({ conversations, roster })
  const tools = new ToolCalls(undefined, hierarchy.count)
  const desk = new PatternDesk({ conversations, roster }, new MemberBook({ conversations, roster }))
  const nobody = { session() {}, conversation() {} }
  let isNew = true
  return {
    fold(fact: TranscriptFact): void {
      const conversation = conversations.get(fact.conversationId)
      if (conversation === undefined) return
      if (fact.kind === "conversation-seen") conversation.describe(fact)
      else if (fact.kind === "subagent-seen") conversation.subagent(fact.subagentId).see(fact)
      else if (fact.kind === "tool-started") tools.started(fact)
      else if (fact.kind === "tool-ended") tools.ended(fact)
      hierarchy.fold(fact, conversation, tools)
    },
    settle(): void {
      if (isNew) roster.standIn(START, nobody)
      hierarchy.settle(isNew ? [...roster.sessions.keys()] : [], isNew ? ["c"] : [], isNew)
      isNew = false
      const changed = hierarchy.takeChanges()
      desk.changed(changed)
      for (const id of changed.roots) {
        const root = hierarchy.find(`session ${id}`)
        if (root !== undefined) desk.below(root)
      }
    },
  }
}

function forest(shape: Shape): TranscriptFact[] {
  const facts: TranscriptFact[] = [{ kind: "conversation-seen", conversationId: "c", agent: "claude", startedMs: START }]
  for (let n = 0; n < NODES; n++) facts.push(...agent(n, shape(n), START + n * 1000))
  return facts
}

/** Started by its parent; every third quotes the one before, every fifth is done, every seventh runs in the background. */
function agent(n: number, parent: number | undefined, timeMs: number): TranscriptFact[] {
  const above = parent === undefined ? {} : { subagentId: `a${parent}` }
  const subagentId = `a${n}`
  const spawn = {
    agentType: "worker",
    task: n % 11,
    ...(n % 3 === 0 && n > 0 ? { usesResultsOf: [`t${n - 1}`] } : {}),
    ...(n % 7 === 0 ? { isBackground: true } : {}),
  }
  const facts: TranscriptFact[] = [
    { kind: "tool-started", conversationId: "c", ...above, timeMs, callId: `t${n}`, name: "Agent", spawn },
    { kind: "subagent-seen", conversationId: "c", subagentId, link: "sidecar", toolCallId: `t${n}` },
    { kind: "turn-started", conversationId: "c", subagentId, timeMs: timeMs + 10 },
  ]
  if (n % 5 !== 0) return facts
  const outcome = n % 2 === 0 ? "ok" : "failed"
  return [...facts, { kind: "tool-ended", conversationId: "c", ...above, timeMs: timeMs + 1500, callId: `t${n}`, outcome }]
}

/** Ends, further prompts and work, of agents all over the forest. */
function changes(shape: Shape): TranscriptFact[] {
  return Array.from({ length: CHANGES }, (_, index): Fact & TranscriptFact => {
    const n = (index * 7919) % NODES
    const parent = shape(n)
    const above = parent === undefined ? {} : { subagentId: `a${parent}` }
    const timeMs = START + NODES * 1000 + index * 100
    if (index % 3 === 0) return { kind: "tool-ended", conversationId: "c", ...above, timeMs, callId: `t${n}`, outcome: "ok" }
    if (index % 3 === 1) return { kind: "turn-started", conversationId: "c", subagentId: `a${n}`, timeMs }
    return { kind: "tool-started", conversationId: "c", subagentId: `a${n}`, timeMs, callId: `own${index}`, name: "Bash" }
  })
}

function at(times: readonly number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? 0
}
