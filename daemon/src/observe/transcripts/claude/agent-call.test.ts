import { expect, it } from "vitest"
import type { SubagentSeen, ToolStarted, TranscriptFact } from "../../../domain/facts.ts"
import type { JsonObject } from "../json-fields.ts"
import type { TranscriptFile } from "../port.ts"
import { claudeNormaliser } from "./normaliser.ts"

const OWN = "own-session"
const MAIN: TranscriptFile = { path: `/h/projects/p/${OWN}.jsonl`, relativePath: `projects/p/${OWN}.jsonl`, birthMs: 0 }
const inside = (path: string): TranscriptFile => ({ ...MAIN, relativePath: `projects/p/${OWN}/subagents/${path}` })
const AGENT = inside("agent-a1b2c3d4.jsonl")

const at = (second: number) => new Date(Date.UTC(2026, 10, 1, 0, 0, second)).toISOString()

function facts(lines: readonly JsonObject[], file = MAIN): TranscriptFact[] {
  const state = claudeNormaliser.start(file)
  const all: TranscriptFact[] = []
  for (const line of lines) claudeNormaliser.line(state, file, line, (fact) => all.push(fact))
  claudeNormaliser.atEnd(state, (fact) => all.push(fact))
  return all
}

const user = (second: number, content: unknown, more: JsonObject = {}): JsonObject => ({
  type: "user",
  sessionId: OWN,
  timestamp: at(second),
  uuid: `u${second}`,
  message: { role: "user", content },
  ...more,
})

const call = (second: number, id: string, input: JsonObject, messageId = `m${second}`, name = "Agent"): JsonObject => ({
  type: "assistant",
  sessionId: OWN,
  timestamp: at(second),
  uuid: `a${second}`,
  message: {
    id: messageId,
    model: "claude-opus-5-5",
    content: [{ type: "tool_use", id, name, input }],
    usage: { output_tokens: 2 },
  },
})

const result = (second: number, callId: string, text: string, more: JsonObject = {}): JsonObject =>
  user(second, [{ type: "tool_result", tool_use_id: callId, content: [{ type: "text", text }] }], more)

const spawns = (list: readonly TranscriptFact[]) =>
  list.filter((fact): fact is ToolStarted => fact.kind === "tool-started").map(({ spawn }) => spawn)
const seen = (list: readonly TranscriptFact[]) => list.filter((fact): fact is SubagentSeen => fact.kind === "subagent-seen")

const FINDINGS =
  "The parser reads each header twice because the cursor is never moved past the blank line that ends it; see reader.ts line 40."

it("a call says kind, background and what it shares with others of its answer, and none of its words", () => {
  const list = facts([
    call(1, "t1", { prompt: "Look at   the parser", subagent_type: "Explore", run_in_background: true }, "m"),
    call(2, "t2", { prompt: "Look at the\nparser", subagent_type: "Explore" }, "m"),
    call(3, "t3", { prompt: "Look at the lexer" }, "other"),
  ])
  const [one, two, three] = spawns(list)
  expect(one).toEqual({ agentType: "Explore", isBackground: true, task: expect.any(Number), batch: expect.any(Number) })
  expect(two).toMatchObject({ task: one?.task, batch: one?.batch })
  expect(three?.task).not.toBe(one?.task)
  expect(three?.batch).not.toBe(one?.batch)
})

it("a task that quotes an earlier result names its call", () => {
  const list = facts([
    call(1, "t1", { prompt: "Find out why the parser is slow" }),
    result(2, "t1", `${FINDINGS}\nagentId: a1b2c3d4 (internal)`),
    call(3, "t2", { prompt: `Fix this: ${FINDINGS} Then run the tests.` }),
    call(4, "t3", { prompt: "Write the release notes" }),
  ])
  expect(spawns(list).map((spawn) => spawn?.usesResultsOf)).toEqual([undefined, ["t1"], undefined])
})

it("what a result repeats of its own task is no quote, nor is an answer that is still to come", () => {
  const task = "Read every file below src and answer in at most two hundred words what it does"
  const list = facts([
    call(1, "t1", { prompt: `${task}: parser` }),
    result(2, "t1", `You asked: ${task}: parser. It splits lines.`),
    call(3, "t2", { prompt: `${task}: lexer`, run_in_background: true }),
    result(
      4,
      "t2",
      "Async agent launched successfully. agentId: a1b2c3d4 You know nothing about its results until that notification arrives",
    ),
    call(5, "t3", { prompt: `${task}: You know nothing about its results until that notification arrives` }),
  ])
  expect(spawns(list).map((spawn) => spawn?.usesResultsOf)).toEqual([undefined, undefined, undefined])
})

it("the report of a background agent counts as its result", () => {
  const report = `<task-notification>\n<task-id>a58a45ecc953488ff</task-id>\n<tool-use-id>t1</tool-use-id>\n<status>completed</status>\n<result>${FINDINGS}</result>\n</task-notification>`
  const list = facts([
    call(1, "t1", { prompt: "Find out why the parser is slow" }),
    user(2, report),
    call(3, "t2", { prompt: `Fix this: ${FINDINGS}` }),
  ])
  expect(spawns(list)[1]?.usesResultsOf).toEqual(["t1"])
  expect(list.find((fact) => fact.kind === "turn-started")).toMatchObject({ isReport: true })
})

