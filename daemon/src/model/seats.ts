// Which session has a conversation. One owns it, by evidence; others may be in it as well, where a person opened the same one twice.

import type { SessionState } from "./session-state.ts"

const NOBODY: ReadonlySet<SessionState> = new Set()

export class Seats {
  /** A session owns the conversation it is in and those it was in before. */
  readonly #owners = new Map<string, SessionState>()
  readonly #guests = new Map<string, Set<SessionState>>()

  owner(conversationId: string): SessionState | undefined {
    return this.#owners.get(conversationId)
  }

  /** Sessions that are in it and do not own it. */
  guests(conversationId: string): ReadonlySet<SessionState> {
    return this.#guests.get(conversationId) ?? NOBODY
  }

  /** Who owned it before is a guest for as long as it stays. */
  own(conversationId: string, session: SessionState): void {
    const before = this.#owners.get(conversationId)
    if (before === session) return
    this.#owners.set(conversationId, session)
    this.leave(conversationId, session)
    if (before?.conversationId === conversationId) this.visit(conversationId, before)
  }

  visit(conversationId: string, guest: SessionState): void {
    const guests = this.#guests.get(conversationId)
    if (guests === undefined) this.#guests.set(conversationId, new Set([guest]))
    else guests.add(guest)
  }

  leave(conversationId: string, guest: SessionState): void {
    const guests = this.#guests.get(conversationId)
    if (guests?.delete(guest) === true && guests.size === 0) this.#guests.delete(conversationId)
  }

  forget(conversationId: string): void {
    this.#owners.delete(conversationId)
    this.#guests.delete(conversationId)
  }
}
