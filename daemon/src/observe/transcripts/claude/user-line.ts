// User lines: prompts, tool results, interruptions, and the client's own notes, all under one type.

import { asAmount, asObject, asObjects, asString, type JsonObject } from "../json-fields.ts"
import type { ClaudeLine } from "./line.ts"
import { agentAnswered, isAsyncLaunch, NOTIFICATION, notification, sayTask } from "./agent-call.ts"
import { outcomeOf, resultText } from "./tool-outcome.ts"
import { turnEnds, turnStarts } from "./turns.ts"

/** What a local command printed: nobody asked the model anything. */
const LOCAL_OUTPUT = ["<local-command-", "<bash-input>", "<bash-stdout>", "<bash-stderr>"] as const

/** A command may be local or may expand to a prompt; only the answer tells. */
const COMMAND = ["<command-name>", "<command-message>"] as const

export function userLine(line: ClaudeLine): void {
  const message = asObject(line.value["message"])
  const content = message?.["content"]
  const results = asObjects(content).filter((block) => block["type"] === "tool_result")
  if (results.length > 0) {
    for (const block of results) toolResult(line, block, results.length === 1)
    return
  }
  if (line.isSidechain && line.who.subagentId === undefined) return
  const text = resultText(content)
  if (text.startsWith("[Request interrupted by user")) {
    turnEnds(line, "interrupted")
    return
  }
  if (line.value["isCompactSummary"] === true || LOCAL_OUTPUT.some((mark) => text.startsWith(mark))) {
    line.state.pendingTurnMs = undefined
    return
  }
  if (line.value["isMeta"] === true || COMMAND.some((mark) => text.startsWith(mark))) {
    line.state.pendingTurnMs ??= line.timeMs
    return
  }
  if (message === undefined) return
  const isReport = text.startsWith(NOTIFICATION)
  if (isReport) notification(line, typeof content === "string" ? content : text)
  turnStarts(line, isReport)
  if (!isReport) sayTask(line, content)
}

function toolResult(line: ClaudeLine, block: JsonObject, isOnly: boolean): void {
  const callId = asString(block["tool_use_id"], 200)
  if (callId === undefined) return
  const result = isOnly ? asObject(line.value["toolUseResult"]) : undefined
  const durationMs = measuredMs(result)
  const outcome = isAsyncLaunch(block) ? "background" : outcomeOf(block, isOnly ? line.value : undefined)
  line.say({
    kind: "tool-ended",
    ...line.who,
    timeMs: line.timeMs,
    callId,
    outcome,
    ...(durationMs === undefined ? {} : { durationMs }),
  })
  agentAnswered(line, block, { callId, outcome, result })
}

/** A tool's own measure of its run in milliseconds. */
function measuredMs(result: JsonObject | undefined): number | undefined {
  const ms = asAmount(result?.["totalDurationMs"]) ?? asAmount(result?.["durationMs"])
  if (ms !== undefined) return Math.round(ms)
  const seconds = asAmount(result?.["durationSeconds"])
  return seconds === undefined ? undefined : Math.round(seconds * 1000)
}
