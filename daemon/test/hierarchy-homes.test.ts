// Real transcripts as trees: every node's tokens against a sum over its own file, every tree's tokens and money against the ledger's, and the
// places of subagents and threads as the files themselves name them.

import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { create } from "@bufbuild/protobuf"
import { HostSchema, Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { type HierarchyNode, NodeKind } from "@vibecraft/shared/gen/vibecraft/v1/hierarchy_pb"
import type { Hierarchy } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import { describe, expect, test } from "vitest"
import type { AgentKind } from "../src/domain/agent.ts"
import { createPriceBook } from "../src/model/prices/price-book.ts"
import { World } from "../src/model/world.ts"
import { normaliserOf } from "../src/observe/transcripts/registry.ts"
import { startCursor } from "../src/work/cursor.ts"
import { readFrom } from "../src/work/read.ts"

const DATA = join(import.meta.dirname, "../../../shared/data")

const homes = ["claude", "claude-public", "codex", "codex-public"].map((folder) => {
  const agent: AgentKind = folder.startsWith("claude") ? "claude" : "codex"
  return { folder, home: join(DATA, folder), agent }
})

/** How many agents hang below another; of the public threads the parents are not there. */
const PLACED: Readonly<Record<string, number>> = { claude: 4, "claude-public": 4, codex: 2, "codex-public": 0 }

describe.each(homes)("$folder", ({ folder, home, agent }) => {
  const hasData = existsSync(home)

  test.skipIf(!hasData)("each node holds what its file does, each tree what the ledger does, whatever the order", () => {
    const paths = pathsOf(home, agent)
    for (const order of [paths, paths.toReversed()]) {
      const world = read(home, agent, order)
      const trees = world.trees(Scope.ALL)
      expect(trees.length).toBeGreaterThan(2)
      for (const tree of trees) expectParts(tree)
      const nodes = trees.flatMap((tree) => tree.nodes)
      const rows = world.metrics(Scope.ALL).map(({ message }) => message)
      expect(sum(trees.map(({ nodes: [root] }) => root?.total?.tokens?.total))).toBe(sum(rows.map(({ tokens }) => tokens?.total)))
      expect(sum(trees.map(({ nodes: [root] }) => root?.total?.cost?.nanosUsd))).toBe(sum(rows.map(({ cost }) => cost?.nanosUsd)))
      for (const node of nodes) {
        if (node.kind === NodeKind.SUBAGENT) {
          const path = paths.find((known) => known.endsWith(`/agent-${node.subagentId}.jsonl`)) ?? ""
          expect([node.id, node.own?.tokens?.total]).toEqual([node.id, tokensIn(join(home, path))])
        } else {
          const own = rows.filter(({ conversationId }) => conversationId === node.conversationId)
          const inside = nodes.filter(({ kind, conversationId }) => kind === NodeKind.SUBAGENT && conversationId === node.conversationId)
          const below = sum(inside.map((subagent) => subagent.own?.tokens?.total))
          expect([node.id, (node.own?.tokens?.total ?? 0n) + below]).toEqual([node.id, sum(own.map(({ tokens }) => tokens?.total))])
        }
      }
    }
  })

  test.skipIf(!hasData)("every subagent and thread hangs where the files say", () => {
    const paths = pathsOf(home, agent)
    const nodes = read(home, agent, paths)
      .trees(Scope.ALL)
      .flatMap((tree) => tree.nodes)
    const placed = nodes.filter(({ parentId }) => parentId !== undefined)
    expect(placed.length).toBe(PLACED[folder])
    for (const node of placed) expect([node.id, node.parentId]).toEqual([node.id, expectedParent(node, nodes, home, paths)])
  })
})

function read(home: string, agent: AgentKind, paths: readonly string[]): World {
  const world = new World({ host: create(HostSchema, { id: "h", name: "box" }), prices: createPriceBook([]), now: () => Date.now() })
  for (const relativePath of paths) {
    const role = normaliserOf(agent).roleOf(relativePath) ?? "transcript"
    const cursor = startCursor({ path: join(home, relativePath), relativePath, birthMs: 0, agent, role })
    world.apply(readFrom(cursor, { budgetBytes: Number.MAX_SAFE_INTEGER }).facts)
  }
  return world
}

function pathsOf(home: string, agent: AgentKind): string[] {
  const all = readdirSync(home, { recursive: true, encoding: "utf8" })
  return all.filter((path) => normaliserOf(agent).roleOf(path) !== undefined).toSorted()
}

function expectParts({ nodes }: Hierarchy): void {
  for (const node of nodes) {
    const below = nodes.filter(({ parentId }) => parentId === node.id)
    const parts = (value: (of: HierarchyNode) => bigint | undefined, own: bigint | undefined): bigint => sum([own, ...below.map(value)])
    expect(node.total?.tokens?.total).toBe(parts(({ total }) => total?.tokens?.total, node.own?.tokens?.total))
    expect(node.total?.cost?.nanosUsd).toBe(parts(({ total }) => total?.cost?.nanosUsd, node.own?.cost?.nanosUsd))
    expect(node.total?.toolCalls).toBe(parts(({ total }) => total?.toolCalls, node.own?.toolCalls))
  }
}

/** Requests of one transcript by the id of their message, the largest of each count. */
function tokensIn(path: string): bigint {
  const requests = new Map<string, number[]>()
  for (const line of linesOf(path)) {
    const { id, usage, model } = (line["message"] ?? {}) as { id?: string; usage?: Record<string, number>; model?: string }
    if (line["type"] !== "assistant" || id === undefined || usage === undefined || model === "<synthetic>") continue
    const counts = ["input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"].map(
      (name) => usage[name] ?? 0,
    )
    const known = requests.get(id) ?? [0, 0, 0, 0]
    requests.set(
      id,
      known.map((count, index) => Math.max(count, counts[index] ?? 0)),
    )
  }
  return BigInt([...requests.values()].flat().reduce((total, count) => total + count, 0))
}

/** By the sidecar's own words, by the call that stands in a file, or by the rollout's first line. */
function expectedParent(node: HierarchyNode, nodes: readonly HierarchyNode[], home: string, paths: readonly string[]): string | undefined {
  if (node.kind === NodeKind.THREAD) {
    const path = paths.find((known) => known.includes(node.conversationId ?? "-")) ?? ""
    const [first] = linesOf(join(home, path))
    const payload = first?.["payload"] as {
      parent_thread_id?: string
      source?: { subagent?: { thread_spawn?: { parent_thread_id?: string } } }
    }
    const parent = payload.parent_thread_id ?? payload.source?.subagent?.thread_spawn?.parent_thread_id
    return nodes.find(({ kind, conversationId }) => kind !== NodeKind.SUBAGENT && conversationId === parent)?.id
  }
  const sidecar = paths.find((known) => known.endsWith(`/agent-${node.subagentId}.meta.json`))
  const parentAgent =
    sidecar === undefined ? undefined : (JSON.parse(readFileSync(join(home, sidecar), "utf8")) as { parentAgentId?: string })
  if (parentAgent?.parentAgentId !== undefined) return `${node.conversationId}/${parentAgent.parentAgentId}`
  return nodes.find(({ kind, conversationId }) => kind === NodeKind.SESSION && conversationId === node.conversationId)?.id
}

function linesOf(path: string): Record<string, unknown>[] {
  const text = readFileSync(path, "utf8").split("\n")
  return text.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Record<string, unknown>)
}

function sum(values: readonly (bigint | undefined)[]): bigint {
  return values.reduce<bigint>((total, value) => total + (value ?? 0n), 0n)
}