it("a queued report tells of the end when it came, and whether the agent failed or was stopped", () => {
  const queued = (status: string): JsonObject => ({
    type: "queue-operation",
    sessionId: OWN,
    timestamp: at(7),
    content: `<task-notification>\n<task-id>a58a45ecc953488ff</task-id>\n<tool-use-id>t1</tool-use-id>\n<status>${status}</status>`,
  })
  const told = (status: string) => seen(facts([user(1, "go"), queued(status)]))[0]
  expect(told("completed")).toEqual({
    kind: "subagent-seen",
    conversationId: OWN,
    subagentId: "a58a45ecc953488ff",
    link: "notification",
    toolCallId: "t1",
    finished: true,
    finishedMs: Date.parse(at(7)),
  })
  expect(told("failed")).toMatchObject({ hasFailed: true })
  expect(told("killed")).toMatchObject({ wasStopped: true })
})

it("in a subagent's own file an answer names the agent in its words alone", () => {
  const list = facts([user(1, "go"), call(2, "t9", { prompt: "Look" }), result(3, "t9", "Found it.\nagentId: a7777777 (internal)")], AGENT)
  expect(seen(list)).toContainEqual({
    kind: "subagent-seen",
    conversationId: OWN,
    subagentId: "a7777777",
    link: "result",
    toolCallId: "t9",
    parentSubagentId: "a1b2c3d4",
  })
})

it("a launch in the background is told by its words where nothing else tells", () => {
  const list = facts(
    [user(1, "go"), call(2, "t9", { prompt: "Look" }), result(3, "t9", "Async agent launched successfully.\nagentId: a7777777")],
    AGENT,
  )
  expect(list).toContainEqual(expect.objectContaining({ kind: "tool-ended", callId: "t9", outcome: "background" }))
  expect(seen(list)).toContainEqual(expect.objectContaining({ subagentId: "a7777777", isBackground: true }))
})

it("the text of another tool's result names no agent", () => {
  const bash = user(2, [{ type: "tool_result", tool_use_id: "b1", content: "agentId: a7777777" }])
  expect(seen(facts([call(1, "t1", { prompt: "Look" }), bash]))).toEqual([])
})

it("going on with an agent starts none, and its answer does not move it", () => {
  const list = facts([
    call(1, "t1", { prompt: "Go on", resume: "a1b2c3d4" }),
    result(2, "t1", "Done.", { toolUseResult: { status: "completed", agentId: "a1b2c3d4" } }),
  ])
  expect(spawns(list)).toEqual([undefined])
  expect(seen(list)).toEqual([])
})

it("a subagent's file gives its folder, its run of a workflow, its team, and a hash of its first words", () => {
  const lines = [user(1, "Look at the parser", { teamName: "builders", agentName: "anna" }), user(2, "and the lexer")]
  const [place, task, ...more] = seen(facts(lines, inside("workflows/wf_1/agent-a1b2c3d4.jsonl"))).filter(
    ({ finished }) => finished === undefined,
  )
  expect(place).toMatchObject({ subagentId: "a1b2c3d4", link: "path", workflowRunId: "wf_1", teamName: "builders" })
  expect(task).toMatchObject({ subagentId: "a1b2c3d4", task: spawns(facts([call(1, "t1", { prompt: "Look at the parser" })]))[0]?.task })
  expect(more).toEqual([])
})

it("the result of a call names the run of a workflow that it started", () => {
  const started = { status: "async_launched", taskId: "w1", runId: "wf_1", transcriptDir: "/somewhere" }
  const list = facts([call(1, "t1", {}, "m1", "Workflow"), result(2, "t1", "Started", { toolUseResult: started })])
  expect(list).toContainEqual({
    kind: "agents-started",
    conversationId: OWN,
    timeMs: Date.parse(at(2)),
    callId: "t1",
    workflowRunId: "wf_1",
  })
  expect(spawns(list)).toEqual([undefined])
})

it("progress of old clients names the call", () => {
  const message = { type: "assistant", timestamp: at(2), message: { id: "x", model: "claude-sonnet-4-5", usage: { output_tokens: 1 } } }
  const line = {
    type: "progress",
    sessionId: OWN,
    timestamp: at(2),
    parentToolUseID: "t1",
    data: { type: "agent_progress", agentId: "a1b2c3d", message },
  }
  expect(seen(facts([user(1, "go"), line, line]))).toEqual([
    { kind: "subagent-seen", conversationId: OWN, subagentId: "a1b2c3d", link: "progress", toolCallId: "t1" },
  ])
})

it("members of a team say so on each line, and its lead when it starts one", () => {
  const member = facts([user(1, "go", { teamName: "builders", agentName: "anna" })])
  expect(member).toContainEqual(expect.objectContaining({ kind: "conversation-seen", teamName: "builders", memberName: "anna" }))
  const spawned = { status: "teammate_spawned", team_name: "builders", agent_id: "anna@builders", name: "anna" }
  const lead = facts([call(1, "t1", { prompt: "Build" }), result(2, "t1", "Spawned", { toolUseResult: spawned })])
  expect(lead).toContainEqual(expect.objectContaining({ kind: "conversation-seen", conversationId: OWN, teamName: "builders" }))
  expect(lead).toContainEqual(expect.objectContaining({ kind: "tool-ended", outcome: "background" }))
  expect(lead).toContainEqual({
    kind: "agents-started",
    conversationId: OWN,
    timeMs: Date.parse(at(2)),
    callId: "t1",
    teamName: "builders",
    memberName: "anna",
  })
})
