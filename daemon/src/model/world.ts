// The world model and its only writer. Observers hand it facts; it folds them, tells subscribers which ids they touched, and builds the
// published messages from what is true at the moment they are asked for.

import { create } from "@bufbuild/protobuf"
import { type FirstRead, FirstReadSchema, type Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import type { Hierarchy as HierarchyMessage } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import type { Session, StatusChange } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { compareNeedsYou } from "@vibecraft/shared/needs-you-order"
import type { AgentGone, AgentSeen, Fact } from "../domain/facts.ts"
import { NO_USAGE } from "../domain/usage.ts"
import { ActivityFeed } from "./activity-feed.ts"
import { ActivityLog } from "./activity-log.ts"
import { Clocks } from "./clocks.ts"
import type { Conversation } from "./conversation.ts"
import { type Measured, NO_JOURNAL } from "./correction-desk.ts"
import { DirtyBook } from "./dirty-book.ts"
import { LatencyReport } from "./latency-report.ts"
import { Hierarchy } from "./hierarchy/hierarchy.ts"
import { Trees } from "./hierarchy/trees.ts"
import { Ledger } from "./ledger.ts"
import { LiveIntervals } from "./live-intervals.ts"
import type { PublishedActivities } from "./published-activities.ts"
import type { Dirty, PublishedWorld } from "./published-world.ts"
import { Reconciler } from "./reconciler.ts"
import type { LedgerRequest } from "./request-table.ts"
import { Roster } from "./roster.ts"
import type { PublishedRow } from "./rows/published-row.ts"
import { statusChangeMessage } from "./session-message.ts"
import { SessionScopes } from "./session-scopes.ts"
import type { SessionState } from "./session-state.ts"
import type { Archive, StoredWorld } from "./stored-world.ts"
import { readStatus } from "./status.ts"
import { ToolCalls } from "./tool-calls.ts"
import { TranscriptFold } from "./transcript-fold.ts"
import { UsageBooks } from "./usage-books.ts"
import { usageConversation } from "./usage-conversation.ts"
import { WorldHistory } from "./world-history.ts"
import { WorldMessages } from "./world-messages.ts"
import type { ReadProgress, WorldOptions } from "./world-options.ts"
import { createMemorySeenJournal, isUnread, type SeenJournal } from "./unread.ts"

/** Ticks come about once a second; after such a gap the machine slept, or this process was stopped. */
const SLEPT_MS = 30_000

export class World implements PublishedWorld {
  readonly #now: () => number
  readonly #seen: SeenJournal
  readonly #ledger: Ledger
  /** What reports are made of. */
  readonly usage: UsageBooks
  readonly #reconciler: Reconciler
  readonly #clocks: Clocks = new Clocks((id) => this.#tools.of(id))
  readonly #conversations = new Map<string, Conversation>()
  readonly #roster = new Roster(this.#conversations)
  readonly #hierarchy = new Hierarchy({ conversations: this.#conversations, roster: this.#roster })
  readonly #tools: ToolCalls = new ToolCalls(this.#clocks, this.#hierarchy.count)
  readonly #live: LiveIntervals
  readonly #activityLog: ActivityLog
  /** What happened. */
  readonly activities: PublishedActivities
  readonly #transcripts: TranscriptFold
  /** What a store follows and brings back. */
  readonly history: WorldHistory
  /** What latencies of other groups and windows come from. */
  readonly latency: LatencyReport
  readonly #published: WorldMessages
  readonly #trees: Trees
  readonly #scopes: SessionScopes
  readonly #dirty = new DirtyBook()
  /** Whether seats must be decided anew. */
  #reseat = false
  #tickedMs = Infinity
  #awakeSinceMs = 0
  #firstRead: FirstRead = create(FirstReadSchema, {})

  constructor(options: WorldOptions) {
    this.#now = options.now
    this.#scopes = new SessionScopes(this.#roster, options.now)
    this.#seen = options.seen ?? createMemorySeenJournal(options.now())
    this.usage = new UsageBooks({
      prices: options.prices,
      journal: options.correctionJournal ?? NO_JOURNAL,
      conversation: (id) => usageConversation(id, this.#conversations.get(id), this.#roster, this.#published.modelOf(id)),
      measured: (id) => this.#measured(id),
      onCorrection: (id) => {
        this.#dirty.conversation(id)
        this.#publish(false)
      },
      now: options.now,
    })
    this.#ledger = new Ledger(options.prices, (sign, request, price) => {
      this.usage.book(sign, request, price)
      this.#hierarchy.book(sign, request, price)
    })
    this.#reconciler = new Reconciler({ requestsOf: (id) => this.#requestsOf(id), prices: options.prices })
    this.#activityLog = new ActivityLog({ now: options.now, tools: this.#tools, ...options.activityRing })
    const parts = {
      ledger: this.#ledger,
      tools: this.#tools,
      clocks: this.#clocks,
      reconciler: this.#reconciler,
      usage: this.usage,
      roster: this.#roster,
      conversations: this.#conversations,
      activities: this.#activityLog,
      hierarchy: this.#hierarchy,
    }
    this.#trees = new Trees(this.#hierarchy, { ...parts, now: options.now, modelOf: (id) => this.#published.modelOf(id) })
    this.activities = new ActivityFeed(this.#activityLog, parts)
    const onConversation = this.#dirty.conversation
    this.history = new WorldHistory(parts)
    this.#live = new LiveIntervals({ ...parts, history: this.history, onConversation })
    this.#published = new WorldMessages({ ...parts, live: this.#live, slow: options.slow, host: options.host, now: options.now })
    this.latency = new LatencyReport({
      ...parts,
      resting: this.history.resting,
      host: options.host,
      now: options.now,
      idsOf: (id) => (this.#roster.sessions.has(id) ? this.#conversationIdsOf(id) : this.#conversations.has(id) ? [id] : undefined),
      idsIn: (scope) => this.#conversationIdsIn(scope),
    })
    this.#transcripts = new TranscriptFold({
      ...parts,
      history: this.history,
      onConversation,
      onSeats: () => (this.#reseat = true),
    })
  }

  /** Puts back what a store kept, into an empty world. */
  restore(stored: StoredWorld, archive: Archive): void {
    this.history.restore(stored, archive, this.#now())
    for (const id of this.#conversations.keys()) this.#dirty.conversation(id)
    this.#reseat = true
    this.#settle()
    this.#publish(false)
  }

  /** Every agent that runs has been stated since the world was restored: what was left of others is over. */
  allStated(): void {
    this.history.endMissing(this.#now())
  }

  /** Forgets conversations for good. */
  forget(conversationIds: readonly string[]): void {
    for (const id of conversationIds) {
      this.#dirty.seated(id, this.#roster)
    }
    this.history.forget(conversationIds)
    this.#publish(false)
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
    if (done) this.#activityLog.release()
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
    this.#activityLog.ring.expire()
    this.latency.tick()
    for (const id of this.#scopes.takeExpired()) this.#scopeChanged(id)
    for (const id of this.#published.slow.judge(nowMs, this.#clocks.changes)) this.#dirty.seated(id, this.#roster)
    for (const id of this.#published.takeDue()) this.#dirty.session({ id })
    this.#publish(false)
  }

  subscribe(listener: (dirty: Dirty) => void): () => void {
    return this.#dirty.subscribe(listener)
  }

  firstRead(): FirstRead {
    return this.#firstRead
  }

  sessions(scope: Scope): readonly Session[] {
    return this.#scopes
      .sessionIds(scope)
      .map((id) => this.#published.session(id))
      .sort(compareNeedsYou)
  }

  session(id: string): Session | undefined {
    const session = this.#roster.find(id)
    return session === undefined ? undefined : this.#published.session(session.id)
  }

  statusChanges(id: string): readonly StatusChange[] {
    return (this.#roster.find(id)?.history.latestFirst() ?? []).map(statusChangeMessage)
  }

  markSeen(id: string): Session | undefined {
    const session = this.#roster.find(id)
    if (session === undefined) return undefined
    this.#seen.mark(session.id, this.#now())
    this.#dirty.session(session)
    this.#restatus(session, this.#now())
    this.#publish(false)
    return this.#published.session(session.id)
  }

  trees(scope: Scope): readonly HierarchyMessage[] {
    const rootIds = new Set(this.sessions(scope).map(({ id }) => this.#trees.rootOf(id)))
    return [...rootIds].flatMap((id) => (id === undefined ? [] : (this.#trees.tree(id) ?? [])))
  }

  treeInScope(rootId: string, scope: Scope): boolean {
    return this.#trees.sessionsIn(rootId).some((id) => this.#scopes.has(id, scope))
  }

  treeRoot(id: string): string | undefined {
    return this.#trees.rootOf(id)
  }

  tree(rootId: string): HierarchyMessage | undefined {
    return this.#trees.tree(rootId)
  }

  sessionInScope(id: string, scope: Scope): boolean {
    return this.#scopes.has(id, scope)
  }

  metrics(scope: Scope): readonly PublishedRow[] {
    return this.#conversationIdsIn(scope).map((id) => this.#published.row(id))
  }

  metricsOf(id: string): readonly PublishedRow[] | undefined {
    if (this.#roster.sessions.has(id)) return this.#conversationIdsOf(id).map((conversationId) => this.#published.row(conversationId))
    return this.#roster.isKnown(id) ? [this.#published.row(id)] : undefined
  }

  metricsRow(conversationId: string): PublishedRow | undefined {
    return this.#roster.isKnown(conversationId) ? this.#published.row(conversationId) : undefined
  }

  conversationInScope(conversationId: string, scope: Scope): boolean {
    return this.#scopes.hasConversation(conversationId, scope)
  }

  // The fold.

  #fold(fact: Fact): void {
    if (fact.kind === "agent-seen") this.#agentSeen(fact)
    else if (fact.kind === "agent-gone") this.#agentGone(fact)
    else this.#transcripts.fold(fact)
  }

  #agentSeen(fact: AgentSeen): void {
    const isNew = !this.#roster.sessions.has(fact.sessionId)
    const session = this.#roster.seat(fact.sessionId, this.#now())
    session.process = fact
    if (isNew) this.#activityLog.discovered(session)
    session.gone = undefined
    this.#roster.takeWord(session, this.#now(), this.#dirty)
    this.#reseat = true
    this.#dirty.session(session)
  }

  #agentGone(fact: AgentGone): void {
    const session = this.#roster.sessions.get(fact.sessionId)
    if (session === undefined || session.gone !== undefined) return
    session.gone = { timeMs: fact.timeMs, reason: fact.reason }
    this.#live.agentGone(session)
    this.#activityLog.gone(session)
    this.#reseat = true
    this.#dirty.session(session)
  }

  #requestsOf(conversationId: string): Iterable<LedgerRequest> {
    this.history.resting.wake(conversationId)
    return this.#ledger.requestsOf(conversationId)
  }

  /** After the facts: who sits where, and what everyone touched does now. */
  #settle(): void {
    const nowMs = this.#now()
    const isReseated = this.#reseat
    if (isReseated) {
      this.#reseat = false
      this.#roster.bindAll(nowMs, this.#dirty)
      this.#roster.standIn(nowMs, this.#dirty)
      this.#roster.settleParents(this.#dirty)
    }
    for (const id of this.#dirty.conversationIds) this.#dirty.seated(id, this.#roster)
    for (const id of this.#dirty.sessionIds) {
      const session = this.#roster.sessions.get(id)
      if (session !== undefined) this.#restatus(session, nowMs)
    }
    this.#hierarchy.settle(this.#dirty.sessionIds, this.#dirty.conversationIds, isReseated)
  }

  #restatus(session: SessionState, nowMs: number): void {
    const conversation = this.#roster.conversationOf(session)
    const reading = readStatus(
      {
        process: session.process,
        gone: session.gone,
        conversation,
        openTools: this.#published.mainTools(conversation),
        unboundReason: session.conversationId === undefined ? session.unboundReason : undefined,
        awakeSinceMs: this.#awakeSinceMs,
      },
      nowMs,
    )
    const before = session.status?.status
    if (session.setStatus(reading, nowMs)) {
      this.#dirty.session(session)
      this.#activityLog.statusChanged(session, reading)
    }
    this.#live.statusRead(session, before, nowMs)
    const unread = isUnread({ sessionId: session.id, status: reading.status, process: session.process, conversation }, this.#seen)
    if (session.unread !== unread) this.#dirty.session(session)
    session.unread = unread
    session.markedSeenMs = this.#seen.markedMs(session.id)
    const isEnded = reading.status === "ended"
    if (isEnded === (before === "ended")) return
    this.#scopeChanged(session.id)
    this.#scopes.setEnded(session.id, isEnded)
  }

  /** A session came into a scope or left one, and its conversations with it. */
  #scopeChanged(sessionId: string): void {
    this.#dirty.session({ id: sessionId })
    for (const id of this.#conversationIdsOf(sessionId)) this.#dirty.conversation(id)
  }

  #publish(firstRead: boolean): void {
    this.#activityLog.publish()
    for (const id of this.#dirty.sessionIds) this.#hierarchy.sessionChanged(id)
    const treeIds = this.#trees.changed(this.#hierarchy.takeChanges())
    const { sessionIds, conversationIds } = this.#dirty.take()
    if (sessionIds.size === 0 && conversationIds.size === 0 && treeIds.size === 0 && !firstRead) return
    for (const id of sessionIds) {
      this.#published.sessionChanged(id)
      const session = this.#roster.sessions.get(id)
      if (session !== undefined) this.history.sessionTouched(session)
    }
    for (const id of conversationIds) this.#published.rowChanged(id)
    this.#dirty.tell({ sessionIds, conversationIds, treeIds, firstRead })
  }

  #conversationIdsIn(scope: Scope): readonly string[] {
    return [...new Set(this.sessions(scope).flatMap((session) => this.#conversationIdsOf(session.id)))]
  }

  #conversationIdsOf(sessionId: string): readonly string[] {
    const session = this.#roster.sessions.get(sessionId)
    return session === undefined ? [] : this.#roster.conversationIdsOf(session)
  }

  /** What corrections are held against; undefined for a conversation that is not known. */
  #measured(id: string): Measured | undefined {
    const conversation = this.#conversations.get(id)
    if (conversation?.meta.agent === undefined) return undefined
    return { tokens: this.#ledger.totals(id)?.tokens ?? NO_USAGE, lastModel: this.#published.modelOf(id), lastMs: conversation.lastMs }
  }
}
