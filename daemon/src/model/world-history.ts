// The world's side of the store: what changed since it was last written down, and conversations whose requests and calls stay on disk until
// something new is heard of them. Most of a history is never looked at again.

import type { TranscriptFact } from "../domain/facts.ts"
import type { ActivityLog } from "./activity-log.ts"
import { ClockSamples, type Samples } from "./clock-samples.ts"
import { type Clocks, sampled } from "./clocks.ts"
import { Conversation } from "./conversation.ts"
import { keyHash } from "./key-hash.ts"
import type { Hierarchy } from "./hierarchy/hierarchy.ts"
import type { Ledger } from "./ledger.ts"
import type { Reconciler } from "./reconciler.ts"
import type { Roster } from "./roster.ts"
import { conversationName } from "./session-name.ts"
import type { SessionState } from "./session-state.ts"
import { MAX_CHANGES, type StatusChange, StatusHistory } from "./status-history.ts"
import { SHARED, type StoredCall, type StoredEntry, type StoredRequest, type StoredSpan } from "./stored-entry.ts"
import type {
  Archive,
  ConversationSummary,
  KeptSummary,
  KeyedEntry,
  StoredConversation,
  StoredSession,
  StoredWorld,
  WorldChanges,
} from "./stored-world.ts"
import type { KeptConversation } from "./store-port.ts"
import { Texts } from "./texts.ts"
import type { ToolCalls } from "./tool-calls.ts"
import type { UsageBooks } from "./usage-books.ts"

/** What was used in the last hour is asked for by the minute, which sums do not tell: such conversations are read in whole. */
const RECENT_MS = 3_600_000

export interface WorldParts {
  readonly ledger: Ledger
  readonly tools: ToolCalls
  readonly clocks: Clocks
  readonly reconciler: Reconciler
  readonly usage: UsageBooks
  readonly roster: Roster
  readonly conversations: Map<string, Conversation>
  readonly activities: ActivityLog
  readonly hierarchy: Hierarchy
}

export class WorldHistory {
  readonly #parts: WorldParts
  #archive: Archive | undefined
  /** Conversations that changed since a store last asked; undefined while none asks. */
  #changed: Set<string> | undefined
  readonly #stale = new Set<string>()
  /** Conversations in memory that are on disk as they are, sums included. */
  readonly #written = new Set<string>()
  readonly #sessions = new Map<string, string>()
  #changedSessions = new Map<string, StoredSession>()
  /** As a store brought them back. */
  #lastChanges: ReadonlyMap<string, StatusChange> = new Map()
  /** Whose changes of status are not written. */
  #unsavedHistories = new Map<string, StatusHistory>()

  constructor(parts: WorldParts) {
    this.#parts = parts
  }

