// User lines: prompts, tool results, interruptions, and the client's own notes, all under one type.

import { cleanText } from "../clean-text.ts"
import { asAmount, asObject, asObjects, asString, type JsonObject } from "../json-fields.ts"
import { agentAnswered, isAsyncLaunch, NOTIFICATION, notification, sayTask } from "./agent-call.ts"
import type { ClaudeLine } from "./line.ts"
import { modelAsked } from "./model-answers.ts"
import { exampleOf, isUnexplainedRefusal, outcomeOf, resultText } from "./tool-outcome.ts"
import { clearPending, turnEnds, turnStarts } from "./turns.ts"

/** What a local command printed: nobody asked the model anything. */
const LOCAL_OUTPUT = ["<local-command-", "<bash-input>", "<bash-stdout>", "<bash-stderr>"] as const

/** A command may be local or may expand to a prompt; only the answer tells. */
const COMMAND = ["<command-name>", "<command-message>"] as const

export function userLine(line: ClaudeLine): void {
  const message = asObject(line.value["message"])
  const content = message?.["content"]
  if (isStop(content) && line.state.answer !== undefined) line.state.answer.isAborted ||= line.state.answer.saidMs === undefined
  modelAsked(line)
  const results = asObjects(content).filter((block) => block["type"] === "tool_result")
  if (results.length > 0) {
    for (const block of results) toolResult(line, block, results.length === 1)
    return
  }
  const refused = line.state.refused.splice(0)
  if (line.isSidechain && line.who.subagentId === undefined) return
  const text = resultText(content)
  if (text.startsWith("[Request interrupted by user")) {
    if (text.startsWith("[Request interrupted by user for tool use]")) {
      for (const call of refused) line.say({ kind: "tool-ended", ...line.who, ...call, outcome: "interrupted" })
    }
    turnEnds(line, "interrupted")
    return
  }
  if (line.value["isCompactSummary"] === true || LOCAL_OUTPUT.some((mark) => text.startsWith(mark))) {
    clearPending(line.state)
    return
  }
  if (line.value["isMeta"] === true || COMMAND.some((mark) => text.startsWith(mark))) {
    line.state.pendingTurnMs ??= line.timeMs
    line.state.pendingIsPrompt ||= line.value["isMeta"] !== true
    return
  }
  if (message === undefined) return
  const isReport = text.startsWith(NOTIFICATION)
  if (isReport) notification(line, typeof content === "string" ? content : text)
  turnStarts(line, cleanText(text), isReport)
  if (!isReport) sayTask(line, content)
}

function toolResult(line: ClaudeLine, block: JsonObject, isOnly: boolean): void {
  const callId = asString(block["tool_use_id"], 200)
  if (callId === undefined) return
  const result = isOnly ? asObject(line.value["toolUseResult"]) : undefined
  const durationMs = measuredMs(result)
  const outcome = isAsyncLaunch(block) ? "background" : outcomeOf(block, isOnly ? line.value : undefined)
  const example = outcome === "ok" || outcome === "background" ? undefined : exampleOf(block)
  if (isUnexplainedRefusal(block, line.value)) line.state.refused.push({ callId, timeMs: line.timeMs })
  line.say({
    kind: "tool-ended",
    ...line.who,
    timeMs: line.timeMs,
    callId,
    outcome,
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(isOnly && wasAsked(line.value) ? { wasAsked: true } : {}),
    ...(example === undefined ? {} : { example }),
  })
  agentAnswered(line, block, { callId, outcome, result })
}

/** A person stopped the model in mid-answer; stopping a tool is said in other words. */
function isStop(content: unknown): boolean {
  return resultText(content).startsWith("[Request interrupted by user]")
}

/** Whether a person was asked, and said yes before it ran, or no. */
function wasAsked(line: JsonObject): boolean {
  const source = asString(asObject(line["permissionDecision"])?.["source"], 100)
  return source === undefined ? line["toolDenialBeforeRun"] === true : source.startsWith("user_")
}

/** A tool's own measure of its run in milliseconds. */
function measuredMs(result: JsonObject | undefined): number | undefined {
  const ms = asAmount(result?.["totalDurationMs"]) ?? asAmount(result?.["durationMs"])
  if (ms !== undefined) return Math.round(ms)
  const seconds = asAmount(result?.["durationSeconds"])
  return seconds === undefined ? undefined : Math.round(seconds * 1000)
}
