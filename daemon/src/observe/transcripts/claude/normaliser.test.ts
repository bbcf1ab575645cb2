import { describe, expect, it } from "vitest"
import type { TranscriptFact } from "../../../domain/facts.ts"
import type { JsonObject } from "../json-fields.ts"
import type { TranscriptFile } from "../port.ts"
import { claudeNormaliser } from "./normaliser.ts"

const OWN = "own-session"
const PARENT = "parent-session"
const MAIN: TranscriptFile = { path: `/h/projects/p/${OWN}.jsonl`, relativePath: `projects/p/${OWN}.jsonl`, birthMs: 0 }
const AGENT: TranscriptFile = { ...MAIN, relativePath: `projects/p/${OWN}/subagents/agent-a1b2c3d.jsonl` }

const at = (second: number) => new Date(Date.UTC(2026, 10, 1, 0, 0, second)).toISOString()
const ms = (second: number) => Date.parse(at(second))

function facts(lines: readonly JsonObject[], file = MAIN): TranscriptFact[] {
  const state = claudeNormaliser.start(file)
  const all: TranscriptFact[] = []
  const emit = (fact: TranscriptFact) => all.push(fact)
  for (const line of lines) expect(claudeNormaliser.line(state, file, line, emit)).toBe("used")
  claudeNormaliser.atEnd(state, emit)
  return all
}

const prompt = (second: number, text: string, more: JsonObject = {}): JsonObject => ({
  type: "user",
  sessionId: OWN,
  timestamp: at(second),
  uuid: `u${second}`,
  message: { role: "user", content: text },
  ...more,
})

const answer = (
  second: number,
  id: string,
  stop: string | null,
  more: JsonObject = {},
  block: JsonObject = { type: "text", text: "x" },
): JsonObject => ({
  type: "assistant",
  sessionId: OWN,
  timestamp: at(second),
  uuid: `a${second}`,
  requestId: `req_${id}`,
  message: { id, model: "claude-opus-5-5", stop_reason: stop, content: [block], usage: { input_tokens: 1, output_tokens: 2 } },
  ...more,
})

const turns = (list: readonly TranscriptFact[]) =>
  list.flatMap((fact) =>
    fact.kind === "turn-started"
      ? [`${(fact.timeMs - ms(0)) / 1000} started`]
      : fact.kind === "turn-ended"
        ? [`${(fact.timeMs - ms(0)) / 1000} ${fact.reason}`]
        : [],
  )

describe("turns", () => {
  it("run from a prompt to the line that says the agent stopped, once", () => {
    const lines = [
      prompt(1, "do it"),
      answer(2, "m1", "end_turn", {}, { type: "thinking", thinking: "hm" }),
      answer(3, "m1", "end_turn"),
      answer(3, "m1", "end_turn"),
      { type: "system", subtype: "stop_hook_summary", sessionId: OWN, timestamp: at(4) },
      { type: "system", subtype: "turn_duration", durationMs: 900, sessionId: OWN, timestamp: at(5) },
    ]
    const list = facts(lines)
    expect(turns(list)).toEqual(["1 started", "3 done", "5 done"])
    const ends = list.filter((fact) => fact.kind === "turn-ended")
    expect(ends).toMatchObject([{ startedMs: ms(1) }, { startedMs: ms(1), durationMs: 900 }])
  })

  it("end with the client's own word where messages have none", () => {
    const ended = facts([
      prompt(1, "a"),
      answer(2, "m1", null),
      { type: "system", subtype: "turn_duration", durationMs: 900, sessionId: OWN, timestamp: at(5) },
    ])
    expect(turns(ended)).toEqual(["1 started", "5 done"])
    expect(ended.find((fact) => fact.kind === "turn-ended")).toMatchObject({ durationMs: 900 })
  })

  it("end interrupted, or failed", () => {
    expect(turns(facts([prompt(1, "a"), prompt(2, "[Request interrupted by user]")]))).toEqual(["1 started", "2 interrupted"])
    const failed = {
      ...answer(2, "x", "stop_sequence"),
      isApiErrorMessage: true,
      error: "rate_limit",
      message: { model: "<synthetic>", content: [] },
    }
    const measured = { type: "system", subtype: "turn_duration", durationMs: 900, sessionId: OWN, timestamp: at(3) }
    const list = facts([prompt(1, "a"), failed, measured])
    expect(turns(list)).toEqual(["1 started", "2 failed", "3 failed"])
    expect(list.find((fact) => fact.kind === "api-error-seen")).toMatchObject({ error: "rate_limit", final: true, key: "a2" })
    expect(list.some((fact) => fact.kind === "request-seen")).toBe(false)
  })

  it("do not start with what nobody asked the model", () => {
    const notes = [
      prompt(1, "<command-name>/model</command-name>"),
      prompt(2, "<local-command-stdout>Set model</local-command-stdout>"),
      prompt(3, "<bash-input>ls</bash-input>"),
      prompt(4, "summary", { isCompactSummary: true }),
      prompt(5, "caveat", { isMeta: true }),
    ]
    expect(turns(facts(notes))).toEqual([])
  })

  it("start with a command that the model answers", () => {
    const lines = [prompt(1, "<command-name>/review</command-name>"), prompt(2, "expanded", { isMeta: true }), answer(5, "m1", "tool_use")]
    expect(turns(facts(lines))).toEqual(["1 started"])
  })

  it("start anew when the agent goes on after it had stopped", () => {
    const lines = [prompt(1, "a"), answer(2, "m1", "end_turn"), prompt(3, "a hook objects", { isMeta: true }), answer(4, "m2", "end_turn")]
    expect(turns(facts(lines))).toEqual(["1 started", "2 done", "3 started", "4 done"])
  })
})

