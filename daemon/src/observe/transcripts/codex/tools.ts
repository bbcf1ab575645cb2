// Tool calls of a Codex thread. A call is written as a response item; its end as an event with its exact duration in some versions, and as an
// output item in all. The first end that says more than "it goes on" is the one.

import type { ToolOutcome } from "../../../domain/facts.ts"
import { asAmount, asObject, asObjects, asString, asStrings, asUnixMs, type JsonObject } from "../json-fields.ts"
import { toolTarget } from "../tool-target.ts"
import { callIdOf, type CodexLine } from "./line.ts"
import { sayThread, spawnRequest, threadsAnswered, threadStarted } from "./thread-calls.ts"
import { modelAnswered, modelAsked } from "./model-answers.ts"
import { itemExample, itemOutcome, outputExample, outputOutcome } from "./tool-outcome.ts"
import { userMessage } from "./turns.ts"

const MAX_OPEN_CALLS = 256

/** Names of items that only their end tells of. */
const ITEM_TOOLS: Readonly<Record<string, string>> = {
  CommandExecution: "exec_command",
  FileChange: "apply_patch",
  WebSearch: "web_search",
  ImageView: "view_image",
}

export function callStarted(line: CodexLine): void {
  const { payload, conversationId, timeMs, state } = line
  const callId = callIdOf(line, payload["call_id"] ?? payload["id"])
  if (callId === undefined || line.state.inReplay) return
  modelAnswered(state, timeMs)
  const name = asString(payload["name"], 200) ?? "local_shell"
  const input = payload["action"] ?? payload["input"] ?? parsedArguments(payload["arguments"])
  const target = toolTarget(input)
  const spawn = name === "spawn_agent" ? spawnRequest(line, callId, asObject(input)) : undefined
  state.openCalls.push({ callId, name, startMs: timeMs })
  if (state.openCalls.length > MAX_OPEN_CALLS) state.openCalls.shift()
  const more = { ...(target === undefined ? {} : { target }), ...(spawn === undefined ? {} : { spawn }) }
  line.emit({ kind: "tool-started", conversationId, timeMs, callId, name, ...more })
}

/** function_call_output, custom_tool_call_output: the end, unless an event has told it already. */
export function callOutput(line: CodexLine): void {
  modelAsked(line.state, line.timeMs)
  const callId = callIdOf(line, line.payload["call_id"])
  threadsAnswered(line)
  if (callId !== undefined) threadStarted(line, callId, line.payload["output"])
  const open = line.state.openCalls.findIndex((call) => call.callId === callId)
  if (callId === undefined || open < 0 || line.state.inReplay) return
  const outcome = outputOutcome(line.payload["output"])
  // A command that goes on gets its real end with an event, if this version writes one.
  if (outcome !== "background") line.state.openCalls.splice(open, 1)
  const example = wentWell(outcome) ? undefined : outputExample(line.payload["output"])
  const said = { ...(example === undefined ? {} : { example }), ...askedFor(outcome) }
  line.emit({ kind: "tool-ended", conversationId: line.conversationId, timeMs: line.timeMs, callId, outcome, ...said })
}

function wentWell(outcome: ToolOutcome): boolean {
  return outcome === "ok" || outcome === "background"
}

/** exec_command_end, mcp_tool_call_end, patch_apply_end, web_search_end. */
export function callEndEvent(line: CodexLine, name: string): void {
  const { payload, state, timeMs } = line
  if (state.inReplay) return
  if (name === "web_search") state.searchesSaid++
  const invoked = asObject(payload["invocation"])
  const fullName = invoked === undefined ? name : mcpName(invoked)
  ended(line, payload, {
    id: payload["call_id"],
    name: fullName,
    durationMs: durationMs(payload["duration"]),
    startedMs: undefined,
    endedMs: timeMs,
  })
}

