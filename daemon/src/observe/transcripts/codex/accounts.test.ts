// What a rollout tells of limits and of what kind of thread it is.

import { expect, it } from "vitest"
import type { TranscriptFact } from "../../../domain/facts.ts"
import type { JsonObject } from "../json-fields.ts"
import { codexNormaliser } from "./normaliser.ts"

const THREAD = "019dda14-1af7-75f2-afc4-91fa82ac2c27"
const FILE = { path: "/h/x", relativePath: `archived_sessions/rollout-2026-04-29T16-31-04-${THREAD}.jsonl.zst`, birthMs: 0 }

function facts(...lines: readonly (readonly [string, JsonObject])[]): TranscriptFact[] {
  const state = codexNormaliser.start(FILE)
  const all: TranscriptFact[] = []
  for (const [index, [type, payload]] of lines.entries()) {
    const timestamp = new Date(Date.UTC(2026, 3, 29) + index * 1000).toISOString()
    expect(codexNormaliser.line(state, FILE, { timestamp, type, payload }, (fact) => all.push(fact))).toBe("used")
  }
  return all
}

const limits = (primary: unknown, more: JsonObject = {}): readonly [string, JsonObject] => [
  "event_msg",
  { type: "token_count", info: null, rate_limits: { limit_id: "codex", primary, secondary: null, plan_type: "team", ...more } },
]

it("limits are said when they change", () => {
  const window = (percent: unknown) => ({ used_percent: percent, window_minutes: 300, resets_at: 1_781_813_735 })
  const said = facts(
    limits(window(4)),
    limits(window(4)),
    limits(window(5.5)),
    limits(null),
    limits(window("x")),
    limits(window(1), { limit_id: "other model" }),
  )
  expect(said.map((fact) => fact.kind === "rate-limit-seen" && [fact.name, fact.usedRatio])).toEqual([
    ["primary", 0.04],
    ["primary", 0.055],
    ["other model primary", 0.01],
  ])
  expect(said[0]).toEqual({
    kind: "rate-limit-seen",
    conversationId: THREAD,
    timeMs: Date.UTC(2026, 3, 29),
    agent: "codex",
    name: "primary",
    usedRatio: 0.04,
    windowMinutes: 300,
    resetsMs: 1_781_813_735_000,
    plan: "team",
  })
})

it.each([
  [{ agent_role: "explorer" }, "explorer"],
  [{ source: { subagent: "review" } }, "review"],
  [{ source: { subagent: { thread_spawn: { parent_thread_id: "p", agent_role: "worker" } } } }, "worker"],
  [{ source: "cli" }, undefined],
])("the kind of a subagent's thread: %j", (more, kind) => {
  const [seen] = facts(["session_meta", { id: THREAD, ...more }])
  expect(seen?.kind === "conversation-seen" ? seen.subagentType : "none").toBe(kind)
})
