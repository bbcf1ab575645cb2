// Turns of a Codex thread, and the errors that end them.

import { asAmount, asObject, asString } from "../json-fields.ts"
import type { CodexLine } from "./line.ts"

export function taskStarted(line: CodexLine): void {
  line.emit({ kind: "turn-started", conversationId: line.conversationId, timeMs: line.timeMs })
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
