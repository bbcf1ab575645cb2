// How long the model took to answer. Newer clients log when a request is sent, in a line of its own that the answer's lines name; before, all
// there is are the lines that the request was made of: it was sent after the last of them, less the waits before it was tried again.

import { asString } from "../json-fields.ts"
import type { Emit } from "../port.ts"
import type { ClaudeLine } from "./line.ts"
import type { ClaudeState } from "./state.ts"

/** The answer being read. */
export interface ModelAnswer {
  readonly key: string
  readonly model: string
  readonly conversationId: string
  readonly subagentId: string | undefined
  /** Undefined where nothing tells. */
  readonly startedMs: number | undefined
  readonly isMeasured: boolean
  endMs: number
  /** A person stopped it before it was complete. */
  isAborted: boolean
  /** Its end as it was last said: when another line followed, and when none did for the time being. */
  saidMs: number | undefined
  saidAtEndMs: number | undefined
}

/** Attempts at a request are few; its answer names one of them. */
const MAX_SENT = 8

/** A request was sent. */
export function requestSent(state: ClaudeState, id: string, timeMs: number): void {
  state.sent.push({ id, timeMs })
  if (state.sent.length > MAX_SENT) state.sent.shift()
}

/** A user line: the next request is sent after it, if that is the last one before. */
export function modelAsked({ state, timeMs, hasTime, emit, isSidechain, who }: ClaudeLine): void {
  sayAnswer(state, emit)
  if (!hasTime || (isSidechain && who.subagentId === undefined)) return
  state.askedMs = Math.max(state.askedMs ?? 0, timeMs)
  state.retriedMs = 0
}

/** One line of an answer. */
export function modelAnswered(line: ClaudeLine, key: string, model: string): void {
  const { state, value, timeMs, who } = line
  let answer = state.answer
  if (answer?.key !== key || answer.conversationId !== who.conversationId) {
    sayAnswer(state, line.emit)
    const sentMs = sentTime(line)
    const { conversationId, subagentId } = who
    answer = {
      key,
      model,
      conversationId,
      subagentId,
      startedMs: line.hasTime ? (sentMs ?? askedTime(line)) : undefined,
      isMeasured: sentMs !== undefined,
      endMs: timeMs,
      isAborted: false,
      saidMs: undefined,
      saidAtEndMs: undefined,
    }
    state.answer = answer
    state.askedMs = undefined
  }
  if (line.hasTime) answer.endMs = Math.max(answer.endMs, timeMs)
  if (value["isAbortedMidStream"] === true) answer.isAborted = true
}

/** Another line follows: what was written of the answer by now is all of it, or all for now; what is added later puts it right. */
export function sayAnswer(state: ClaudeState, emit: Emit): void {
  const { answer } = state
  if (answer === undefined || answer.saidMs === answer.endMs) return
  answer.saidMs = answer.endMs
  say(answer, emit)
}

/** The file ends here, for now or for good. Whether or not it is said now, it is said when a line follows: facts do not depend on when they are read. */
export function sayAnswerAtEnd({ answer }: ClaudeState, emit: Emit): void {
  if (answer === undefined || answer.saidMs === answer.endMs || answer.saidAtEndMs === answer.endMs) return
  answer.saidAtEndMs = answer.endMs
  say(answer, emit)
}

function say({ key, model, conversationId, subagentId, startedMs, isMeasured, isAborted, endMs: timeMs }: ModelAnswer, emit: Emit): void {
  if (startedMs === undefined || isAborted) return
  const who = subagentId === undefined ? { conversationId } : { conversationId, subagentId }
  emit({ kind: "model-call-seen", ...who, timeMs, key, model, startedMs, basis: isMeasured ? "measured" : "estimated" })
}

/** Side chains inside a main transcript run next to each other: whose answer followed which line is not told. Nor is it by clocks that jump. */
function askedTime({ state, timeMs, isSidechain, who }: ClaudeLine): number | undefined {
  const { askedMs, retriedMs } = state
  if (askedMs === undefined || askedMs > timeMs || (isSidechain && who.subagentId === undefined)) return undefined
  return Math.min(timeMs, askedMs + retriedMs)
}

function sentTime({ state, value }: ClaudeLine): number | undefined {
  const id = asString(value["requestRef"], 200)
  return id === undefined ? undefined : state.sent.find((request) => request.id === id)?.timeMs
}
