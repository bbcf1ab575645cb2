// Turns of a Codex thread, and the errors that end them.

import { asAmount, asObject, asString } from "../json-fields.ts"
import type { CodexLine } from "./line.ts"
import { modelAsked } from "./model-answers.ts"

export function taskStarted(line: CodexLine): void {
  const { state, timeMs } = line
  const { turnEndMs } = state
  const idle = turnEndMs !== undefined && turnEndMs <= timeMs ? { idleSinceMs: turnEndMs } : {}
  state.turnStartMs = timeMs
  state.turnEndMs = undefined
  state.answer = undefined
  modelAsked(state, timeMs)
  line.emit({ kind: "turn-started", conversationId: line.conversationId, timeMs, ...idle })
}

export function taskComplete(line: CodexLine): void {
  const { payload, conversationId, timeMs } = line
  const error = asObject(payload["error"])
  if (error !== undefined) {
    const info = error["codex_error_info"]
    // Some kinds are written as an object whose only key is the kind.
    const word = asString(info, 100) ?? asString(Object.keys(asObject(info) ?? {})[0], 100) ?? "unknown"
    const turnId = asString(payload["turn_id"], 200) ?? String(timeMs)
    line.emit({ kind: "api-error-seen", conversationId, timeMs, key: `${conversationId}/${turnId}`, error: word, final: true })
  }
  line.emit({ kind: "turn-ended", conversationId, timeMs, reason: error === undefined ? "done" : "failed", ...ended(line) })
}

export function turnAborted(line: CodexLine): void {
  const { payload, conversationId, timeMs } = line
  const reason = payload["reason"] === "review_ended" ? "done" : "interrupted"
  line.emit({ kind: "turn-ended", conversationId, timeMs, reason, ...ended(line) })
}

/** When the turn started. What Codex logs as its duration is all of it, waits for a person included: no active part is told. */
function ended({ state, payload, timeMs }: CodexLine): { startedMs?: number } {
  state.turnEndMs = timeMs
  const durationMs = asAmount(payload["duration_ms"])
  const startedMs = durationMs === undefined ? state.turnStartMs : timeMs - Math.round(durationMs)
  state.turnStartMs = undefined
  return startedMs === undefined ? {} : { startedMs }
}
