// What a node does now. Of a session its status tells; of what runs inside one, its own turns, what its parent was told, and whether the
// session that carries it still lives.

import type { Conversation } from "../conversation.ts"
import type { SessionState } from "../session-state.ts"
import type { MemberOutcome } from "./member.ts"

export type NodeState = "running" | "waiting" | "done" | "failed" | "interrupted" | "unknown"

/** Silence after which nobody knows whether what was at work still is. */
export const SILENT_MS = 600_000

export function sessionState(session: SessionState, conversation: Conversation | undefined): NodeState {
  switch (session.status?.status) {
    case "working":
    case "starting":
      return "running"
    case "waiting":
      return "waiting"
    case "idle":
      return conversation === undefined ? "unknown" : (conversation.lastTurnEnd ?? "done")
    case "offline":
    case "ended":
      return afterEnd(session, conversation)
    default:
      return "unknown"
  }
}

function afterEnd({ gone, process }: SessionState, conversation: Conversation | undefined): NodeState {
  if (conversation?.inTurn === undefined) return "unknown"
  if (!conversation.inTurn) return conversation.lastTurnEnd ?? "done"
  // A turn was never ended: stopped where the process was seen to go, else nobody saw.
  return gone !== undefined || process !== undefined ? "interrupted" : "unknown"
}

export interface InnerSigns {
  /** How its last run ended; undefined while one lasts. */
  readonly outcome: MemberOutcome | undefined
  readonly lastMs: number | undefined
  /** A call of its own has no end yet. */
  readonly hasOpenCall: boolean
  /** The session that carries it. */
  readonly session: SessionState | undefined
  /** The session waits for a person, on behalf of this one. */
  readonly isAsking: boolean
}

/** Of a subagent or a thread. */
export function innerState({ outcome, lastMs, hasOpenCall, session, isAsking }: InnerSigns, nowMs: number): NodeState {
  if (outcome !== undefined) return outcome
  if (session?.gone !== undefined) return "interrupted"
  if (session?.process === undefined) return lastMs !== undefined && nowMs - lastMs < SILENT_MS ? "running" : "unknown"
  if (isAsking) return "waiting"
  return hasOpenCall || (lastMs !== undefined && nowMs - lastMs < SILENT_MS) ? "running" : "unknown"
}
