import { describe, expect, it } from "vitest"
import type { ModelCallSeen, ToolEnded, TranscriptFact } from "../../../domain/facts.ts"
import type { JsonObject } from "../json-fields.ts"
import { claudeNormaliser } from "./normaliser.ts"

const OWN = "own-session"
const FILE = { path: `/h/projects/p/${OWN}.jsonl`, relativePath: `projects/p/${OWN}.jsonl`, birthMs: 0 }
const START = Date.UTC(2026, 10, 1)
const at = (ms: number) => new Date(START + ms).toISOString()

function facts(lines: readonly JsonObject[]): TranscriptFact[] {
  const state = claudeNormaliser.start(FILE)
  const all: TranscriptFact[] = []
  for (const line of lines) claudeNormaliser.line(state, FILE, line, (fact) => all.push(fact))
  return all
}

/** Start and end of each answer as it was said last, from the start on. */
function answers(lines: readonly JsonObject[]): string[] {
  const said = new Map(facts(lines).flatMap((fact) => (fact.kind === "model-call-seen" ? [[fact.key, fact] as const] : [])))
  const text = ({ startedMs, timeMs, basis, key }: ModelCallSeen) => `${key} ${startedMs - START}..${timeMs - START} ${basis}`
  return [...said.values()].map(text)
}

const user = (ms: number, content: unknown, more: JsonObject = {}): JsonObject => ({
  type: "user",
  sessionId: OWN,
  timestamp: at(ms),
  message: { role: "user", content },
  ...more,
})
const result = (ms: number, more: JsonObject = {}) => user(ms, [{ type: "tool_result", tool_use_id: "t1", content: "ok" }], more)
const answer = (ms: number, id: string, more: JsonObject = {}): JsonObject => ({
  type: "assistant",
  sessionId: OWN,
  timestamp: at(ms),
  message: { id, model: "opus", stop_reason: null, content: [{ type: "text", text: "x" }], usage: { input_tokens: 1, output_tokens: 2 } },
  ...more,
})
const sent = (ms: number, id: string): JsonObject => ({
  type: "api-request",
  sessionId: OWN,
  id,
  timestamp: at(ms),
  params: { model: "opus" },
})
const END: JsonObject = { type: "queue-operation", operation: "enqueue", timestamp: at(99_000), sessionId: OWN }

describe("an answer of the model", () => {
  it("is measured from the request that its lines name to its last line", () => {
    const lines = [
      user(0, "go"),
      sent(100, "r1"),
      sent(900, "r2"),
      answer(1_500, "m1", { requestRef: "r2" }),
      answer(2_500, "m1", { requestRef: "r2" }),
      END,
    ]
    expect(answers(lines)).toEqual(["m1 900..2500 measured"])
  })

  it("is estimated from the latest line before it where no request is logged, less the waits before a retry", () => {
    const retry = { type: "system", subtype: "api_error", sessionId: OWN, timestamp: at(700), retryInMs: 600, error: { status: 529 } }
    expect(answers([user(0, "go"), retry, answer(2_000, "m1"), END])).toEqual(["m1 600..2000 estimated"])
    // Results of calls that ran side by side are not in order.
    expect(answers([result(300), result(200), answer(1_000, "m1"), END])).toEqual(["m1 300..1000 estimated"])
  })

  it("goes on behind a result that came while it was written", () => {
    const lines = [user(0, "go"), answer(500, "m1"), result(600), answer(800, "m1"), result(900), answer(1_400, "m2"), END]
    expect(answers(lines)).toEqual(["m1 0..800 estimated", "m2 900..1400 estimated"])
  })

  it("that a person stopped is none", () => {
    const stop = user(900, [{ type: "text", text: "[Request interrupted by user]" }])
    expect(answers([user(0, "go"), answer(500, "m1"), stop, END])).toEqual([])
    expect(answers([user(0, "go"), answer(500, "m1"), answer(600, "m1", { isAbortedMidStream: true }), END])).toEqual([])
    const tool = user(900, [{ type: "text", text: "[Request interrupted by user for tool use]" }])
    expect(answers([user(0, "go"), answer(500, "m1"), tool, END])).toEqual(["m1 0..500 estimated"])
  })

  it("has no time where nothing tells its start: side chains among the main chain's lines, clocks that jump, lines without a time", () => {
    expect(answers([answer(500, "m1"), END])).toEqual([])
    expect(answers([user(0, "go", { isSidechain: true }), answer(500, "m1", { isSidechain: true }), END])).toEqual([])
    expect(answers([user(9_000, "go"), answer(500, "m1"), END])).toEqual([])
    expect(answers([user(0, "go"), answer(500, "m1", { timestamp: "soon" }), END])).toEqual([])
  })

  it("is said once for each end it is found to have", () => {
    const said = facts([user(0, "go"), answer(500, "m1"), END, END, answer(900, "m1"), END]).filter(
      ({ kind }) => kind === "model-call-seen",
    )
    expect(said.map((fact) => ("timeMs" in fact ? fact.timeMs - START : 0))).toEqual([500, 900])
  })
})

describe("whether a person was asked", () => {
  const asked = (more: JsonObject) => facts([result(0, more)]).find((fact): fact is ToolEnded => fact.kind === "tool-ended")?.wasAsked

  it.each<[JsonObject, boolean | undefined]>([
    [{ permissionDecision: { decision: "accept", source: "user_temporary" } }, true],
    [{ permissionDecision: { decision: "accept", source: "config" } }, undefined],
    [{ permissionDecision: { decision: "reject", source: "config" }, toolDenialKind: "user-rejected" }, undefined],
    [{ toolDenialKind: "user-rejected", toolDenialBeforeRun: true }, true],
    [{ toolDenialKind: "user-rejected" }, undefined],
    [{}, undefined],
  ])("%j", (more, expected) => {
    expect(asked(more)).toBe(expected)
  })
})

it("idle is from a turn's end to the next prompt, a command included and a hook's objection not", () => {
  const end = (ms: number): JsonObject => ({ type: "system", subtype: "turn_duration", sessionId: OWN, timestamp: at(ms), durationMs: 10 })
  const idle = (...between: JsonObject[]) =>
    facts([user(0, "go"), answer(500, "m1"), end(600), ...between]).flatMap((fact) =>
      fact.kind === "turn-started" && fact.idleSinceMs !== undefined ? [[fact.idleSinceMs - START, fact.timeMs - START]] : [],
    )
  expect(idle(user(5_000, "more"))).toEqual([[600, 5_000]])
  expect(idle(user(5_000, "<command-name>/review</command-name>"), answer(5_600, "m2"))).toEqual([[600, 5_000]])
  expect(idle(user(700, "Stop hook feedback", { isMeta: true }), answer(1_500, "m2"))).toEqual([])
})