describe("requests", () => {
  it("are said once for lines that repeat them, and again where they grew", () => {
    const grown = answer(3, "m1", null, { message: { id: "m1", model: "m", content: [], usage: { input_tokens: 1, output_tokens: 90 } } })
    const list = facts([answer(1, "m1", null), answer(2, "m1", null), grown]).filter((fact) => fact.kind === "request-seen")
    expect(list.map(({ key, usage }) => [key, usage.output])).toEqual([
      ["m1", 2],
      ["m1", 90],
    ])
  })

  it("are said again where a later line's words belie the count", () => {
    const words = "All of the tests pass now, and the one that failed before does so for another reason."
    const lines = ["", words].map((text, index) =>
      answer(index, "m1", null, { message: { id: "m1", model: "m", content: [{ type: "text", text }], usage: { output_tokens: 1 } } }),
    )
    const list = facts([...lines, ...lines]).filter((fact) => fact.kind === "request-seen")
    expect(list.map(({ usage, factors }) => [usage.output, factors?.leastOutput])).toContainEqual([1, 4])
    expect(list[0]?.factors).toBeUndefined()
  })

  it("fall back to the line's id where the message has none", () => {
    const line = answer(1, "x", null, { message: { model: "m", content: null, usage: { output_tokens: 1 } } })
    expect(facts([line])).toContainEqual(expect.objectContaining({ kind: "request-seen", key: "a1" }))
  })

  it("of a subagent are its own, in its parent's conversation", () => {
    const list = facts([answer(1, "m1", null, { isSidechain: true, agentId: "a1b2c3d" })], AGENT)
    expect(list).toContainEqual(
      expect.objectContaining({ kind: "request-seen", conversationId: OWN, subagentId: "a1b2c3d", sidechain: true }),
    )
    expect(list.some((fact) => fact.kind === "context-seen")).toBe(false)
  })
})

describe("context", () => {
  it("is what the last response sent, and unknown after a compaction", () => {
    const list = facts([
      answer(1, "m1", null),
      answer(2, "side", null, { isSidechain: true }),
      { type: "system", subtype: "compact_boundary", sessionId: OWN, timestamp: at(3) },
    ])
    expect(list.flatMap((fact) => (fact.kind === "context-seen" ? [fact.usedTokens] : []))).toEqual([1, null])
  })
})

