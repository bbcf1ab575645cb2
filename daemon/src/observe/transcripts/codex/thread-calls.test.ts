import { expect, it } from "vitest"
import type { TranscriptFact } from "../../../domain/facts.ts"
import type { JsonObject } from "../json-fields.ts"
import type { TranscriptFile } from "../port.ts"
import { codexNormaliser } from "./normaliser.ts"

const THREAD = "01a20681-72e1-72f0-9dca-dbbce6277086"
const CHILD = "01a20681-731b-7b01-9971-c2da3ca82a7c"
const FILE: TranscriptFile = {
  path: "/h/r.jsonl",
  relativePath: `sessions/2026/11/23/rollout-2026-11-23T03-44-36-${THREAD}.jsonl`,
  birthMs: 0,
}
const FINDINGS = "The parser reads each header twice because the cursor is never moved past the blank line that ends it."

let second = 0
const line = (type: string, payload: JsonObject): JsonObject => ({
  timestamp: new Date(Date.UTC(2026, 10, 23, 0, 0, second++)).toISOString(),
  type,
  payload,
})
const spawn = (callId: string, message: string): JsonObject =>
  line("response_item", {
    type: "function_call",
    name: "spawn_agent",
    call_id: callId,
    arguments: JSON.stringify({ message, agent_type: "explorer" }),
  })
const output = (callId: string, text: string): JsonObject =>
  line("response_item", { type: "function_call_output", call_id: callId, output: text })

function facts(lines: readonly JsonObject[]): TranscriptFact[] {
  const state = codexNormaliser.start(FILE)
  const all: TranscriptFact[] = []
  for (const value of lines) expect(codexNormaliser.line(state, FILE, value, (fact) => all.push(fact))).toBe("used")
  return all
}

const LINK = { kind: "conversation-seen", conversationId: CHILD, agent: "codex", parentConversationId: THREAD, spawnCallId: `${THREAD}/c1` }

it("a spawned thread is linked by the output of its call, or by the item that tells of it, once", () => {
  const item = { type: "CollabAgentToolCall", id: "c1", tool: "spawn_agent", status: "completed", receiver_thread_ids: [CHILD] }
  const byOutput = [spawn("c1", "look"), output("c1", JSON.stringify({ agent_id: CHILD, nickname: "Nash" }))]
  const byItem = [spawn("c1", "look"), line("event_msg", { type: "item_completed", item })]
  expect(facts(byOutput)).toContainEqual(LINK)
  expect(facts(byItem)).toContainEqual(LINK)
  expect(facts([...byItem, output("c1", JSON.stringify({ agent_id: CHILD }))]).filter(({ kind }) => kind === "conversation-seen")).toEqual([
    LINK,
  ])
})

it("the output of another tool links nothing", () => {
  const exec = line("response_item", { type: "function_call", name: "exec_command", call_id: "c2", arguments: "{}" })
  expect(facts([exec, output("c2", JSON.stringify({ agent_id: CHILD }))]).some(({ kind }) => kind === "conversation-seen")).toBe(false)
})

it("a task that quotes what a thread answered names its call", () => {
  const list = facts([
    spawn("c1", "find out why the parser is slow"),
    output("c1", JSON.stringify({ agent_id: CHILD })),
    output("c9", JSON.stringify({ status: { [CHILD]: { completed: FINDINGS } }, timed_out: false })),
    spawn("c2", `Fix this: ${FINDINGS}`),
    spawn("c3", "Write the release notes"),
  ])
  const spawns = list.flatMap((fact) => (fact.kind === "tool-started" ? [fact.spawn] : []))
  expect(spawns).toEqual([
    { agentType: "explorer", isBackground: true, task: expect.any(Number) },
    { agentType: "explorer", isBackground: true, task: expect.any(Number), usesResultsOf: [`${THREAD}/c1`] },
    { agentType: "explorer", isBackground: true, task: expect.any(Number) },
  ])
})
