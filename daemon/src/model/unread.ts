// Whether an idle session has done something that nobody has looked at yet. Listing or drawing a session is no look; only a person who says so is.

import type { AgentSeen } from "../domain/facts.ts"
import type { Conversation } from "./conversation.ts"
import type { StatusWord } from "./status.ts"

/** Remembers over restarts when sessions were marked as seen. */
export interface SeenJournal {
  /** What was done before this time counts as seen, Unix milliseconds: nobody can have marked it. */
  readonly sinceMs: number
  /** When a session was last marked, Unix milliseconds. */
  markedMs(sessionId: string): number | undefined
  mark(sessionId: string, timeMs: number): void
}

/** A journal that lasts as long as the process. */
export function createMemorySeenJournal(sinceMs: number): SeenJournal {
  const marks = new Map<string, number>()
  return { sinceMs, markedMs: (id) => marks.get(id), mark: (id, timeMs) => void marks.set(id, timeMs) }
}

export interface UnreadQuestion {
  readonly sessionId: string
  readonly status: StatusWord | undefined
  readonly process: AgentSeen | undefined
  readonly conversation: Conversation | undefined
}

/** Whether it stands idle after a turn that ended since it was last marked. A turn that a person broke off was seen by that person. */
export function isUnread({ sessionId, status, process, conversation }: UnreadQuestion, journal: SeenJournal): boolean {
  if (status !== "idle" || process === undefined) return false
  if (process.role !== "interactive" && process.role !== "background") return false
  const doneMs = conversation?.inTurn === false && conversation.lastTurnEnd !== "interrupted" ? conversation.turnChangedMs : undefined
  return doneMs !== undefined && doneMs > Math.max(journal.markedMs(sessionId) ?? 0, journal.sinceMs, process.startedMs)
}
