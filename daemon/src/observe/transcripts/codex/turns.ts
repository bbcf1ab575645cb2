// Turns of a Codex thread, and the errors that end them.

import { cleanText } from "../clean-text.ts"
import { asAmount, asObject, asString } from "../json-fields.ts"
import type { CodexLine } from "./line.ts"

export function taskStarted(line: CodexLine): void {
  line.state.turnStartMs = line.timeMs
  line.emit({ kind: "turn-started", conversationId: line.conversationId, timeMs: line.timeMs })
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
  line.emit({ kind: "turn-ended", conversationId, timeMs, reason: error === undefined ? "done" : "failed", ...measured(line) })
}

export function turnAborted(line: CodexLine): void {
  const { payload, conversationId, timeMs } = line
  const reason = payload["reason"] === "review_ended" ? "done" : "interrupted"
  line.emit({ kind: "turn-ended", conversationId, timeMs, reason, ...measured(line) })
}

function measured(line: CodexLine): { durationMs?: number } {
  const durationMs = asAmount(line.payload["duration_ms"])
  return durationMs === undefined ? {} : { durationMs }
}
