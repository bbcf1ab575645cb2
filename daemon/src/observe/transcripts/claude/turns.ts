// Turns of one file: from a prompt, or from the model's answer to a command, to the first line that says the agent has stopped.

import type { TurnEnded } from "../../../domain/facts.ts"
import type { ClaudeLine } from "./line.ts"

/** A prompt, with its first words. */
export function turnStarts(line: ClaudeLine, prompt: string | undefined): void {
  open(line, line.timeMs, prompt)
}

/** The model has answered: opens a turn where none is open, as after a command, a hook's objection or a message to a resting agent. */
export function modelAnswers(line: ClaudeLine, messageId: string | undefined): void {
  const { state } = line
  // Lines of the message that ended the turn may follow the one that said so.
  if (state.turnOpen || (messageId !== undefined && messageId === state.endedByMessage)) return
  open(line, state.pendingTurnMs ?? line.timeMs)
}

/** Says the end of the open turn; a second sign of the same end says nothing. `durationMs`: as the agent measured it. */
export function turnEnds(line: ClaudeLine, reason: TurnEnded["reason"], durationMs?: number, messageId?: string): void {
  const { state, who } = line
  if (!state.turnOpen) return
  state.turnOpen = false
  state.pendingTurnMs = undefined
  state.endedByMessage = messageId
  line.say({ kind: "turn-ended", ...who, timeMs: line.timeMs, reason, ...(durationMs === undefined ? {} : { durationMs }) })
  if (who.subagentId === undefined) return
  line.say({ kind: "subagent-seen", conversationId: who.conversationId, subagentId: who.subagentId, finished: true })
}

function open(line: ClaudeLine, timeMs: number, prompt?: string): void {
  const { state, who } = line
  state.turnOpen = true
  state.pendingTurnMs = undefined
  state.endedByMessage = undefined
  line.say({ kind: "turn-started", ...who, timeMs, ...(prompt === undefined ? {} : { prompt }) })
  if (who.subagentId === undefined) return
  line.say({ kind: "subagent-seen", conversationId: who.conversationId, subagentId: who.subagentId, finished: false })
}
