// Turns of one file: from a prompt, or from the model's answer to a command, to the first line that says the agent has stopped.

import type { TurnEnded } from "../../../domain/facts.ts"
import type { ClaudeLine } from "./line.ts"
import type { ClaudeState } from "./state.ts"

/** A prompt with its first words, or the report of a background task. */
export function turnStarts(line: ClaudeLine, prompt: string | undefined, isReport: boolean): void {
  open(line, line.timeMs, { isPrompt: true, isReport, prompt })
}

/** The model has answered: opens a turn where none is open, as after a command, a hook's objection or a message to a resting agent. */
export function modelAnswers(line: ClaudeLine, messageId: string | undefined): void {
  const { state } = line
  // Lines of the message that ended the turn may follow the one that said so.
  if (state.turnOpen || (messageId !== undefined && messageId === state.endedByMessage)) return
  const isReport = state.pendingTurnMs === undefined
  open(line, state.pendingTurnMs ?? line.timeMs, { isPrompt: state.pendingIsPrompt, isReport, prompt: undefined })
}

/** Says the end of the open turn; a second sign of the same end says nothing. `durationMs`: its active part as the agent measured it. */
export function turnEnds(line: ClaudeLine, reason: TurnEnded["reason"], durationMs?: number, messageId?: string): void {
  const { state, who, timeMs } = line
  if (!state.turnOpen) return
  state.turnOpen = false
  clearPending(state)
  state.endedByMessage = messageId
  state.turnEnd = { timeMs, reason, conversationId: who.conversationId, isMeasured: durationMs !== undefined }
  line.say({ kind: "turn-ended", ...who, timeMs, reason, ...startOf(state), ...(durationMs === undefined ? {} : { durationMs }) })
  if (who.subagentId === undefined) return
  line.say({ kind: "subagent-seen", conversationId: who.conversationId, subagentId: who.subagentId, finished: true })
}

/** turn_duration: the last line of a turn, mostly behind the one that told of its end; hooks may have run in between. */
export function turnMeasured(line: ClaudeLine, durationMs: number | undefined): void {
  const { state, who, timeMs } = line
  if (state.turnOpen) return turnEnds(line, "done", durationMs)
  if (state.turnEnd === undefined || state.turnEnd.isMeasured || durationMs === undefined) return
  const { reason } = state.turnEnd
  state.turnEnd = { ...state.turnEnd, timeMs, isMeasured: true }
  line.say({ kind: "turn-ended", ...who, timeMs, reason, ...startOf(state), durationMs })
}

export function clearPending(state: ClaudeState): void {
  state.pendingTurnMs = undefined
  state.pendingIsPrompt = false
}

interface TurnStart {
  readonly isPrompt: boolean
  /** Nobody asked. */
  readonly isReport: boolean
  readonly prompt: string | undefined
}

function open(line: ClaudeLine, timeMs: number, { isPrompt, isReport, prompt }: TurnStart): void {
  const { state, who } = line
  const { turnEnd } = state
  const isOwn = who.subagentId === undefined && turnEnd?.conversationId === who.conversationId
  const isIdle = isPrompt && isOwn && !state.turnOpen && turnEnd.timeMs <= timeMs
  state.turnOpen = true
  clearPending(state)
  state.endedByMessage = undefined
  state.turnStartMs = timeMs
  const idle = isIdle ? { idleSinceMs: turnEnd.timeMs } : {}
  const how = { ...(prompt === undefined ? {} : { prompt }), ...(isReport ? { isReport } : {}) }
  line.say({ kind: "turn-started", ...who, timeMs, ...idle, ...how })
  if (who.subagentId === undefined) return
  line.say({ kind: "subagent-seen", conversationId: who.conversationId, subagentId: who.subagentId, finished: false })
}

function startOf({ turnStartMs }: ClaudeState): { startedMs?: number } {
  return turnStartMs === undefined ? {} : { startedMs: turnStartMs }
}
