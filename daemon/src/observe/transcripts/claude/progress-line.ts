// progress lines of old clients: beside signs of life they hold whole copies of a subagent's lines, usage included. Where the subagent's own
// transcript is gone they are all that is left of its requests; where it is not, the copies are told by their ids.

import { asObject, asString, asTimeMs, type JsonObject } from "../json-fields.ts"
import type { Emit } from "../port.ts"
import { requestOf } from "./request.ts"
import { type ClaudeState, defer } from "./state.ts"

export function progressLine(state: ClaudeState, value: JsonObject, emit: Emit): void {
  const data = asObject(value["data"])
  const copy = asObject(data?.["message"])
  const message = asObject(copy?.["message"])
  const subagentId = asString(data?.["agentId"], 200)
  const conversationId = asString(value["sessionId"], 200) ?? state.conversationId
  if (data?.["type"] !== "agent_progress" || copy?.["type"] !== "assistant" || message === undefined) return
  if (subagentId === undefined || conversationId === undefined) return
  const toolCallId = asString(value["parentToolUseID"], 200)
  if (toolCallId !== undefined && state.progressOf !== subagentId) {
    state.progressOf = subagentId
    emit({ kind: "subagent-seen", conversationId, subagentId, link: "progress", toolCallId })
  }
  const timeMs = asTimeMs(copy["timestamp"]) ?? asTimeMs(value["timestamp"]) ?? state.lastMs
  const who = { conversationId, subagentId }
  const fact = timeMs > 0 ? requestOf({ line: copy, message, who, timeMs, isSidechain: true }) : undefined
  if (fact === undefined) return
  if (state.copy === "no") emit(fact)
  else defer(state, fact, emit)
}
