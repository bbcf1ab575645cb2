// Which sessions and conversations belong to a scope, and which have left one because time passed.

import { Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import type { Roster } from "./roster.ts"
import { isInScope } from "./scope.ts"
import { lastActivityMs } from "./session-message.ts"

export class SessionScopes {
  readonly #roster: Roster
  /** Unix milliseconds. */
  readonly #now: () => number
  /** Ended sessions still within SCOPE_RECENT; time alone takes them out. */
  readonly #recentlyEnded = new Set<string>()

  constructor(roster: Roster, now: () => number) {
    this.#roster = roster
    this.#now = now
  }

  has(sessionId: string, scope: Scope): boolean {
    const session = this.#roster.sessions.get(sessionId)
    if (session === undefined) return false
    const lastMs = lastActivityMs(session, this.#roster.conversationOf(session))
    return isInScope(scope, session.status?.status === "ended", lastMs, this.#now())
  }

  hasConversation(conversationId: string, scope: Scope): boolean {
    const session = this.#roster.isKnown(conversationId) ? this.#roster.sessionOf(conversationId) : undefined
    return session !== undefined && this.has(session.id, scope)
  }

  sessionIds(scope: Scope): readonly string[] {
    return [...this.#roster.sessions.keys()].filter((id) => this.has(id, scope))
  }

  /** A session has ended, or lives again. */
  setEnded(sessionId: string, isEnded: boolean): void {
    if (isEnded) this.#recentlyEnded.add(sessionId)
    else this.#recentlyEnded.delete(sessionId)
  }

  /** Sessions that are no longer recent since this was last asked. */
  takeExpired(): readonly string[] {
    const expired = [...this.#recentlyEnded].filter((id) => !this.has(id, Scope.RECENT))
    for (const id of expired) this.#recentlyEnded.delete(id)
    return expired
  }
}
