// Conversations whose requests, calls and times stay on disk, with their sums alone in memory, until something new is heard of them. Most of a
// history is never looked at again, and what is at work today is history tomorrow.

import type { TranscriptFact } from "../domain/facts.ts"
import type { Samples } from "./clock-samples.ts"
import type { Conversation } from "./conversation.ts"
import type { AgentFigures } from "./hierarchy/hierarchy.ts"
import { keyHash } from "./key-hash.ts"
import { SHARED, type StoredCall, type StoredEntry, type StoredRequest, type StoredSpan } from "./stored-entry.ts"
import type { Archive, KeptSummary, KeyedEntry } from "./stored-world.ts"
import type { WorldParts } from "./world-parts.ts"

/** What was used in the last hour is asked for by the minute, which sums do not tell: such conversations are in memory in whole. */
const RECENT_MS = 3_600_000

export class Resting {
  readonly #parts: WorldParts
  #archive: Archive | undefined
  /** Conversations in memory that are on disk as they are, sums included. */
  readonly #written = new Set<string>()

  constructor(parts: WorldParts) {
    this.#parts = parts
  }

  get count(): number {
    return this.#parts.tools.restingCount
  }

  /** Whatever is not in memory is in this archive from now on. Takes from it what belongs to no single conversation. */
  follow(archive: Archive): void {
    this.#archive = archive
    this.#parts.ledger.restore(archive.entries(SHARED).filter(isRequest), true)
  }

  /**
   * Puts back a conversation of the archive: its sums, or all of it where they are missing or it was at work within the hour. Answers what its
   * agents used, undefined where that is booked anew of what was put back.
   */
  restore({ id, lastMs = 0 }: Conversation, summary: KeptSummary | undefined, nowMs: number): AgentFigures | undefined {
    if (summary?.agents !== undefined && lastMs < nowMs - RECENT_MS) {
      this.#sleep(id, summary)
      return summary.agents
    }
    this.#load(id, false)
    if (summary?.agents !== undefined) this.#written.add(id)
    return undefined
  }

  /** Brings into memory what a fact may change. */
  rouse(fact: TranscriptFact): void {
    const { ledger, tools, clocks } = this.#parts
    if (this.count === 0) return
    this.wake(fact.conversationId)
    if (fact.kind === "request-seen") this.#wakeHome("request", keyHash(fact.key), ledger)
    else if (fact.kind === "model-call-seen") this.#wakeHome("answer", keyHash(fact.key), clocks.spans)
    else if (fact.kind === "tool-started" || fact.kind === "tool-ended") this.#wakeHome("call", keyHash(fact.callId), tools)
  }

  /** What is kept of a conversation that is not in memory; undefined for one that is. */
  entries(conversationId: string): readonly StoredEntry[] | undefined {
    return this.#parts.tools.isAtRest(conversationId) ? this.#archive?.entries(conversationId) : undefined
  }

  /** The samples of one that is not in memory, where they are kept apart. */
  samples(conversationId: string): Samples | undefined {
    return this.#parts.tools.isAtRest(conversationId) ? this.#archive?.samples(conversationId) : undefined
  }

  /** Brings a conversation's requests and calls into memory. */
  wake(conversationId: string): void {
    if (!this.#parts.tools.isAtRest(conversationId)) return
    this.#load(conversationId, true)
    this.#written.add(conversationId)
  }

  /** Sums of these conversations are on disk, as they were when changes were last taken. */
  sumsWritten(conversationIds: Iterable<string>): void {
    for (const id of conversationIds) if (!this.#parts.tools.isAtRest(id)) this.#written.add(id)
  }

  /** What is on disk of these conversations is no longer what it was, or is forgotten. */
  sumsStale(conversationIds: Iterable<string>): void {
    for (const id of conversationIds) this.#written.delete(id)
  }

  /** Lets go of those that have been silent for long. `changed` answers which have something that is not written; asked only where there are any. */
  rest(nowMs: number, changed: () => ReadonlySet<string>): void {
    const isSilent = (id: string): boolean => (this.#parts.conversations.get(id)?.lastMs ?? nowMs) < nowMs - RECENT_MS
    const silent = [...this.#written].filter(isSilent)
    const awake = silent.length === 0 ? undefined : changed()
    for (const id of silent) {
      if (awake?.has(id) === true) continue
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

  #sleep(id: string, { account, calls, clocks, usage, reconciliation }: KeptSummary): void {
    const parts = this.#parts
    if (account !== undefined) parts.ledger.restoreAccount(id, account)
    parts.clocks.restoreKept(id, clocks)
    parts.tools.restoreKept(id, calls)
    parts.usage.rollup.restore(id, usage)
    if (reconciliation !== undefined) parts.reconciler.restore(id, reconciliation)
  }

  #load(id: string, isBooked: boolean): void {
    const { ledger, tools, clocks } = this.#parts
    const entries = this.#archive?.entries(id) ?? []
    ledger.restore(entries.filter(isRequest), isBooked)
    clocks.wake(id)
    tools.restore(id, entries.filter(isCall), isBooked)
    clocks.spans.restore(entries.filter(isSpan))
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