describe("a fork's copied lines", () => {
  const lines = [
    prompt(1, "asked of the parent"),
    answer(2, "m1", "end_turn", { requestSessionId: PARENT }),
    { type: "system", subtype: "turn_duration", durationMs: 10, sessionId: OWN, timestamp: at(3) },
    prompt(500, "asked of the fork"),
    answer(501, "m2", "end_turn"),
  ]
  const owners = (list: readonly TranscriptFact[]) =>
    list.flatMap((fact) =>
      fact.kind === "turn-started" || fact.kind === "request-seen" || fact.kind === "turn-ended" ? [fact.conversationId] : [],
    )

  it("are the parent's, told by the file's birth", () => {
    const list = facts(lines, { ...MAIN, birthMs: ms(499) })
    expect(owners(list)).toEqual([PARENT, PARENT, PARENT, PARENT, OWN, OWN, OWN])
    expect(list).toContainEqual(expect.objectContaining({ kind: "conversation-seen", conversationId: OWN, startedMs: ms(500) }))
    expect(list.some((fact) => fact.kind === "turn-started" && fact.idleSinceMs !== undefined)).toBe(false)
    expect(list).toContainEqual(expect.objectContaining({ conversationId: OWN, forkedFromConversationId: PARENT }))
    expect(list.filter((fact) => fact.conversationId === PARENT).every((fact) => fact.kind !== "conversation-seen")).toBe(true)
  })

  it("are the parent's also in a copy of the file made later", () => {
    expect(owners(facts(lines, { ...MAIN, birthMs: ms(9_000) }))).toEqual([PARENT, PARENT, PARENT, PARENT, OWN, OWN, OWN])
  })

  it("leave a file without copies alone, however old its lines", () => {
    const list = facts([prompt(1, "a"), answer(2, "m1", "end_turn"), prompt(3, "no answer yet")], { ...MAIN, birthMs: ms(9_000) })
    expect(owners(list)).toEqual([OWN, OWN, OWN, OWN])
    expect(list).toContainEqual(expect.objectContaining({ startedMs: ms(1) }))
  })

  it("wait no longer than the file goes on", () => {
    expect(turns(facts([prompt(1, "never answered")], { ...MAIN, birthMs: ms(9_000) }))).toEqual(["1 started"])
  })
})

describe("subagents", () => {
  it("are linked to the call that started them", () => {
    const result = { type: "tool_result", tool_use_id: "toolu_1", content: "ok" }
    const line = prompt(1, "", {
      message: { content: [result] },
      toolUseResult: { status: "completed", agentId: "a1b2c3d", agentType: "Explore", totalDurationMs: 1234 },
    })
    const list = facts([line])
    expect(list).toContainEqual(expect.objectContaining({ kind: "tool-ended", callId: "toolu_1", outcome: "ok", durationMs: 1234 }))
    expect(list).toContainEqual({
      kind: "subagent-seen",
      conversationId: OWN,
      subagentId: "a1b2c3d",
      link: "result",
      toolCallId: "toolu_1",
      agentType: "Explore",
      finished: true,
    })
  })

  it("are finished when they stop and not when they go on", () => {
    const list = facts(
      [prompt(1, "go"), answer(2, "m1", "end_turn"), prompt(3, "more")].map((line) => ({ ...line, agentId: "a1b2c3d" })),
      AGENT,
    )
    expect(list.flatMap((fact) => (fact.kind === "subagent-seen" ? (fact.finished ?? []) : []))).toEqual([false, true, false])
  })

  it("report their end as a prompt", () => {
    const text = "<task-notification>\n<task-id>a58a45ecc953488ff</task-id>\n<tool-use-id>toolu_9</tool-use-id>"
    expect(facts([prompt(1, text)])).toContainEqual({
      kind: "subagent-seen",
      conversationId: OWN,
      subagentId: "a58a45ecc953488ff",
      link: "notification",
      toolCallId: "toolu_9",
      finished: true,
      finishedMs: ms(1),
    })
  })
})

describe("files", () => {
  it.each([
    ["projects/p/s.jsonl", "transcript"],
    ["projects/p/s/subagents/agent-a1.jsonl", "transcript"],
    ["projects/p/s/subagents/workflows/w1/agent-a1.jsonl", "transcript"],
    ["projects/p/s/subagents/workflows/w1/journal.jsonl", undefined],
    ["projects/p/s/subagents/agent-a1.meta.json", "sidecar"],
    ["projects/p/s/custom-title.json", "sidecar"],
    ["projects/p/s.jsonl.zst", "compressed"],
    ["projects/p/sessions-index.json", undefined],
    ["history.jsonl", undefined],
    ["projects/history.jsonl", undefined],
  ])("%s is a %s", (path, role) => {
    expect(claudeNormaliser.roleOf(path)).toBe(role)
  })
})
