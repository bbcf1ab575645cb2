// Agents that no result names: they are found by the run of a workflow or the team that one does.

import { create } from "@bufbuild/protobuf"
import { HostSchema, Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { PatternKind } from "@vibecraft/shared/gen/vibecraft/v1/hierarchy_pb"
import { describe, expect, it } from "vitest"
import type { AgentsStarted, Fact } from "../../domain/facts.ts"
import { sessionIdOfConversation } from "../../domain/session-id.ts"
import { Conversation } from "../conversation.ts"
import { createPriceBook } from "../prices/price-book.ts"
import { Texts } from "../texts.ts"
import { World } from "../world.ts"

const START = Date.parse("2026-11-01T10:00:00Z")

const conversation = (conversationId: string, more: object = {}): Fact => ({
  kind: "conversation-seen",
  conversationId,
  agent: "claude",
  startedMs: START,
  ...more,
})
const call = (callId: string, name: string): Fact => ({ kind: "tool-started", conversationId: "c", timeMs: START + 10, callId, name })
const started = (callId: string, more: Partial<AgentsStarted>): AgentsStarted => ({
  kind: "agents-started",
  conversationId: "c",
  timeMs: START + 20,
  callId,
  ...more,
})
/** An agent of a workflow's run, of which its path alone tells. */
const agent = (subagentId: string, timeMs: number): readonly Fact[] => [
  { kind: "subagent-seen", conversationId: "c", subagentId, link: "path", workflowRunId: "wf_1" },
  { kind: "turn-started", conversationId: "c", subagentId, timeMs },
]

/** What a world shows that was asked after each fact. */
function treeAfter(facts: readonly Fact[], root = "c") {
  const world = new World({ host: create(HostSchema, { id: "h", name: "box" }), prices: createPriceBook([]), now: () => START + 60_000 })
  for (const fact of facts) {
    world.apply([fact])
    world.trees(Scope.ALL)
  }
  return world.tree(world.treeRoot(root) ?? "")
}

describe("an agent of a workflow", () => {
  const run = { workflowRunId: "wf_1" }
  const links = (facts: readonly Fact[]) =>
    treeAfter(facts)
      ?.nodes.slice(1)
      .map(({ link }) => [link?.source, link?.toolCallId])

  it("was started by the call whose result names its run, whichever is read first", () => {
    const told = [call("w", "Workflow"), started("w", run)]
    const agents = [...agent("a1", START + 100), ...agent("a2", START + 200)]
    const named = [
      ["workflow", "w"],
      ["workflow", "w"],
    ]
    expect(links([conversation("c"), ...told, ...agents])).toEqual(named)
    expect(links([conversation("c"), ...agents, ...told])).toEqual(named)
    const tree = treeAfter([conversation("c"), ...told, ...agents])
    expect(tree?.patterns.map(({ kind }) => kind)).toEqual([PatternKind.FAN_OUT])
  })

  it("names no call where two name its run, or one of another tool does", () => {
    const agents = agent("a1", START + 100)
    const unknown = [["path", undefined]]
    expect(links([conversation("c"), ...agents])).toEqual(unknown)
    expect(links([conversation("c"), ...agents, call("w", "TaskOutput"), started("w", run)])).toEqual(unknown)
    const two = [call("w", "Workflow"), started("w", run), call("v", "Workflow"), started("v", run)]
    expect(links([conversation("c"), ...agents, ...two])).toEqual(unknown)
    expect(links([conversation("c"), ...agents, ...two.slice(0, 2), ...two.slice(0, 2)])).toEqual([["workflow", "w"]])
    expect(links([conversation("c"), ...agents, call("w", "Workflow"), started("w", { workflowRunId: "wf_2" })])).toEqual(unknown)
  })

  it("is linked better by what names itself", () => {
    const sidecar: Fact = { kind: "subagent-seen", conversationId: "c", subagentId: "a1", link: "sidecar", toolCallId: "t" }
    const facts = [conversation("c"), ...agent("a1", START + 100), call("w", "Workflow"), started("w", run)]
    expect(links([...facts, sidecar])).toEqual([["sidecar", "t"]])
  })
})

describe("a member of a team", () => {
  const team = "builders"
  const link = (facts: readonly Fact[]) => {
    const member = conversation("d", { teamName: team, memberName: "anna" })
    const tree = treeAfter([conversation("c", { teamName: team }), member, ...facts])
    expect(tree?.rootId).toBe(sessionIdOfConversation("c"))
    return tree?.nodes[1]?.link
  }

  it("was started by the call whose result names it", () => {
    expect(link([call("t", "Agent"), started("t", { teamName: team, memberName: "anna" })])).toMatchObject({
      source: "team",
      toolCallId: "t",
      detail: "its transcript names it anna of team builders; the result of the call that started it names it too",
    })
  })

  it("names no call where none or several name it", () => {
    expect(link([])?.toolCallId).toBeUndefined()
    expect(link([started("t", { teamName: team, memberName: "otto" })])?.toolCallId).toBeUndefined()
    const named = { teamName: team, memberName: "anna" }
    expect(link([started("t", named), started("u", named)])?.toolCallId).toBeUndefined()
  })
})

it("what calls started by name is kept with the conversation", () => {
  const kept = new Conversation("c")
  kept.agentsStarted(started("w", { workflowRunId: "wf_1", subagentId: "a9" }))
  const restored = new Conversation("c")
  restored.restore(JSON.parse(JSON.stringify(kept.state())) as ReturnType<Conversation["state"]>, new Texts())
  expect(restored.namedStarts.find({ workflowRunId: "wf_1" })).toEqual({ callId: "w", subagentId: "a9" })
  expect(new Conversation("c").namedStarts.find({ workflowRunId: "wf_1" })).toBeUndefined()
})
