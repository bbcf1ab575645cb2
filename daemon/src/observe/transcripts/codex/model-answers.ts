// How long the model took to answer. Codex logs neither when a request is sent nor how long it took, so all of it is estimated: from the last
// line that the request is made of (a prompt, the output of a tool) to the last line of the answer.

import type { Emit } from "../port.ts"
import type { CodexState } from "./state.ts"

/** A line that the next request is made of. */
export function modelAsked(state: CodexState, timeMs: number): void {
  if (state.inReplay) return
  state.askedMs = Math.max(state.askedMs ?? 0, timeMs)
}

/** A line of an answer. */
export function modelAnswered(state: CodexState, timeMs: number): void {
  if (state.inReplay) return
  if (state.askedMs !== undefined) {
    state.answer = { startedMs: state.askedMs, endMs: timeMs }
    state.askedMs = undefined
  } else if (state.answer !== undefined) state.answer.endMs = Math.max(state.answer.endMs, timeMs)
}

/** Its usage is written, which gives the answer its name. Tools may have run in between. */
export function answerNamed(state: CodexState, key: string, model: string, emit: Emit): void {
  const { answer, threadId } = state
  if (answer === undefined || threadId === undefined) return
  state.answer = undefined
  const { startedMs, endMs: timeMs } = answer
  emit({ kind: "model-call-seen", conversationId: threadId, timeMs, key, model, startedMs, basis: "estimated" })
}
