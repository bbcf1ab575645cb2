// Threads that a thread starts: the call, the id it gives to the new one, and what that answers when it is waited for.

import type { SpawnRequest } from "../../../domain/facts.ts"
import { resultCame, taskGiven } from "../agent-calls.ts"
import { cleanText } from "../clean-text.ts"
import { asObject, type JsonObject } from "../json-fields.ts"
import type { CodexLine } from "./line.ts"

const MAX_THREADS = 64
const THREAD_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/u
/** An answer in what a wait brings: `"<thread>":{"completed":"words"}`. */
const ANSWER = /"(?<thread>[0-9a-f-]{36})":\s*\{\s*"completed":\s*"(?<words>(?:[^"\\]|\\.)*)/gu

/** A thread always runs beside the one that started it. */
export function spawnRequest(line: CodexLine, callId: string, input: JsonObject | undefined): SpawnRequest {
  const words = typeof input?.["message"] === "string" ? input["message"] : undefined
  const given = taskGiven(line.state.agentCalls, callId, words, false)
  const agentType = cleanText(input?.["agent_type"], 100)
  return {
    isBackground: true,
    ...(agentType === undefined ? {} : { agentType }),
    ...(given === undefined ? {} : { task: given.task }),
    ...(given === undefined || given.usesResultsOf.length === 0 ? {} : { usesResultsOf: given.usesResultsOf }),
  }
}

/** The output of the call that started a thread names it. */
export function threadStarted(line: CodexLine, callId: string, output: unknown): void {
  if (!line.state.agentCalls.open.some((call) => call.callId === callId)) return
  const id = /"agent_id":\s*"(?<id>[0-9a-f-]{36})"/u.exec(outputText(output))?.groups?.["id"]
  sayThread(line, callId, id)
}

export function sayThread(line: CodexLine, callId: string, threadId: string | undefined): void {
  const { state, conversationId } = line
  if (threadId === undefined || !THREAD_ID.test(threadId) || threadId === conversationId) return
  if (state.threads.some((known) => known.threadId === threadId)) return
  state.threads = [...state.threads, { threadId, callId }].slice(-MAX_THREADS)
  line.emit({
    kind: "conversation-seen",
    conversationId: threadId,
    agent: "codex",
    parentConversationId: conversationId,
    spawnCallId: callId,
  })
}

/** Remembers what threads answered, so that a later task is seen to use it. */
export function threadsAnswered({ state, payload }: CodexLine): void {
  if (state.threads.length === 0) return
  for (const { groups } of outputText(payload["output"]).matchAll(ANSWER)) {
    const callId = state.threads.find(({ threadId }) => threadId === groups?.["thread"])?.callId
    if (callId !== undefined) resultCame(state.agentCalls, callId, unescaped(groups?.["words"] ?? ""), true)
  }
}

function unescaped(words: string): string {
  try {
    return String(JSON.parse(`"${words}"`))
  } catch {
    return words
  }
}

function outputText(output: unknown): string {
  const text = typeof output === "string" ? output : (asObject(output)?.["content"] ?? asObject(output)?.["output"])
  return typeof text === "string" ? text : ""
}
