import { describe, expect, it } from "vitest"
import type { TranscriptFact } from "../../../domain/facts.ts"
import type { JsonObject } from "../json-fields.ts"
import { codexNormaliser } from "./normaliser.ts"

const START = Date.UTC(2026, 10, 1)
/** An id made so many seconds after the start. */
const idAt = (second: number) => {
  const time = (START + second * 1000).toString(16).padStart(12, "0")
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`
}
const THREAD = idAt(100)
const PARENT = idAt(0)
const FILE = { path: "/h/x", relativePath: `sessions/2026/11/01/rollout-2026-11-01T00-00-00-${THREAD}.jsonl`, birthMs: 0 }

const line = (second: number, type: string, payload: JsonObject, more: JsonObject = {}): JsonObject => ({
  timestamp: new Date(START + second * 1000).toISOString(),
  type,
  payload,
  ...more,
})
const event = (second: number, type: string, more: JsonObject = {}) => line(second, "event_msg", { type, ...more })
const item = (second: number, type: string, more: JsonObject = {}) => line(second, "response_item", { type, ...more })
const counts = (input: number, output: number) => ({
  input_tokens: input,
  cached_input_tokens: 0,
  output_tokens: output,
  reasoning_output_tokens: 0,
  total_tokens: input + output,
})
const tokenCount = (second: number, total: JsonObject, last?: JsonObject) =>
  event(second, "token_count", { info: { total_token_usage: total, last_token_usage: last, model_context_window: 1000 } })

function facts(lines: readonly JsonObject[]): TranscriptFact[] {
  const state = codexNormaliser.start(FILE)
  const all: TranscriptFact[] = []
  for (const value of lines) expect(codexNormaliser.line(state, FILE, value, (fact) => all.push(fact))).toBe("used")
  return all
}

const usage = (list: readonly TranscriptFact[]) =>
  list.flatMap((fact) => (fact.kind === "request-seen" ? [[fact.usage.input, fact.usage.output]] : []))
const ends = (list: readonly TranscriptFact[]) =>
  list.flatMap((fact) => (fact.kind === "tool-ended" ? [[fact.callId.split("/")[1], fact.name, fact.outcome, fact.durationMs]] : []))

describe("tokens", () => {
  it("count each growth of the total once", () => {
    const list = facts([
      tokenCount(1, counts(10, 1), counts(10, 1)),
      tokenCount(2, counts(10, 1), counts(10, 1)),
      event(3, "token_count", { info: null }),
      tokenCount(4, counts(30, 3), counts(20, 2)),
      tokenCount(5, counts(35, 4)),
      tokenCount(6, counts(5, 5)),
    ])
    expect(usage(list)).toEqual([
      [10, 1],
      [20, 2],
      [5, 1],
      [5, 5],
    ])
    expect(new Set(list.flatMap((fact) => (fact.kind === "request-seen" ? [fact.key] : []))).size).toBe(4)
  })

  it("come from the records of responses where there are any", () => {
    const record = (second: number, id: string) =>
      line(second, "token_usage_record", {
        response_id: id,
        usage: { ...counts(100, 7), cached_input_tokens: 60, cache_write_input_tokens: 30 },
      })
    const list = facts([
      record(1, "resp_1"),
      tokenCount(2, counts(100, 7), counts(100, 7)),
      record(3, "resp_2"),
      tokenCount(4, counts(200, 14), counts(100, 7)),
    ])
    const seen = list.filter((fact) => fact.kind === "request-seen")
    expect(seen.map(({ key }) => key)).toEqual(["resp_1", "resp_2"])
    expect(seen[0]?.usage).toEqual({ input: 10, output: 7, reasoning: 0, cacheRead: 60, cacheWrite5m: 30, cacheWrite1h: 0 })
  })

  it("carry the model and the tier of the turn", () => {
    const list = facts([
      line(1, "turn_context", { turn_id: idAt(101), model: "gpt-6-sol" }),
      event(2, "thread_settings_applied", { thread_settings: { model: "gpt-6.1-sol", service_tier: "priority" } }),
      tokenCount(3, counts(1, 1), counts(1, 1)),
    ])
    expect(list.find((fact) => fact.kind === "request-seen")).toMatchObject({ model: "gpt-6.1-sol", factors: { tier: "priority" } })
  })

  it("say the context in use", () => {
    const list = facts([
      tokenCount(1, counts(10, 1), counts(10, 1)),
      line(2, "compacted", { message: "" }),
      tokenCount(3, counts(19, 2), counts(9, 1)),
    ])
    expect(list.flatMap((fact) => (fact.kind === "context-seen" ? [[fact.usedTokens, fact.windowTokens]] : []))).toEqual([
      [11, 1000],
      [null, undefined],
      [10, 1000],
    ])
  })
})

describe("a forked thread's copied history", () => {
  const replay = [
    line(100, "session_meta", {
      id: THREAD,
      forked_from_id: PARENT,
      parent_thread_id: PARENT,
      timestamp: new Date(START + 100_000).toISOString(),
    }),
    line(100, "session_meta", { id: PARENT, cwd: "/parent" }),
    event(100, "task_started", { turn_id: idAt(5) }),
    line(100, "turn_context", { turn_id: idAt(5), model: "gpt-5.5" }),
    item(100, "function_call", { name: "exec_command", call_id: "c1" }),
    tokenCount(100, counts(500, 50), counts(500, 50)),
    item(100, "function_call_output", { call_id: "c1", output: "" }),
    event(100, "task_complete", { turn_id: idAt(5) }),
  ]
  const own = [event(101, "task_started", { turn_id: idAt(101) }), tokenCount(102, counts(520, 52), counts(20, 2))]

  it("is not its own, and its totals go on from there", () => {
    const list = facts([...replay, ...own])
    expect(list.map(({ kind }) => kind)).toEqual(["conversation-seen", "turn-started", "context-seen", "request-seen"])
    expect(usage(list)).toEqual([[20, 2]])
    expect(list[0]).toMatchObject({
      conversationId: THREAD,
      parentConversationId: PARENT,
      forkedFromConversationId: PARENT,
      startedMs: START + 100_000,
    })
    expect(list.find((fact) => fact.kind === "request-seen")).toMatchObject({ model: "gpt-5.5" })
  })

  it("is not counted where nothing but a repeated total follows", () => {
    expect(usage(facts([...replay, own[0] ?? {}, tokenCount(102, counts(500, 50), counts(500, 50))]))).toEqual([])
  })

  it("ends where the file says so", () => {
    const [meta, ...rest] = replay
    const marked = { ...meta, payload: { ...(meta?.["payload"] as JsonObject), subagent_history_start_ordinal: 8 } }
    const numbered = [marked, ...rest, tokenCount(100, counts(530, 53), counts(30, 3))].map((value, ordinal) => ({ ...value, ordinal }))
    expect(usage(facts(numbered))).toEqual([[30, 3]])
  })
})

describe("tools", () => {
  it("end with the event that measured them, not again with their output", () => {
    const list = facts([
      item(1, "function_call", { name: "exec_command", arguments: '{"cmd":"ls -la"}', call_id: "c1" }),
      event(3, "exec_command_end", { call_id: "c1", exit_code: 2, duration: { secs: 1, nanos: 5e8 }, status: "failed" }),
      item(4, "function_call_output", { call_id: "c1", output: "Process exited with code 2" }),
    ])
    expect(list.find((fact) => fact.kind === "tool-started")).toMatchObject({
      callId: `${THREAD}/c1`,
      name: "exec_command",
      target: "ls -la",
    })
    expect(ends(list)).toEqual([["c1", "exec_command", "command-failed", 1500]])
  })

  it.each([
    ["Process exited with code 0\nok", "ok"],
    ["Chunk ID: 1\nWall time: 0.0\nProcess exited with code 3\n", "command-failed"],
    ["Wall time: 0.1 seconds\naborted by user", "interrupted"],
    ["Process running with session ID 12", "background"],
    ['{"output":"x","metadata":{"exit_code":1}}', "command-failed"],
    ["exec_command failed: rejected by user", "rejected"],
    ["failed to parse function arguments: missing field", "model-error"],
    ["anything", "ok"],
  ])("read their output %j as %s", (output, outcome) => {
    const list = facts([
      item(1, "custom_tool_call", { name: "apply_patch", input: "*** Begin", call_id: "c" }),
      item(2, "custom_tool_call_output", { call_id: "c", output }),
    ])
    expect(ends(list)).toEqual([["c", undefined, outcome, undefined]])
  })

  it("are known by their end alone where nothing else is written", () => {
    const list = facts([
      event(9, "item_completed", {
        item: { type: "McpToolCall", id: "c2", server: "gh", tool: "search", status: "completed" },
        started_at_ms: START + 5000,
        completed_at_ms: START + 9000,
      }),
      event(9, "item_completed", { item: { type: "AgentMessage", id: "m" } }),
      event(9, "web_search_end", { call_id: "ws1", query: "x" }),
      item(9, "web_search_call", { status: "completed" }),
      item(10, "web_search_call", { status: "completed" }),
    ])
    expect(ends(list)).toEqual([
      ["c2", "mcp__gh__search", "ok", 4000],
      ["ws1", "web_search", "ok", undefined],
      ["web_search#1", "web_search", "ok", undefined],
    ])
    expect(list.filter((fact) => fact.kind === "tool-started")).toHaveLength(1)
  })
})

describe("turns", () => {
  it("end done, failed with its error, or interrupted", () => {
    const list = facts([
      event(1, "task_started", { turn_id: "t1" }),
      event(2, "task_complete", { turn_id: "t1", duration_ms: 1000 }),
      event(3, "task_started", { turn_id: "t2" }),
      event(4, "task_complete", { turn_id: "t2", error: { message: "m", codex_error_info: "usage_limit_exceeded" } }),
      event(5, "task_started", { turn_id: "t3" }),
      event(6, "turn_aborted", { turn_id: "t3", reason: "interrupted" }),
    ])
    expect(list.flatMap((fact) => (fact.kind === "turn-ended" ? [fact.reason] : []))).toEqual(["done", "failed", "interrupted"])
    expect(list).toContainEqual(
      expect.objectContaining({ kind: "api-error-seen", error: "usage_limit_exceeded", key: `${THREAD}/t2`, final: true }),
    )
  })
})

describe("threads", () => {
  it("say who started them", () => {
    const source = { subagent: { thread_spawn: { parent_thread_id: PARENT, depth: 1 } } }
    const list = facts([
      line(1, "session_meta", { id: THREAD, source, cwd: "/w", git: { branch: "main" }, originator: "codex_exec", cli_version: "0.169.0" }),
    ])
    expect(list[0]).toMatchObject({
      parentConversationId: PARENT,
      cwd: "/w",
      gitBranch: "main",
      entrypoint: "codex_exec",
      agentVersion: "0.169.0",
    })
  })

  it("take the name a person gave", () => {
    const list = facts([line(1, "session_meta", { id: THREAD }), event(2, "thread_name_updated", { thread_name: "my\nthread" })])
    expect(list.at(-1)).toMatchObject({ ownName: "my thread" })
  })
})
