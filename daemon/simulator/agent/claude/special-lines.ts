// Lines that Claude Code writes on rare occasions: failed requests, failed hooks, compaction, the end of a background subagent.

import type { Clock } from "../clock.ts"
import type { Random } from "../random.ts"
import type { Lane, Transcript } from "./transcript.ts"

/** A request failed and will be tried again after `retryInMs`; `attempt` counts from 1. */
export function writeRetry(
  transcript: Transcript,
  lane: Lane,
  random: Random,
  { status, attempt, retryInMs }: { status: number; attempt: number; retryInMs: number },
): void {
  const text = `${status} ${status === 529 ? "Overloaded" : "Error"}`
  transcript.chained(lane, {
    type: "system",
    subtype: "api_error",
    level: "error",
    error: { message: text, status, requestId: `req_${random.id(22)}`, formatted: text, connection: null, isNetworkDown: false },
    retryInMs,
    retryAttempt: attempt,
    maxRetries: 10,
    source: "request_retry",
  })
}

/** It failed for good: an assistant line without a model, whose id is not the API's. */
export function writeFailure(transcript: Transcript, lane: Lane, random: Random, status: number): void {
  const message = {
    id: random.uuid(),
    type: "message",
    role: "assistant",
    model: "<synthetic>",
    content: [{ type: "text", text: `API Error: ${status}` }],
    stop_reason: "stop_sequence",
    stop_sequence: "",
    usage: { input_tokens: 0, output_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 },
  }
  const error = status === 429 ? "rate_limit" : "server_error"
  transcript.chained(
    lane,
    { message, type: "assistant" },
    { isApiErrorMessage: true, error, apiErrorStatus: status, apiErrorType: "overloaded_error" },
  )
}

/** A hook of the user's did not do its work; the call goes on. */
export function writeHookFailure(
  transcript: Transcript,
  lane: Lane,
  { hookName, toolUseID, stderr }: { hookName: string; toolUseID: string; stderr: string },
): void {
  const command = `~/.claude/hooks/${hookName.split(":")[0]?.toLowerCase()}.sh`
  const attachment = { type: "hook_non_blocking_error", hookName, toolUseID, hookEvent: hookName.split(":")[0], stderr, stdout: "" }
  transcript.chained(lane, { attachment: { ...attachment, exitCode: 127, command, durationMs: 14 }, type: "attachment" })
}

/** The boundary breaks the chain; the summary is the next prompt. */
export function writeCompaction(transcript: Transcript, lane: Lane, trigger: "manual" | "auto"): void {
  transcript.chained(
    lane,
    { logicalParentUuid: lane.parentUuid, type: "system", subtype: "compact_boundary", content: "Conversation compacted", level: "info" },
    { isMeta: false, compactMetadata: { trigger, preTokens: lane.context.held(), postTokens: 9_000, durationMs: 2_000 } },
    { parentUuid: null },
  )
  lane.context.reset()
  const content = "This session is being continued from a previous conversation."
  transcript.chained(
    lane,
    { promptId: lane.promptId, type: "user", message: { role: "user", content } },
    { isCompactSummary: true, isVisibleInTranscriptOnly: true },
  )
}

/** Queues and takes the notice that a background subagent has finished; answers the text, which becomes a prompt. */
export function queueNotification(
  transcript: Transcript,
  lane: Lane,
  clock: Clock,
  of: { subagentId: string; callId: string; result: string; durationMs: number },
): string {
  const text = [
    "<task-notification>",
    `<task-id>${of.subagentId}</task-id>`,
    `<tool-use-id>${of.callId}</tool-use-id>`,
    "<status>completed</status>",
    "<summary>Agent finished</summary>",
    `<result>${of.result}</result>`,
    `<usage><duration_ms>${of.durationMs}</duration_ms></usage>`,
    "</task-notification>",
  ].join("\n")
  const timestamp = new Date(clock.now()).toISOString()
  transcript.plain(lane, { type: "queue-operation", operation: "enqueue", timestamp, sessionId: lane.sessionId, content: text })
  transcript.plain(lane, { type: "queue-operation", operation: "dequeue", timestamp, sessionId: lane.sessionId })
  return text
}
