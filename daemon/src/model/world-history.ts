// The world's side of the store: what it kept is put back, and what changed since it was last written down is told.

import type { TranscriptFact } from "../domain/facts.ts"
import { ClockSamples } from "./clock-samples.ts"
import { sampled } from "./clocks.ts"
import { Conversation } from "./conversation.ts"
import { Resting } from "./resting.ts"
import { conversationName } from "./session-name.ts"
import type { SessionState } from "./session-state.ts"
import { MAX_CHANGES, type StatusChange, StatusHistory } from "./status-history.ts"
import type { StoredEntry } from "./stored-entry.ts"
import type { Archive, ConversationSummary, StoredConversation, StoredSession, StoredWorld, WorldChanges } from "./stored-world.ts"
import type { KeptConversation } from "./store-port.ts"
import { Texts } from "./texts.ts"
import type { WorldParts } from "./world-parts.ts"

export class WorldHistory {
  readonly #parts: WorldParts
  /** Conversations that are on disk. */
  readonly resting: Resting
  /** Conversations that changed since a store last asked; undefined while none asks. */
  #changed: Set<string> | undefined
  readonly #stale = new Set<string>()
  readonly #sessions = new Map<string, string>()
  #changedSessions = new Map<string, StoredSession>()
  /** As a store brought them back. */
  #lastChanges: ReadonlyMap<string, StatusChange> = new Map()
  /** Whose changes of status are not written. */
  #unsavedHistories = new Map<string, StatusHistory>()

  constructor(parts: WorldParts) {
    this.#parts = parts
    this.resting = new Resting(parts)
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
    this.resting.follow(archive)
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
    const unsummed = new Set<string>()
    for (const conversation of conversations.values()) {
      const agents = this.resting.restore(conversation, stored.summary(conversation.id), nowMs)
      if (agents === undefined) unsummed.add(conversation.id)
      hierarchy.restore(conversation, agents ?? [])
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
    this.resting.rouse(fact)
  }

  #samplesOf(conversationId: string): ClockSamples {
    const entries = this.resting.entries(conversationId)
    const samples = entries === undefined ? this.#parts.clocks.samples.get(conversationId) : sampled(conversationId, entries).samples
    return samples ?? new ClockSamples()
  }

  /** An interval of a conversation was seen by other means than its transcript. Call before it is folded. */
  intervalSeen(conversationId: string): void {
    this.#changed?.add(conversationId)
    this.resting.wake(conversationId)
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
    this.resting.sumsStale([...entries.keys(), ...staleSummaries])
    this.#changed?.clear()
    this.#stale.clear()
    this.#changedSessions = new Map()
    this.#unsavedHistories = new Map()
    const limits = usage.limits.takeChanged()
    return { conversations, entries, staleSummaries, sessions, statusChanges, limits, activities: activities.takeUnsaved() }
  }

  /** Lets go what is on disk as it is of conversations that have been silent for long. */
  rest(nowMs: number): void {
    this.resting.rest(nowMs, () => {
      const { ledger, tools, clocks } = this.#parts
      const changed = new Set([...(this.#changed ?? []), ...this.#stale])
      for (const part of [ledger, tools, clocks.spans]) part.addUnsavedHomes(changed)
      return changed
    })
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
}
