// The world model and its only writer. Observers hand it facts; it folds them, tells subscribers which ids they touched, and builds the
// published messages from what is true at the moment they are asked for.

import { create } from "@bufbuild/protobuf"
import { type FirstRead, FirstReadSchema, type Host, Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import type { Metrics } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import type { Session, StatusChange } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { compareNeedsYou } from "@vibecraft/shared/needs-you-order"
import type { AgentGone, AgentSeen, Fact, TranscriptFact } from "../domain/facts.ts"
import { contextUsedRatio } from "./context-window.ts"
import { Conversation } from "./conversation.ts"
import { Ledger } from "./ledger.ts"
import { metricsMessage } from "./metrics-message.ts"
import type { PriceBook } from "./prices/price-book.ts"
import type { Dirty, PublishedWorld } from "./published-world.ts"
import { Roster, type Touch } from "./roster.ts"
import { isInScope } from "./scope.ts"
import { lastActivityMs, sessionMessage, statusChangeMessage } from "./session-message.ts"
import type { SessionState } from "./session-state.ts"
import { readStatus } from "./status.ts"
import { type ToolCall, ToolCalls } from "./tool-calls.ts"
import { createMemorySeenJournal, isUnread, type SeenJournal } from "./unread.ts"

export interface WorldOptions {
  readonly host: Host
  readonly prices: PriceBook
  /** Unix milliseconds. */
  readonly now: () => number
  /** Keeps what was marked as seen; absent: it lasts as long as the world. */
  readonly seen?: SeenJournal
}

/** How far the first read is, as the tailer reports it. */
export interface ReadProgress {
  readonly bytesRead: number
  readonly bytesTotal: number
  readonly files: number
  readonly done: boolean
}

/** A subagent silent for so long no longer counts as at work. */
const SUBAGENT_SILENT_MS = 600_000
/** Ticks come about once a second; after such a gap the machine slept, or this process was stopped. */
const SLEPT_MS = 30_000

export class World implements PublishedWorld {
  readonly #host: Host
  readonly #now: () => number
  readonly #seen: SeenJournal
  readonly #ledger: Ledger
  readonly #tools = new ToolCalls()
  readonly #conversations = new Map<string, Conversation>()
  readonly #roster = new Roster(this.#conversations)
  readonly #listeners = new Set<(dirty: Dirty) => void>()
  readonly #messages = new Map<string, Session>()
  readonly #rows = new Map<string, Metrics>()
  /** Ended sessions still within SCOPE_RECENT; time alone takes them out. */
  readonly #recentlyEnded = new Set<string>()
  #dirtySessions = new Set<string>()
  #dirtyConversations = new Set<string>()
  /** Whether seats must be decided anew. */
  #reseat = false
  readonly #touch: Touch = {
    session: (session) => this.#dirtySessions.add(session.id),
    conversation: (id) => this.#dirtyConversations.add(id),
  }
  #tickedMs = Infinity
  #awakeSinceMs = 0
  #firstRead: FirstRead = create(FirstReadSchema, {})

  constructor(options: WorldOptions) {
    this.#host = options.host
    this.#now = options.now
    this.#seen = options.seen ?? createMemorySeenJournal(options.now())
    this.#ledger = new Ledger(options.prices)
  }

  /** Counters for GetStatus. */
  get counts(): { readonly requests: number; readonly toolCalls: number } {
    return { requests: this.#ledger.size, toolCalls: this.#tools.size }
  }

  /** Folds facts and tells subscribers once. */
  apply(facts: readonly Fact[]): void {
    for (const fact of facts) this.#fold(fact)
    this.#settle()
    this.#publish(false)
  }

  setFirstRead(progress: ReadProgress): void {
    const { bytesRead, bytesTotal, files, done } = progress
    this.#firstRead = create(FirstReadSchema, { bytesRead: BigInt(bytesRead), bytesTotal: BigInt(bytesTotal), files, done })
    this.#publish(true)
  }

  /** Lets time pass: graces run out, silence becomes a stall, yesterday leaves the list. Call about once a second. */
  tick(): void {
    const nowMs = this.#now()
    if (nowMs - this.#tickedMs > SLEPT_MS) this.#awakeSinceMs = nowMs
    this.#tickedMs = nowMs
    for (const session of this.#roster.sessions.values()) {
      if (session.status?.status !== "ended") this.#restatus(session, nowMs)
    }
    for (const id of this.#recentlyEnded) {
      if (this.sessionInScope(id, Scope.RECENT)) continue
      this.#recentlyEnded.delete(id)
      this.#scopeChanged(id)
    }
    this.#publish(false)
  }

  subscribe(listener: (dirty: Dirty) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  firstRead(): FirstRead {
    return this.#firstRead
  }

  sessions(scope: Scope): readonly Session[] {
    const ids = [...this.#roster.sessions.keys()].filter((id) => this.sessionInScope(id, scope))
    return ids.map((id) => this.#message(id)).sort(compareNeedsYou)
  }

  session(id: string): Session | undefined {
    const session = this.#roster.find(id)
    return session === undefined ? undefined : this.#message(session.id)
  }

  statusChanges(id: string): readonly StatusChange[] {
    return (this.#roster.find(id)?.history.latestFirst() ?? []).map(statusChangeMessage)
  }

  markSeen(id: string): Session | undefined {
    const session = this.#roster.find(id)
    if (session === undefined) return undefined
    this.#seen.mark(session.id, this.#now())
    this.#dirtySessions.add(session.id)
    this.#restatus(session, this.#now())
    this.#publish(false)
    return this.#message(session.id)
  }

  sessionInScope(id: string, scope: Scope): boolean {
    const session = this.#roster.sessions.get(id)
    if (session === undefined) return false
    const lastMs = lastActivityMs(session, this.#roster.conversationOf(session))
    return isInScope(scope, session.status?.status === "ended", lastMs, this.#now())
  }

  metrics(scope: Scope): readonly Metrics[] {
    const ids = new Set(this.sessions(scope).flatMap((session) => this.#conversationIdsOf(session.id)))
    return [...ids].map((id) => this.#row(id))
  }

  metricsOf(id: string): readonly Metrics[] | undefined {
    if (this.#roster.sessions.has(id)) return this.#conversationIdsOf(id).map((conversationId) => this.#row(conversationId))
    return this.#conversations.has(id) ? [this.#row(id)] : undefined
  }

  metricsRow(conversationId: string): Metrics | undefined {
    return this.#conversations.has(conversationId) ? this.#row(conversationId) : undefined
  }

  conversationInScope(conversationId: string, scope: Scope): boolean {
    const session = this.#roster.sessionOf(conversationId)
    return session !== undefined && this.sessionInScope(session.id, scope)
  }

  // The fold.

  #fold(fact: Fact): void {
    if (fact.kind === "agent-seen") this.#agentSeen(fact)
    else if (fact.kind === "agent-gone") this.#agentGone(fact)
    else this.#transcriptFact(fact)
  }

  #agentSeen(fact: AgentSeen): void {
    const session = this.#roster.seat(fact.sessionId, this.#now())
    session.process = fact
    session.gone = undefined
    this.#roster.takeWord(session, this.#now(), this.#touch)
    this.#reseat = true
    this.#dirtySessions.add(session.id)
  }

  #agentGone(fact: AgentGone): void {
    const session = this.#roster.sessions.get(fact.sessionId)
    if (session === undefined || session.gone !== undefined) return
    session.gone = { timeMs: fact.timeMs, reason: fact.reason }
    this.#reseat = true
    this.#dirtySessions.add(session.id)
  }

  #transcriptFact(fact: TranscriptFact): void {
    const conversation = this.#conversation(fact.conversationId)
    this.#dirtyConversations.add(conversation.id)
    if ("timeMs" in fact) {
      conversation.touch(fact.timeMs)
      if (fact.subagentId !== undefined) conversation.subagentActive(fact.subagentId, fact.timeMs)
    }
    switch (fact.kind) {
      case "conversation-seen":
        conversation.describe(fact)
        if (fact.parentConversationId !== undefined) this.#roster.adopt(fact.parentConversationId, conversation.id)
        this.#reseat = true
        break
      case "request-seen":
        for (const id of this.#ledger.see(fact)) this.#dirtyConversations.add(id)
        break
      case "tool-started":
        this.#callTouched(this.#tools.started(fact))
        break
      case "tool-ended":
        this.#callTouched(this.#tools.ended(fact))
        break
      case "turn-started":
        if (fact.subagentId === undefined) conversation.turnStarted(fact.timeMs)
        break
      case "turn-ended":
        if (fact.subagentId === undefined) conversation.turnEnded(fact)
        this.#tools.abandon(conversation.id, fact.subagentId, fact.timeMs)
        break
      case "context-seen":
        if (fact.subagentId === undefined) conversation.contextSeen(fact)
        break
      case "api-error-seen":
        conversation.apiError(fact.key)
        break
      case "subagent-seen":
        conversation.subagentSeen(fact)
        break
      case "active":
        break
      default:
        fact satisfies never
    }
  }

  #callTouched(call: ToolCall | undefined): void {
    if (call !== undefined) this.#dirtyConversations.add(call.conversationId)
  }

  #conversation(id: string): Conversation {
    let conversation = this.#conversations.get(id)
    if (conversation === undefined) this.#conversations.set(id, (conversation = new Conversation(id)))
    return conversation
  }

  /** After the facts: who sits where, and what everyone touched does now. */
  #settle(): void {
    const nowMs = this.#now()
    if (this.#reseat) {
      this.#reseat = false
      this.#roster.bindAll(nowMs, this.#touch)
      this.#roster.standIn(nowMs, this.#touch)
    }
    for (const id of this.#dirtyConversations) {
      const session = this.#roster.sessionOf(id)
      if (session !== undefined) this.#dirtySessions.add(session.id)
    }
    for (const id of this.#dirtySessions) {
      const session = this.#roster.sessions.get(id)
      if (session !== undefined) this.#restatus(session, nowMs)
    }
  }

  #restatus(session: SessionState, nowMs: number): void {
    const conversation = this.#roster.conversationOf(session)
    const reading = readStatus(
      {
        process: session.process,
        gone: session.gone,
        conversation,
        openTools: this.#mainTools(conversation),
        unboundReason: session.conversationId === undefined ? session.unboundReason : undefined,
        awakeSinceMs: this.#awakeSinceMs,
      },
      nowMs,
    )
    const wasEnded = session.status?.status === "ended"
    if (session.setStatus(reading, nowMs)) this.#dirtySessions.add(session.id)
    const unread = isUnread({ sessionId: session.id, status: reading.status, process: session.process, conversation }, this.#seen)
    if (session.unread !== unread) this.#dirtySessions.add(session.id)
    session.unread = unread
    session.markedSeenMs = this.#seen.markedMs(session.id)
    const isEnded = reading.status === "ended"
    if (isEnded === wasEnded) return
    this.#scopeChanged(session.id)
    if (isEnded) this.#recentlyEnded.add(session.id)
    else this.#recentlyEnded.delete(session.id)
  }

  /** A session came into a scope or left one, and its conversations with it. */
  #scopeChanged(sessionId: string): void {
    this.#dirtySessions.add(sessionId)
    for (const id of this.#conversationIdsOf(sessionId)) this.#dirtyConversations.add(id)
  }

  #publish(firstRead: boolean): void {
    const sessionIds = this.#dirtySessions
    const conversationIds = this.#dirtyConversations
    if (sessionIds.size === 0 && conversationIds.size === 0 && !firstRead) return
    this.#dirtySessions = new Set()
    this.#dirtyConversations = new Set()
    for (const id of sessionIds) this.#messages.delete(id)
    for (const id of conversationIds) this.#rows.delete(id)
    for (const listener of this.#listeners) listener({ sessionIds, conversationIds, firstRead })
  }

  // Building messages, cached until what they show changes.

  #message(id: string): Session {
    const cached = this.#messages.get(id)
    if (cached !== undefined) return cached
    const session = this.#roster.sessions.get(id)
    if (session === undefined) throw new Error(`no session ${id}`)
    const conversation = this.#roster.conversationOf(session)
    const model = conversation === undefined ? undefined : this.#model(conversation)
    const message = sessionMessage({
      host: this.#host,
      session,
      conversation,
      model,
      openTools: this.#mainTools(conversation),
      activeSubagents: this.#activeSubagents(conversation),
      parentSessionId: this.#roster.parentOf(session),
      contextUsedRatio:
        conversation?.context === undefined ? undefined : contextUsedRatio(conversation.context, model, conversation.largestContextTokens),
    })
    this.#messages.set(id, message)
    return message
  }

  #row(conversationId: string): Metrics {
    const cached = this.#rows.get(conversationId)
    if (cached !== undefined) return cached
    const row = metricsMessage({
      host: this.#host,
      sessionId: this.#roster.sessionOf(conversationId)?.id ?? "",
      conversation: this.#conversation(conversationId),
      totals: this.#ledger.totals(conversationId),
      tools: this.#tools.totals(conversationId),
      childConversations: this.#roster.childrenOf(conversationId).size,
    })
    this.#rows.set(conversationId, row)
    return row
  }

  #conversationIdsOf(sessionId: string): readonly string[] {
    const session = this.#roster.sessions.get(sessionId)
    return session === undefined ? [] : this.#roster.conversationIdsOf(session)
  }

  #model(conversation: Conversation): string | undefined {
    return this.#ledger.totals(conversation.id)?.lastModel ?? conversation.meta.model
  }

  /** Open calls of the main agent. */
  #mainTools(conversation: Conversation | undefined): readonly ToolCall[] {
    return conversation === undefined ? [] : this.#tools.open(conversation.id).filter((call) => call.subagentId === undefined)
  }

  #activeSubagents(conversation: Conversation | undefined): number {
    if (conversation === undefined) return 0
    const since = this.#now() - SUBAGENT_SILENT_MS
    const children = [...this.#roster.childrenOf(conversation.id)].map((id) => this.#conversations.get(id))
    const inside = conversation.subagents.values().filter((subagent) => !subagent.finished && subagent.lastMs > since)
    return [...inside].length + children.filter((child) => child?.inTurn === true && (child.lastMs ?? 0) > since).length
  }
}
