// Turns of a Codex thread, and the errors that end them.

import { cleanText } from "../clean-text.ts"
import { asAmount, asObject, asString } from "../json-fields.ts"
import type { CodexLine } from "./line.ts"
import { modelAsked } from "./model-answers.ts"

export function taskStarted(line: CodexLine): void {
  const { state, timeMs } = line
  const { turnEndMs } = state
  const idle = turnEndMs !== undefined && turnEndMs <= timeMs ? { idleSinceMs: turnEndMs } : {}
  state.turnStartMs = timeMs
  state.turnBeganMs = timeMs
  state.turnEndMs = undefined
  state.answer = undefined
  modelAsked(state, timeMs)
  line.emit({ kind: "turn-started", conversationId: line.conversationId, timeMs, ...idle })
}

/** The words that a turn has started with, as an event or, since 0.15, as an item. What is said later into a running turn starts none. */
export function userMessage(line: CodexLine, words: unknown): void {
  const { state, conversationId } = line
  const timeMs = state.turnStartMs
  const prompt = cleanText(words)
  state.turnStartMs = undefined
  if (timeMs !== undefined && prompt !== undefined) line.emit({ kind: "turn-started", conversationId, timeMs, prompt })
}

export function taskComplete(line: CodexLine): void {
  const { payload, conversationId, timeMs } = line
  const error = asObject(payload["error"])
  if (error !== undefined) {
    const info = error["codex_error_info"]
    // Some kinds are written as an object whose only key is the kind.
    const word = asString(info, 100) ?? asString(Object.keys(asObject(info) ?? {})[0], 100) ?? "unknown"
    const turnId = asString(payload["turn_id"], 200) ?? String(timeMs)
    const example = cleanText(error["message"])
    line.emit({
      kind: "api-error-seen",
      conversationId,
      timeMs,
      key: `${conversationId}/${turnId}`,
      error: word,
      final: true,
      ...(example === undefined ? {} : { example }),
    })
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
  const startedMs = durationMs === undefined ? state.turnBeganMs : timeMs - Math.round(durationMs)
  state.turnBeganMs = undefined
  return startedMs === undefined ? {} : { startedMs }
}
