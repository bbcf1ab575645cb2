import { expect, it } from "vitest"
import type { TranscriptFact } from "../../../domain/facts.ts"
import type { JsonObject } from "../json-fields.ts"
import { codexNormaliser } from "./normaliser.ts"

const ID = "019dda14-1af7-75f2-afc4-91fa82ac2c27"
const FILE = { path: "/h/x", relativePath: `sessions/2026/04/29/rollout-2026-04-29T16-31-04-${ID}.jsonl`, birthMs: 0 }
const START = Date.UTC(2026, 3, 29)

type Line = readonly [ms: number, type: string, payload: JsonObject]

function facts(lines: readonly Line[]): TranscriptFact[] {
  const state = codexNormaliser.start(FILE)
  const all: TranscriptFact[] = []
  for (const [ms, type, payload] of lines) {
    codexNormaliser.line(state, FILE, { timestamp: new Date(START + ms).toISOString(), type, payload }, (fact) => all.push(fact))
  }
  return all
}

const answers = (lines: readonly Line[]) =>
  facts(lines).flatMap((fact) =>
    fact.kind === "model-call-seen" ? [`${fact.startedMs - START}..${fact.timeMs - START} ${fact.basis}`] : [],
  )

const turn: Line = [0, "event_msg", { type: "task_started", turn_id: "t" }]
const call = (ms: number, id: string): Line => [
  ms,
  "response_item",
  { type: "function_call", name: "exec_command", arguments: "{}", call_id: id },
]
const output = (ms: number, id: string): Line => [ms, "response_item", { type: "function_call_output", call_id: id, output: "ok" }]
const counted = (ms: number, total: number): Line => {
  const last = { input_tokens: 10, output_tokens: 1, total_tokens: 11 }
  return [ms, "event_msg", { type: "token_count", info: { total_token_usage: { ...last, total_tokens: total }, last_token_usage: last } }]
}

it("an answer ends with its last line before tools ran, wherever its usage is written", () => {
  expect(
    answers([
      turn,
      [2_000, "response_item", { type: "reasoning" }],
      call(3_000, "a"),
      counted(3_050, 11),
      output(4_000, "a"),
      call(6_000, "b"),
    ]),
  ).toEqual(["0..3000 estimated"])
  // Older versions count behind the outputs.
  expect(
    answers([turn, call(3_000, "a"), output(4_000, "a"), counted(4_001, 11), call(6_000, "b"), output(6_500, "b"), counted(6_501, 22)]),
  ).toEqual(["0..3000 estimated", "4000..6000 estimated"])
})

it("an answer with a record of its own ends with that", () => {
  const record: Line = [2_400, "token_usage_record", { response_id: "r1", usage: { input_tokens: 5, output_tokens: 1, total_tokens: 6 } }]
  expect(answers([turn, call(2_390, "a"), record, output(3_000, "a")])).toEqual(["0..2400 estimated"])
})

it("a turn starts as long before its end as Codex says, and what is between two is idle", () => {
  const done: Line = [5_000, "event_msg", { type: "task_complete", turn_id: "t", duration_ms: 4_990 }]
  const list = facts([turn, done, [65_000, "event_msg", { type: "task_started", turn_id: "u" }]])
  expect(list).toContainEqual(expect.objectContaining({ kind: "turn-ended", startedMs: START + 10, timeMs: START + 5_000 }))
  expect(list).toContainEqual(expect.objectContaining({ kind: "turn-started", timeMs: START + 65_000, idleSinceMs: START + 5_000 }))
  expect(list.some((fact) => fact.kind === "turn-ended" && fact.durationMs !== undefined)).toBe(false)
})
