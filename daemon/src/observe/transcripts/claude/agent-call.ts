// Subagents as their parent's lines and their own first lines tell of them: the call that starts one, its answer or its report, and its place.

import type { SpawnRequest, SubagentSeen, ToolOutcome } from "../../../domain/facts.ts"
import { openCall, resultCame, taskGiven } from "../agent-calls.ts"
import { cleanText } from "../clean-text.ts"
import { asObject, asObjects, asString, asTimeMs, type JsonObject } from "../json-fields.ts"
import type { Emit } from "../port.ts"
import { taskHash, TASK_CHARS } from "../word-hashes.ts"
import { claudeIdentityOf } from "./files.ts"
import type { ClaudeLine } from "./line.ts"
import type { ClaudeState } from "./state.ts"
import { describe } from "./state.ts"

export const NOTIFICATION = "<task-notification>"

const ASYNC_LAUNCH = "Async agent launched"

/** Whether a tool starts subagents; it was renamed from Task to Agent. */
export function isAgentCall(name: unknown): boolean {
  return name === "Agent" || name === "Task"
}

/** What a call asks for; undefined where it goes on with an agent that was started before. */
export function spawnRequest(
  line: ClaudeLine,
  callId: string,
  input: JsonObject | undefined,
  messageId: string | undefined,
): SpawnRequest | undefined {
  const isResume = input?.["resume"] !== undefined
  const words = typeof input?.["prompt"] === "string" ? input["prompt"] : undefined
  const given = taskGiven(line.state.agentCalls, callId, words, isResume)
  if (isResume) return undefined
  const agentType = cleanText(input?.["subagent_type"], 100)
  return {
    ...(agentType === undefined ? {} : { agentType }),
    ...(given === undefined ? {} : { task: given.task }),
    ...(given === undefined || given.usesResultsOf.length === 0 ? {} : { usesResultsOf: given.usesResultsOf }),
    ...(input?.["run_in_background"] === true ? { isBackground: true } : {}),
    ...(messageId === undefined ? {} : { batch: taskHash(messageId) }),
  }
}

/** Subagents' files say nothing of it but the words. */
export function isAsyncLaunch(block: JsonObject): boolean {
  const { content } = block
  const first: unknown = Array.isArray(content) ? content[0] : undefined
  const text = asObject(first)?.["text"]
  return typeof text === "string" && text.startsWith(ASYNC_LAUNCH)
}

/** The result of a call that may have started an agent. */
export function agentAnswered(
  line: ClaudeLine,
  block: JsonObject,
  { callId, outcome, result }: { readonly callId: string; readonly outcome: ToolOutcome; readonly result: JsonObject | undefined },
): void {
  const { state, who } = line
  const call = openCall(state.agentCalls, callId)
  const text = call === undefined ? "" : answerText(block["content"])
  const isLaunch = outcome === "background"
  if (call !== undefined) resultCame(state.agentCalls, callId, isLaunch || outcome !== "ok" ? "" : withoutTrailer(text), !isLaunch)
  if (result?.["status"] === "teammate_spawned") {
    const teamName = cleanText(result["team_name"], 200)
    const memberName = cleanText(result["name"], 200)
    if (teamName !== undefined && memberName !== undefined) {
      line.say({ kind: "agents-started", ...who, timeMs: line.timeMs, callId, teamName, memberName })
    }
    if (who.subagentId === undefined && !line.isCopy) describe(state, line.file, { teamName }, line.emit)
    return
  }
  const workflowRunId = asString(result?.["runId"], 200)
  if (workflowRunId !== undefined) line.say({ kind: "agents-started", ...who, timeMs: line.timeMs, callId, workflowRunId })
  if (call?.isResume === true) return
  const subagentId =
    asString(result?.["agentId"], 200) ?? (call === undefined ? undefined : /\bagentId: (?<id>a[\w-]{5,60})/u.exec(text)?.groups?.["id"])
  if (subagentId === undefined) return
  const agentType = asString(result?.["agentType"], 200)
  line.say({
    kind: "subagent-seen",
    conversationId: who.conversationId,
    subagentId,
    link: "result",
    toolCallId: callId,
    ...(who.subagentId === undefined ? {} : { parentSubagentId: who.subagentId }),
    ...(agentType === undefined ? {} : { agentType }),
    ...(isLaunch ? { isBackground: true } : {}),
    ...(result?.["status"] === "completed" ? { finished: true } : {}),
  })
}

