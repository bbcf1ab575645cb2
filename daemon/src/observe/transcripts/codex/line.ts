// One line of a Codex rollout, with what every handler needs of it.

import { asObject, asString, asTimeMs, type JsonObject } from "../json-fields.ts"
import type { Emit, TranscriptFile } from "../port.ts"
import type { CodexState } from "./state.ts"

export interface CodexLine {
  readonly state: CodexState
  readonly file: TranscriptFile
  readonly payload: JsonObject
  readonly ordinal: number | undefined
  readonly timeMs: number
  readonly conversationId: string
  readonly emit: Emit
}

/** Undefined where neither the file's name nor a line before has named the thread, or the line has no payload. */
export function toCodexLine(state: CodexState, file: TranscriptFile, value: JsonObject, emit: Emit): CodexLine | undefined {
  const payload = asObject(value["payload"])
  if (payload === undefined || state.threadId === undefined) return undefined
  const timeMs = asTimeMs(value["timestamp"]) ?? (state.lastMs > 0 ? state.lastMs : Math.max(1, Math.floor(file.birthMs)))
  if (!state.inReplay) state.lastMs = Math.max(state.lastMs, timeMs)
  const ordinal = typeof value["ordinal"] === "number" ? value["ordinal"] : undefined
  return { state, file, payload, ordinal, timeMs, conversationId: state.threadId, emit }
}

/** A call's id, told apart from other threads' calls: providers behind gateways number them anew in each. */
export function callIdOf(line: CodexLine, id: unknown): string | undefined {
  const callId = asString(id, 200)
  return callId === undefined ? undefined : `${line.conversationId}/${callId}`
}
