// Assistant lines: one per content block of a response, each with the response's usage. They carry requests, tool calls, the context in use,
// and errors that ended a request for good.

import type { ToolOutcome } from "../../../domain/facts.ts"
import { cleanText } from "../clean-text.ts"
import { asObject, asObjects, asString, type JsonObject } from "../json-fields.ts"
import { toolTarget } from "../tool-target.ts"
import { isAgentCall, spawnRequest } from "./agent-call.ts"
import { finalErrorWord } from "./error-word.ts"
import { leastOutput } from "./least-output.ts"
import type { ClaudeLine } from "./line.ts"
import { modelAnswered } from "./model-answers.ts"
import { usedUp } from "./rate-limits.ts"
import { requestKey, requestOf, SYNTHETIC } from "./request.ts"
import { describe } from "./state.ts"
import { exampleOf, resultText } from "./tool-outcome.ts"
import { modelAnswers, turnEnds } from "./turns.ts"
import { readUsage } from "./usage.ts"

export function assistantLine(line: ClaudeLine): void {
  const message = asObject(line.value["message"])
  if (message === undefined) return
  if (line.state.refused.length > 0) line.state.refused = []
  if (line.value["isApiErrorMessage"] === true) {
    finalError(line)
    return
  }
  const model = asString(message["model"], 200)
  if (model === SYNTHETIC) return
  const messageId = asString(message["id"], 200)
  modelAnswers(line, messageId)
  request(line, message, model ?? "")
  subagentType(line)
  const blocks = asObjects(message["content"])
  for (const block of blocks) contentBlock(line, block, messageId)
  const stopped = message["stop_reason"] === "end_turn" || message["stop_reason"] === "stop_sequence"
  // Thoughts come before the words they end in, on lines of their own with the same reason to stop.
  if (stopped && blocks.some((block) => !String(block["type"]).endsWith("thinking"))) turnEnds(line, "done", undefined, messageId)
}

function request(line: ClaudeLine, message: JsonObject, model: string): void {
  const { state, who, timeMs, value } = line
  const usage = asObject(message["usage"])
  if (usage === undefined) return
  const { tokens, contextTokens: usedTokens, text } = readUsage(usage, model)
  const key = requestKey({ line: value, message, who, timeMs })
  modelAnswered(line, key, model)
  const signature = `${who.conversationId}\n${who.subagentId}\n${asString(value["requestId"], 200)}\n${model}\n${text}\n${leastOutput(message, tokens.output)}`
  // The other lines of a message mostly repeat its usage.
  if (key !== state.requestKey || signature !== state.requestSignature) {
    state.requestKey = key
    state.requestSignature = signature
    const fact = requestOf({ line: value, message, who, timeMs, isSidechain: line.isSidechain })
    const switchedFrom = modelBefore(line, model)
    if (fact !== undefined) line.say(switchedFrom === undefined ? fact : { ...fact, switchedFrom })
  }
  if (line.isSidechain || line.isCopy || who.subagentId !== undefined) return
  if (model !== "" && state.described.model !== model) describe(state, line.file, { model }, line.emit)
  if (usedTokens === 0 || usedTokens === state.contextTokens) return
  state.contextTokens = usedTokens
  line.say({ kind: "context-seen", ...who, timeMs, usedTokens })
}

/** Model of the main agent's request before, where that is another one; side questions are not the main agent's. */
function modelBefore({ state, isSidechain, who }: ClaudeLine, model: string): string | undefined {
  const { lastModel } = state
  if (isSidechain || who.subagentId !== undefined || model === "" || model === lastModel) return undefined
  state.lastModel = model
  return lastModel
}

/** Newer clients name the kind of subagent on each of its lines. */
function subagentType(line: ClaudeLine): void {
  const { state, who } = line
  const agentType = cleanText(line.value["attributionAgent"])
  if (who.subagentId === undefined || agentType === undefined || agentType === state.subagentType) return
  state.subagentType = agentType
  line.say({ kind: "subagent-seen", conversationId: who.conversationId, subagentId: who.subagentId, agentType })
}

function contentBlock(line: ClaudeLine, block: JsonObject, messageId: string | undefined): void {
  const type = block["type"]
  if (type === "tool_use" || type === "server_tool_use" || type === "mcp_tool_use") {
    const callId = asString(block["id"], 200)
    const name = asString(block["name"], 200)
    if (callId === undefined || name === undefined) return
    const target = toolTarget(block["input"])
    const spawn = isAgentCall(name) ? spawnRequest(line, callId, asObject(block["input"]), messageId) : undefined
    line.say({
      kind: "tool-started",
      ...line.who,
      timeMs: line.timeMs,
      callId,
      name: currentName(name),
      ...(target === undefined ? {} : { target }),
      ...(spawn === undefined ? {} : { spawn }),
    })
    return
  }
  // Results of tools that run on the server stand inside the message.
  if (typeof type !== "string" || !type.endsWith("_tool_result")) return
  const callId = asString(block["tool_use_id"], 200)
  if (callId === undefined) return
  const content = asObject(block["content"])
  const failed = block["is_error"] === true || String(content?.["type"]).endsWith("_error")
  const outcome: ToolOutcome = failed ? "failed" : "ok"
  const example = failed ? (exampleOf(block) ?? cleanText(content?.["error_code"])) : undefined
  line.say({ kind: "tool-ended", ...line.who, timeMs: line.timeMs, callId, outcome, ...(example === undefined ? {} : { example }) })
}

/** The tool that starts subagents was renamed from Task to Agent; it is one tool. */
function currentName(name: string): string {
  return name === "Task" ? "Agent" : name
}

function finalError(line: ClaudeLine): void {
  const { value, who, timeMs } = line
  const key = asString(value["uuid"], 200) ?? `${who.conversationId}@${timeMs}`
  const text = resultText(asObject(value["message"])?.["content"])
  const example = cleanText(text)
  line.say({
    kind: "api-error-seen",
    ...who,
    timeMs,
    key,
    error: finalErrorWord(value),
    final: true,
    ...(example === undefined ? {} : { example }),
  })
  usedUp(line, text)
  turnEnds(line, "failed")
}