  /** Whether there is anything to write down. */
  get hasChanges(): boolean {
    const { ledger, tools, clocks, activities } = this.#parts
    if (activities.ring.hasUnsaved) return true
    const sets = [this.#changed, ledger.unsaved, tools.unsaved, clocks.spans.unsaved, this.#changedSessions, this.#unsavedHistories]
    return sets.some((set) => set !== undefined && set.size > 0)
  }

  /** Puts back what a store kept, into an empty world, and takes note of changes from then on. */
  restore(stored: StoredWorld, archive: Archive, nowMs: number): void {
    const { conversations, reconciler, roster, usage, ledger, hierarchy } = this.#parts
    this.#archive = archive
    const texts = new Texts()
    for (const [id, { booked, ...state }] of stored.conversations) {
      const conversation = new Conversation(id)
      conversation.restore(state, texts)
      conversations.set(id, conversation)
      for (const cost of booked) reconciler.bookedSeen({ kind: "booked-cost-seen", conversationId: id, ...cost })
    }
    for (const { id, meta } of conversations.values()) {
      if (meta.parentConversationId !== undefined) roster.adopt(meta.parentConversationId, id)
      if (meta.forkedFromConversationId !== undefined) reconciler.forked(id, meta.forkedFromConversationId, meta.startedMs)
    }
    ledger.restore(archive.entries(SHARED).filter(isRequest), true)
    const unsummed = new Set<string>()
    for (const conversation of conversations.values()) {
      const { id, lastMs } = conversation
      const summary = (lastMs ?? 0) < nowMs - RECENT_MS ? stored.summary(id) : undefined
      if (summary?.agents === undefined) {
        unsummed.add(id)
        this.#load(id, false)
        if (stored.summary(id)?.agents !== undefined) this.#written.add(id)
      } else this.#sleep(id, summary)
      hierarchy.restore(conversation, summary?.agents ?? [])
    }
    // Sums hold the requests of keys that several bear; where there are none, these are booked as well.
    ledger.bookShared(unsummed)
    for (const [id, session] of stored.sessions) this.#sessions.set(id, JSON.stringify(session))
    // Whoever asks later holds on to the last changes alone, and not to all that was stored.
    const { lastChanges } = stored
    this.#lastChanges = lastChanges
    roster.remember(new Map(stored.sessions), (id) => (lastChanges.has(id) ? archive.statusChanges(id, MAX_CHANGES) : []))
    for (const limit of stored.limits) usage.limits.see({ kind: "rate-limit-seen", conversationId: "", ...limit })
    usage.limits.takeChanged()
    this.#parts.activities.restore(stored.activities)
    this.#changed = new Set()
    ledger.unsaved.begin()
    this.#parts.tools.unsaved.begin()
    this.#parts.clocks.spans.unsaved.begin()
  }

  /** Brings into memory what a fact may change. Call before it is folded. */
  rouse(fact: TranscriptFact): void {
    this.#changed?.add(fact.conversationId)
    if (this.#parts.tools.restingCount === 0) return
    this.wake(fact.conversationId)
    if (fact.kind === "request-seen") this.#wakeHome("request", keyHash(fact.key), this.#parts.ledger)
    else if (fact.kind === "model-call-seen") this.#wakeHome("answer", keyHash(fact.key), this.#parts.clocks.spans)
    else if (fact.kind === "tool-started" || fact.kind === "tool-ended") this.#wakeHome("call", keyHash(fact.callId), this.#parts.tools)
  }

  /** Conversations that are not in memory but for their sums. */
  get restingCount(): number {
    return this.#parts.tools.restingCount
  }

  /** What is kept of a conversation that is not in memory; undefined for one that is. */
  entriesOnDisk(conversationId: string): readonly StoredEntry[] | undefined {
    return this.#parts.tools.isAtRest(conversationId) ? this.#archive?.entries(conversationId) : undefined
  }

  /** The samples of one that is not in memory, where they are kept apart. */
  samplesOnDisk(conversationId: string): Samples | undefined {
    return this.#parts.tools.isAtRest(conversationId) ? this.#archive?.samples(conversationId) : undefined
  }

  #samplesOf(conversationId: string): ClockSamples {
    const entries = this.entriesOnDisk(conversationId)
    const samples = entries === undefined ? this.#parts.clocks.samples.get(conversationId) : sampled(conversationId, entries).samples
    return samples ?? new ClockSamples()
  }

  /** Brings a conversation's requests and calls into memory. */
  wake(conversationId: string): void {
    if (!this.#parts.tools.isAtRest(conversationId)) return
    this.#load(conversationId, true)
    this.#written.add(conversationId)
  }

  /** An interval of a conversation was seen by other means than its transcript. Call before it is folded. */
  intervalSeen(conversationId: string): void {
    this.#changed?.add(conversationId)
    this.wake(conversationId)
  }

  /** A conversation's sums changed, be it without a request or call of its own. */
  touched(conversationId: string): void {
    if (this.#changed !== undefined) this.#stale.add(conversationId)
  }

  /** A session's status changed, or it was bound to a conversation, or moved on. */
  sessionTouched({ id, process, discoveredMs, conversationId, earlierConversationIds, history }: SessionState): void {
    if (this.#changed === undefined) return
    if (history.hasUnsaved) this.#unsavedHistories.set(id, history)
    if (process === undefined || conversationId === undefined) return
    const session: StoredSession = { discoveredMs, conversationId, earlierConversationIds: [...earlierConversationIds] }
    const text = JSON.stringify(session)
    if (this.#sessions.get(id) === text) return
    this.#sessions.set(id, text)
    this.#changedSessions.set(id, session)
  }

  /** Notes the end of sessions that an earlier run of the daemon left and that are no more; all that there are have to be known. */
  endMissing(nowMs: number): void {
    const { sessions } = this.#parts.roster
    for (const [id, last] of this.#lastChanges) {
      if (last.to.status === "ended" || sessions.has(id)) continue
      const history = new StatusHistory([last])
      const to = { status: "ended", reason: "gone when the daemon started", source: "process", confidence: "likely" } as const
      history.add({ from: last.to.status, to, timeMs: nowMs, conversationId: last.conversationId })
      this.#unsavedHistories.set(id, history)
    }
    this.#lastChanges = new Map()
  }

  /** What changed since the last call, as it is now. */
  take(): WorldChanges {
    const { ledger, tools, clocks, usage, activities } = this.#parts
    const entries = new Map<string, StoredEntry[]>()
    ledger.takeUnsaved(entries)
    tools.takeUnsaved(entries)
    clocks.spans.takeUnsaved(entries)
    const conversations = new Map<string, StoredConversation>()
    for (const id of this.#changed ?? []) {
      const state = this.#stateOf(id)
      if (state !== undefined) conversations.set(id, state)
    }
    const sessions = this.#changedSessions
    const statusChanges = [...this.#unsavedHistories].flatMap(([sessionId, history]) =>
      history.takeUnsaved().map((change) => ({ sessionId, change })),
    )
    const staleSummaries = [...this.#stale].filter((id) => !entries.has(id))
    for (const id of [...entries.keys(), ...staleSummaries]) this.#written.delete(id)
    this.#changed?.clear()
    this.#stale.clear()
    this.#changedSessions = new Map()
    this.#unsavedHistories = new Map()
    const limits = usage.limits.takeChanged()
    return { conversations, entries, staleSummaries, sessions, statusChanges, limits, activities: activities.takeUnsaved() }
  }

  /** Sums of these conversations are on disk, as they were when changes were last taken. */
  sumsWritten(conversationIds: Iterable<string>): void {
    for (const id of conversationIds) if (!this.#parts.tools.isAtRest(id)) this.#written.add(id)
  }

  /** Lets go what is on disk as it is of conversations that have been silent for long. */
  rest(nowMs: number): void {
    const isSilent = (id: string): boolean => (this.#parts.conversations.get(id)?.lastMs ?? nowMs) < nowMs - RECENT_MS
    const silent = [...this.#written].filter(isSilent)
    if (silent.length === 0) return
    const { ledger, tools, clocks } = this.#parts
    const changed = new Set([...(this.#changed ?? []), ...this.#stale])
    for (const part of [ledger, tools, clocks.spans]) part.addUnsavedHomes(changed)
    for (const id of silent) {
      if (changed.has(id)) continue
      this.#written.delete(id)
      this.#letGo(id)
    }
  }

  #letGo(id: string): void {
    const { ledger, tools, clocks, reconciler, usage } = this.#parts
    // Whoever asks for it would bring back the requests it is made of.
    reconciler.resultOf(id)
    ledger.rest(id)
    clocks.rest(id, clocks.kept(id, tools.totals(id).keys()))
    tools.rest(id)
    usage.rollup.restore(id, [...usage.rollup.rowsOf(id)])
  }

  /** A conversation's sums as they are now; undefined for one that is not known. */
  summaryOf(conversationId: string): ConversationSummary | undefined {
    const { conversations, ledger, tools, clocks, usage, reconciler, hierarchy } = this.#parts
    const conversation = conversations.get(conversationId)
    if (conversation === undefined) return undefined
    return {
      account: ledger.accountOf(conversationId),
      calls: tools.kept(conversationId),
      samples: this.#samplesOf(conversationId),
      clocks: clocks.kept(conversationId, tools.totals(conversationId).keys()),
      usage: [...usage.rollup.rowsOf(conversationId)],
      reconciliation: reconciler.resultOf(conversationId),
      agents: hierarchy.figuresOf(conversation),
    }
  }

  /** The conversations that are known, for a person to choose from. */
  *kept(): Generator<KeptConversation> {
    const { conversations, ledger } = this.#parts
    for (const [id, conversation] of conversations) {
      const { agent, firstMs, lastMs, meta } = conversation
      const requests = ledger.totals(id)?.requests ?? 0
      yield { id, agent, name: conversationName(id, conversation), project: meta.cwd, firstMs, lastMs, requests }
    }
  }

  /** Forgets conversations for good: a person asked for it. */
  forget(conversationIds: Iterable<string>): void {
    const { conversations, ledger, tools, clocks, reconciler, usage, roster, activities, hierarchy } = this.#parts
    const ids = new Set(conversationIds)
    activities.forget(ids)
    for (const id of ids) {
      this.#changed?.delete(id)
      this.#stale.delete(id)
      this.#written.delete(id)
      ledger.forget(id)
      tools.forget(id)
      clocks.forget(id)
      reconciler.booked.forget(id)
      usage.corrections.forget(id)
      roster.forget(id)
      const conversation = conversations.get(id)
      if (conversation !== undefined) hierarchy.forget(conversation)
      conversations.delete(id)
      for (const { history } of roster.sessions.values()) history.forget(id)
    }
    usage.rollup.forget((row) => ids.has(row.conversationId))
  }

  #stateOf(id: string): StoredConversation | undefined {
    const conversation = this.#parts.conversations.get(id)
    return conversation === undefined ? undefined : { ...conversation.state(), booked: this.#parts.reconciler.booked.of(id) }
  }

  #sleep(id: string, { account, calls, clocks, usage, reconciliation }: KeptSummary): void {
    const parts = this.#parts
    if (account !== undefined) parts.ledger.restoreAccount(id, account)
    parts.clocks.restoreKept(id, clocks)
    parts.tools.restoreKept(id, calls)
    parts.usage.rollup.restore(id, usage)
    if (reconciliation !== undefined) parts.reconciler.restore(id, reconciliation)
  }

  #load(id: string, isBooked: boolean): void {
    const entries = this.#archive?.entries(id) ?? []
    this.#parts.ledger.restore(entries.filter(isRequest), isBooked)
    this.#parts.clocks.wake(id)
    this.#parts.tools.restore(id, entries.filter(isCall), isBooked)
    this.#parts.clocks.spans.restore(entries.filter(isSpan))
  }

  /** A request or call may be in memory though its conversation sleeps: open calls are, and requests whose key several bear. */
  #wakeHome(what: KeyedEntry, key: number, known: { homeOf(key: number): string | undefined }): void {
    const home = known.homeOf(key) ?? this.#archive?.home(what, key)
    if (home !== undefined) this.wake(home)
  }
}

function isRequest(entry: StoredEntry): entry is StoredRequest {
  return entry.kind === "request"
}

function isCall(entry: StoredEntry): entry is StoredCall {
  return entry.kind === "call"
}

function isSpan(entry: StoredEntry): entry is StoredSpan {
  return entry.kind === "span"
}