/** item_completed of an item that is a tool call. */
export function itemCompleted(line: CodexLine): void {
  const item = asObject(line.payload["item"])
  const type = asString(item?.["type"], 100)
  if (item === undefined || type === undefined || line.state.inReplay) return
  if (type === "UserMessage") userMessage(line, asObjects(item["content"]).find((part) => typeof part["text"] === "string")?.["text"])
  const name = itemName(type, item)
  if (name === undefined) return
  if (type === "WebSearch") line.state.searchesSaid++
  const callId = type === "CollabAgentToolCall" && name === "spawn_agent" ? callIdOf(line, item["id"]) : undefined
  if (callId !== undefined) sayThread(line, callId, asStrings(item["receiver_thread_ids"])[0])
  const startedMs = asUnixMs(line.payload["started_at_ms"])
  const endedMs = asUnixMs(line.payload["completed_at_ms"]) ?? line.timeMs
  const measured = durationMs(item["duration"]) ?? (startedMs === undefined ? undefined : Math.max(0, endedMs - startedMs))
  ended(line, item, { id: item["id"], name, durationMs: measured, startedMs, endedMs })
}

/** web_search_call: the response item has no call id and no time of its own, and counts only where no event has told of the search. */
export function webSearchCall(line: CodexLine): void {
  const { state, conversationId, timeMs } = line
  if (state.inReplay) return
  if (state.searchesSaid > 0) {
    state.searchesSaid--
    return
  }
  state.searches++
  const callId = `${conversationId}/web_search#${state.searches}`
  line.emit({ kind: "tool-ended", conversationId, timeMs, callId, name: "web_search", outcome: "ok" })
}

interface CallEnd {
  readonly id: unknown
  readonly name: string
  readonly durationMs: number | undefined
  readonly startedMs: number | undefined
  readonly endedMs: number
}

function ended(line: CodexLine, item: JsonObject, end: CallEnd): void {
  const { state, conversationId } = line
  const callId = callIdOf(line, end.id)
  if (callId === undefined || state.inReplay) return
  const open = state.openCalls.findIndex((call) => call.callId === callId)
  const call = open < 0 ? undefined : state.openCalls.splice(open, 1)[0]
  const outcome = itemOutcome(item)
  const example = wentWell(outcome) ? undefined : itemExample(item)
  if (call === undefined && end.startedMs !== undefined) {
    const target = toolTarget(item)
    line.emit({
      kind: "tool-started",
      conversationId,
      timeMs: end.startedMs,
      callId,
      name: end.name,
      ...(target === undefined ? {} : { target }),
    })
  }
  line.emit({
    kind: "tool-ended",
    conversationId,
    timeMs: end.endedMs,
    callId,
    outcome,
    ...askedFor(outcome),
    name: call?.name ?? end.name,
    ...(end.durationMs === undefined ? {} : { durationMs: end.durationMs }),
    ...(end.startedMs === undefined ? {} : { startedMs: end.startedMs }),
    ...(example === undefined ? {} : { example }),
  })
}

/** A call that was refused had been asked for; of others it is not told. */
function askedFor(outcome: ToolOutcome): { wasAsked?: true } {
  return outcome === "rejected" ? { wasAsked: true } : {}
}

function itemName(type: string, item: JsonObject): string | undefined {
  if (type === "CollabAgentToolCall") return asString(item["tool"], 100) ?? "spawn_agent"
  if (type === "McpToolCall") return mcpName(item)
  return Object.hasOwn(ITEM_TOOLS, type) ? ITEM_TOOLS[type] : undefined
}

function mcpName(call: JsonObject): string {
  return `mcp__${asString(call["server"], 90) ?? ""}__${asString(call["tool"], 90) ?? ""}`
}

/** Rust's Duration as Codex writes it, in whole milliseconds. */
function durationMs(value: unknown): number | undefined {
  const duration = asObject(value)
  const secs = asAmount(duration?.["secs"])
  return secs === undefined ? undefined : Math.round(secs * 1000 + (asAmount(duration?.["nanos"]) ?? 0) / 1e6)
}

function parsedArguments(text: unknown): unknown {
  if (typeof text !== "string" || text.length > 65_536) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
