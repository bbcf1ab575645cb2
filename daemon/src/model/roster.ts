// Who sits where: the sessions, the conversations they are or were in, and the sessions that stand in for conversations no process was
// ever seen in. A conversation once bound belongs to its session; it never shows up as a second one.

import { sessionIdOfConversation } from "../domain/session-id.ts"
import { type Binding, type BindingWorld, bindingOf } from "./binding.ts"
import type { Conversation } from "./conversation.ts"
import { Seats } from "./seats.ts"
import { SessionState } from "./session-state.ts"
import type { StatusChange } from "./status-history.ts"
import type { StoredSession } from "./stored-world.ts"

/** What a change of seats touched. */
export interface Touch {
  session(session: SessionState): void
  conversation(conversationId: string): void
}

export class Roster {
  readonly #conversations: ReadonlyMap<string, Conversation>
  readonly #sessions = new Map<string, SessionState>()
  readonly #seats = new Seats()
  /** Of sessions that another one started, as they were told last. */
  readonly #parents = new Map<string, string>()
  readonly #children = new Map<string, Set<string>>()
  /** Where processes were when the daemon last ran. */
  #remembered: ReadonlyMap<string, StoredSession> = new Map()
  #pastOf: (sessionId: string) => readonly StatusChange[] = () => []

  constructor(conversations: ReadonlyMap<string, Conversation>) {
    this.#conversations = conversations
  }

  get sessions(): ReadonlyMap<string, SessionState> {
    return this.#sessions
  }

  /** Forgets a conversation for good, and the session that stood in for it. */
  forget(conversationId: string): void {
    this.#sessions.delete(sessionIdOfConversation(conversationId))
    this.#seats.forget(conversationId)
    this.#children.delete(conversationId)
  }

  /** The session of a process, new or known. */
  seat(sessionId: string, nowMs: number): SessionState {
    let session = this.#sessions.get(sessionId)
    if (session === undefined) this.#sessions.set(sessionId, (session = this.#newSession(sessionId, nowMs)))
    return session
  }

  /** What is known of sessions from an earlier run; those that still live go on where they were. */
  remember(sessions: ReadonlyMap<string, StoredSession>, pastOf: (sessionId: string) => readonly StatusChange[]): void {
    this.#remembered = sessions
    this.#pastOf = pastOf
  }

  #newSession(id: string, nowMs: number): SessionState {
    const stored = this.#remembered.get(id)
    const session = new SessionState(id, stored?.discoveredMs ?? nowMs, this.#pastOf(id))
    if (stored === undefined) return session
    session.conversationId = stored.conversationId
    session.earlierConversationIds = stored.earlierConversationIds
    for (const conversationId of [...stored.earlierConversationIds, stored.conversationId]) {
      if (conversationId === undefined) continue
      const owner = this.#seats.owner(conversationId)
      if (owner === undefined) this.#seats.own(conversationId, session)
      else if (owner !== session && conversationId === stored.conversationId) this.#seats.visit(conversationId, session)
    }
    return session
  }

  /** Notes that one conversation started another; `lastParentId`: which was thought to have. */
  adopt(parentId: string, childId: string, lastParentId?: string): void {
    if (lastParentId !== undefined) this.#children.get(lastParentId)?.delete(childId)
    let children = this.#children.get(parentId)
    if (children === undefined) this.#children.set(parentId, (children = new Set()))
    children.add(childId)
  }

  /** All that a conversation started, and what those did; none that evidence seats in a session of its own. */
  below(conversationId: string): readonly string[] {
    return this.#withChildren(conversationId, new Set()).slice(1)
  }

  childrenOf(conversationId: string): ReadonlySet<string> {
    return this.#children.get(conversationId) ?? new Set()
  }

  /** By its own id, or by that of a conversation it is or was in. */
  find(id: string): SessionState | undefined {
    return this.#sessions.get(id) ?? (this.#conversations.has(id) ? this.sessionOf(id) : undefined)
  }

  /** Whether it is told what it is: before that nobody can say whose, and nothing is published of it. */
  isKnown(conversationId: string): boolean {
    return this.#conversations.get(conversationId)?.meta.agent !== undefined
  }

  conversationOf(session: SessionState): Conversation | undefined {
    return session.conversationId === undefined ? undefined : this.#conversations.get(session.conversationId)
  }

  /** The known conversation that started this one, unless evidence seats it in a session of its own. */
  startedBy(conversationId: string): string | undefined {
    const parent = this.#isOwned(conversationId) ? undefined : this.#conversations.get(conversationId)?.meta.parentConversationId
    return parent !== undefined && parent !== conversationId && this.isKnown(parent) ? parent : undefined
  }

  sessionOf(conversationId: string): SessionState | undefined {
    const owner = this.#seats.owner(conversationId)
    if (owner !== undefined) return owner
    const root = this.#rootOf(conversationId)
    return this.#seats.owner(root) ?? this.#sessions.get(this.#conversations.get(root)?.standInId ?? "")
  }