/** A background subagent reports its end as a prompt. Shells and monitors do too, under ids of another shape. */
export function notification(line: ClaudeLine, text: string): void {
  const seen = reported(line.state, line.who.conversationId, text, line.timeMs)
  if (seen !== undefined) line.say(seen)
}

/** The same report, written when it was put in line to be told. */
export function queuedReport(state: ClaudeState, value: JsonObject, emit: Emit): void {
  const { content } = value
  const conversationId = asString(value["sessionId"], 200) ?? state.conversationId
  const timeMs = asTimeMs(value["timestamp"])
  if (typeof content !== "string" || !content.startsWith(NOTIFICATION) || conversationId === undefined || timeMs === undefined) return
  const seen = reported(state, conversationId, content, timeMs)
  if (seen !== undefined) emit(seen)
}

function reported(state: ClaudeState, conversationId: string, text: string, timeMs: number): SubagentSeen | undefined {
  const subagentId = tagged(text, "task-id")
  if (subagentId === undefined || !/^a[0-9a-f]{6,16}$/u.test(subagentId)) return undefined
  const toolCallId = tagged(text, "tool-use-id")
  const status = tagged(text, "status")
  const result = /<result>(?<words>[^]*?)(?:<\/result>|$)/u.exec(text)?.groups?.["words"]
  if (toolCallId !== undefined && result !== undefined && (status ?? "completed") === "completed") {
    resultCame(state.agentCalls, toolCallId, result, true)
  }
  return {
    kind: "subagent-seen",
    conversationId,
    subagentId,
    ...(toolCallId === undefined ? {} : { link: "notification", toolCallId }),
    finished: true,
    finishedMs: timeMs,
    ...(status === "failed" ? { hasFailed: true } : {}),
    ...(status === "killed" || status === "stopped" ? { wasStopped: true } : {}),
  }
}

function tagged(text: string, tag: string): string | undefined {
  return new RegExp(`<${tag}>([\\w-]{1,200})</${tag}>`, "u").exec(text)?.[1]
}

/** Where a subagent's transcript lies is the least that is known of its place. */
export function sayPlace(line: ClaudeLine): void {
  const { state, who } = line
  if (state.placeSaid || who.subagentId === undefined) return
  state.placeSaid = true
  const { workflowRunId } = claudeIdentityOf(line.file.relativePath)
  const teamName = cleanText(line.value["teamName"], 200)
  line.say({
    kind: "subagent-seen",
    conversationId: who.conversationId,
    subagentId: who.subagentId,
    link: "path",
    ...(workflowRunId === undefined ? {} : { workflowRunId }),
    ...(teamName === undefined ? {} : { teamName }),
  })
}

/** The first words in a subagent's transcript are those of the call that started it. */
export function sayTask(line: ClaudeLine, content: unknown): void {
  const { state, who } = line
  if (state.taskSaid || who.subagentId === undefined) return
  state.taskSaid = true
  const words = answerText(content)
  if (words === "") return
  line.say({
    kind: "subagent-seen",
    conversationId: who.conversationId,
    subagentId: who.subagentId,
    task: taskHash(words.slice(0, TASK_CHARS)),
  })
}

/** All text of a result or prompt. */
function answerText(content: unknown): string {
  if (typeof content === "string") return content
  return asObjects(content)
    .map(({ text }) => text)
    .filter((text) => typeof text === "string")
    .join("\n")
}

/** What the client adds to an answer for the model's own use. */
function withoutTrailer(text: string): string {
  const at = text.search(/\n?agentId: a/u)
  return at < 0 ? text : text.slice(0, at)
}