  /** Every session that shows what a conversation does. */
  *sessionsIn(conversationId: string): Iterable<SessionState> {
    const session = this.sessionOf(conversationId)
    if (session !== undefined) yield session
    yield* this.#seats.guests(conversationId)
  }

  /** The conversations of a session: the current one, earlier ones latest first that no other session has, each followed by those it started. */
  conversationIdsOf(session: SessionState): readonly string[] {
    const current = session.conversationId === undefined ? [] : [session.conversationId]
    const earlier = session.earlierConversationIds.toReversed().filter((id) => this.#seats.owner(id) === session)
    return [...current, ...earlier].flatMap((id) => this.#withChildren(id, new Set()))
  }

  parentOf(session: SessionState): string | undefined {
    const { process } = session
    if (process?.parentSessionId !== undefined && this.#sessions.has(process.parentSessionId)) return process.parentSessionId
    const parent = process?.parentConversationId === undefined ? undefined : this.find(process.parentConversationId)?.id
    return parent === session.id ? undefined : parent
  }

  /** Touches those whose parent is another one now: it may be known after them. */
  settleParents(touch: Touch): void {
    for (const session of this.#sessions.values()) {
      const parentId = session.process === undefined ? undefined : this.parentOf(session)
      if (parentId === this.#parents.get(session.id)) continue
      if (parentId === undefined) this.#parents.delete(session.id)
      else this.#parents.set(session.id, parentId)
      touch.session(session)
    }
  }

  /** Takes the agent's own word for the conversation it is in, at once: the next fact may already move it on or end it. */
  takeWord(session: SessionState, nowMs: number, touch: Touch): void {
    if (session.process?.conversationHints.some((hint) => hint.trust === "authoritative") !== true) return
    this.#bind(session, bindingOf(session, { live: [], conversations: [], owner: (id) => this.#seats.owner(id) }, nowMs), touch)
  }

  /** Decides anew which live session is in which conversation. */
  bindAll(nowMs: number, touch: Touch): void {
    const live = [...this.#sessions.values()].filter((session) => session.process !== undefined && session.gone === undefined)
    const world: BindingWorld = { live, conversations: [...this.#conversations.values()], owner: (id) => this.#seats.owner(id) }
    for (const session of live) this.#bind(session, bindingOf(session, world, nowMs), touch)
  }

  #bind(session: SessionState, binding: Binding | undefined, touch: Touch): void {
    if (binding === undefined) return
    if ("unknown" in binding) {
      if (session.unbound(binding.unknown)) touch.session(session)
      return
    }
    const { conversationId: before } = session
    const { conversationId, evidence } = binding
    if (session.bind(conversationId, evidence)) {
      touch.session(session)
      touch.conversation(conversationId)
      if (before !== undefined) {
        this.#seats.leave(before, session)
        touch.conversation(before)
      }
    }
    const owner = this.#seats.owner(conversationId)
    if (owner !== undefined && owner.gone === undefined) {
      if (owner !== session) this.#seats.visit(conversationId, session)
      return
    }
    const last = this.sessionOf(conversationId)
    if (last !== undefined) touch.session(last)
    this.#seats.own(conversationId, session)
    this.#touchAll(conversationId, touch)
  }

  /** Lets a session stand in for each conversation nobody was ever seen in, and takes those away that are no longer needed. */
  standIn(nowMs: number, touch: Touch): void {
    for (const conversation of this.#conversations.values()) {
      const id = conversation.standInId
      const standIn = this.#sessions.get(id)
      const needed = this.isKnown(conversation.id) && this.#rootOf(conversation.id) === conversation.id && !this.#isOwned(conversation.id)
      if (needed && standIn === undefined) {
        const session = this.seat(id, nowMs)
        session.conversationId = conversation.id
        touch.session(session)
        this.#touchAll(conversation.id, touch)
      } else if (!needed && standIn !== undefined) {
        this.#sessions.delete(id)
        touch.session(standIn)
        this.#touchAll(conversation.id, touch)
      }
    }
  }

  #isOwned(conversationId: string): boolean {
    return this.#seats.owner(conversationId) !== undefined
  }

  /** Whoever sits in a conversation has those it started as well. */
  #touchAll(conversationId: string, touch: Touch): void {
    for (const id of [conversationId, ...this.#withChildren(conversationId, new Set())]) touch.conversation(id)
  }

  /** The topmost known conversation that this one was started from, or the nearest that somebody sits in. */
  #rootOf(conversationId: string): string {
    const passed = new Set<string>()
    let id = conversationId
    for (;;) {
      const parent = this.#conversations.get(id)?.meta.parentConversationId
      if (parent === undefined || passed.has(parent) || !this.isKnown(parent) || this.#isOwned(id)) return id
      passed.add(id)
      id = parent
    }
  }

  #withChildren(conversationId: string, passed: Set<string>): string[] {
    if (passed.has(conversationId) || !this.isKnown(conversationId)) return []
    passed.add(conversationId)
    const children = [...this.childrenOf(conversationId)].filter((child) => !this.#isOwned(child))
    return [conversationId, ...children.flatMap((child) => this.#withChildren(child, passed))]
  }
}
