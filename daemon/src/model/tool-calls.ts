// Tool calls, paired and counted once each whatever file and order their two ends were read in.
// Open calls stay visible as such; what is learnt later about a call revises what was counted.

import type { ToolEnded, ToolOutcome, ToolStarted } from "../domain/facts.ts"
import { type CallRow, CallTable } from "./call-table.ts"
import { CallTotals, type KeptCalls } from "./call-totals.ts"
import { keyHash } from "./key-hash.ts"
import { recordableMs } from "./latency.ts"
import type { StoredCall, StoredEntry } from "./stored-entry.ts"
import type { ToolCall } from "./tool-call.ts"
import type { ToolTotals } from "./tool-totals.ts"
import { Unsaved } from "./unsaved.ts"

/** Hears of changes that may show in a clock. */
export interface CallListener {
  /** `hasMoved`: its times are other ones than they were before. */
  callChanged(call: ToolCall, hasMoved: boolean): void
  /** It is no longer among the calls of its conversation, and goes to another. */
  callLeaves(call: ToolCall): void
}

/** Hears of every call that is counted (`sign` 1) or about to change (`sign` -1). */
export type CallCounter = (sign: 1 | -1, call: ToolCall) => void

/** Later knowledge outranks earlier: a failure said once stays, "ok" yields to anything more exact. */
const RANK: Record<ToolOutcome, number> = {
  background: 0,
  ok: 1,
  failed: 2,
  "command-failed": 3,
  timeout: 4,
  "model-error": 5,
  denied: 6,
  cancelled: 7,
  rejected: 8,
  // A line behind a refusal may tell that it was an interruption.
  interrupted: 9,
}

/** All calls of the host. `seen` answers the call it touched, or undefined when the fact said nothing new. */
export class ToolCalls {
  readonly #listener: CallListener | undefined
  readonly #onCount: CallCounter
  readonly #table = new CallTable()
  /** Rows without an end, by conversation. */
  readonly #open = new Map<string, Set<number>>()
  readonly #totals = new CallTotals((conversationId) => this.#table.of(conversationId))
  /** Rows that changed since a store last asked. */
  readonly unsaved = new Unsaved<number>("call-left")

  constructor(listener?: CallListener, onCount: CallCounter = () => {}) {
    this.#listener = listener
    this.#onCount = onCount
  }

  get size(): number {
    return this.#table.size + this.#totals.keptCalls
  }

  /** Conversations whose calls, and with them all else that is read with them, are not in memory. */
  get restingCount(): number {
    return this.#totals.keptConversations
  }

  isAtRest(conversationId: string): boolean {
    return this.#totals.isKept(conversationId)
  }

  started(fact: ToolStarted): ToolCall | undefined {
    const key = keyHash(fact.callId)
    return this.#counting(key, (known) => (known === undefined ? this.#add(newStart(fact, key), fact.target) : this.#started(known, fact)))
  }

  ended(fact: ToolEnded): ToolCall | undefined {
    const key = keyHash(fact.callId)
    return this.#counting(key, (known) => {
      if (known !== undefined) return this.#ended(known, fact)
      const call = this.#add(newEnd(fact, key), undefined)
      this.#close(call)
      return call
    })
  }

  /** Takes a call out of what was counted, has it changed, and counts it as it then is. */
  #counting(key: number, change: (known: CallRow | undefined) => CallRow | undefined): ToolCall | undefined {
    const known = this.#table.find(key)
    if (known !== undefined) this.#onCount(-1, known)
    const changed = change(known)
    const after = known ?? changed
    if (after !== undefined) this.#onCount(1, after)
    return changed
  }

  #started(call: CallRow, fact: ToolStarted): CallRow | undefined {
    const { startMs } = call
    const isKnown = startMs !== undefined && startMs <= fact.timeMs
    if (isKnown && (call.target !== undefined || fact.target === undefined)) return undefined
    if (!isKnown) {
      this.#totals.changed(call.conversationId)
      call.startMs = fact.timeMs
      call.name = fact.name
      call.subagentId = fact.subagentId
      this.#move(call, fact.conversationId)
    }
    call.target ??= fact.target
    this.#changed(call, startMs !== undefined)
    return call
  }

  #ended(call: CallRow, fact: ToolEnded): CallRow | undefined {
    const { endMs, outcome, durationMs, name, wasAsked } = call
    call.endMs = endMs === undefined ? fact.timeMs : Math.min(endMs, fact.timeMs)
    if (outcome === undefined || RANK[fact.outcome] > RANK[outcome]) call.outcome = fact.outcome
    call.durationMs = largest(durationMs, validDuration(fact.durationMs))
    call.startMs ??= fact.startedMs
    if (name === "" && fact.name !== undefined) call.name = fact.name
    if (fact.wasAsked === true) call.wasAsked = true
    call.abandoned = false
    this.#close(call)
    const isSameEnd = endMs === call.endMs && outcome === call.outcome && durationMs === call.durationMs
    if (isSameEnd && name === call.name && wasAsked === call.wasAsked) return undefined
    if (outcome === undefined && name !== "") this.#totals.ended(call)
    else this.#totals.changed(call.conversationId)
    this.#changed(call, endMs !== undefined)
    return call
  }

  /** Ends what an agent left open when its turn stopped at `timeMs`: such calls no longer run and are not judged. */
  abandon(conversationId: string, subagentId: string | undefined, timeMs: number): void {
    for (const call of this.#openOf(conversationId)) {
      if (call.subagentId === subagentId && (call.startMs ?? 0) <= timeMs) {
        call.abandoned = true
        this.#close(call)
        this.unsaved.changed(call.row)
      }
    }
  }

  /** Ends all that a conversation left open when its agent was gone. */
  abandonAll(conversationId: string, timeMs: number): void {
    const agents = new Set(this.#openOf(conversationId).map(({ subagentId }) => subagentId))
    for (const subagentId of agents) this.abandon(conversationId, subagentId, timeMs)
  }

  /** Whether an agent has a call without an end. */
  isOpen(conversationId: string, subagentId: string | undefined): boolean {
    return this.#openOf(conversationId).some((call) => call.subagentId === subagentId)
  }

  /** Calls without an end, oldest first. */
  open(conversationId: string): readonly ToolCall[] {
    return this.#openOf(conversationId).sort(byStart)
  }

  /** All calls in memory, unordered. */
  of(conversationId: string): readonly ToolCall[] {
    return this.#table.of(conversationId)
  }

  /** Totals by tool name. They change as calls do: read them at once. */
  totals(conversationId: string): ReadonlyMap<string, ToolTotals> {
    return this.#totals.of(conversationId)
  }

  /** A call that is in memory. */
  callOf(callId: string): Readonly<ToolCall> | undefined {
    return this.#table.find(keyHash(callId))
  }

  /** The conversation of the call of an id's hash; undefined where that is not in memory. */
  homeOf(key: number): string | undefined {
    return this.#table.find(key)?.conversationId
  }

  /** Adds what changed since the last time to `to`, by conversation. */
  takeUnsaved(to: Map<string, StoredEntry[]>): void {
    this.unsaved.take(to, (row) => {
      const call = this.#table.at(row).stored()
      return { home: call.conversationId, entries: [call] }
    })
  }

  /** What a store keeps beside the calls themselves. */
  kept(conversationId: string): KeptCalls {
    return this.#totals.toKeep(conversationId, () =>
      this.#openOf(conversationId)
        .sort(byStart)
        .map((call) => call.stored()),
    )
  }

  /** Puts back totals alone; open calls are there as if nothing had happened. */
  restoreKept(conversationId: string, kept: KeptCalls): void {
    this.#totals.restore(conversationId, kept)
    for (const call of kept.open) this.#put(call)
  }

  /** Lets a conversation's calls go, which a store keeps; its totals stay, and so do open calls, of which there are no samples. */
  rest(conversationId: string): void {
    this.#totals.restore(conversationId, this.kept(conversationId))
    this.#table.forget(conversationId, this.#open.get(conversationId))
  }

  /** Adds the conversations that a store has to write calls of to `to`. */
  addUnsavedHomes(to: Set<string>): void {
    this.unsaved.addHomes(to, (row) => this.#table.at(row).conversationId)
  }

  /** Puts back a conversation's calls; totals are made of them from now on. `isCounted`: whoever counts calls knows them. */
  restore(conversationId: string, calls: Iterable<StoredCall>, isCounted: boolean): void {
    this.#totals.wake(conversationId)
    for (const stored of calls) {
      if (this.#table.find(stored.key) !== undefined) continue
      const call = this.#put(stored)
      if (!isCounted) this.#onCount(1, call)
    }
  }

  /** Forgets a conversation's calls for good. */
  forget(conversationId: string): void {
    this.#totals.wake(conversationId)
    for (const row of this.#table.forget(conversationId)) this.unsaved.forget(row)
    this.#open.delete(conversationId)
  }

  #openOf(conversationId: string): CallRow[] {
    return Array.from(this.#open.get(conversationId) ?? [], (row) => this.#table.at(row))
  }

  #put(stored: StoredCall): CallRow {
    const call = this.#table.add(stored, undefined)
    this.#totals.changed(call.conversationId)
    if (call.endMs === undefined && call.outcome === undefined && !call.abandoned) this.#reopen(call)
    this.#listener?.callChanged(call, false)
    return call
  }

  #add(stored: NewCall, target: string | undefined): CallRow {
    const call = this.#table.add(stored, target)
    this.#reopen(call)
    this.#totals.added(call)
    this.#changed(call, false)
    return call
  }

  #changed(call: CallRow, hasMoved: boolean): void {
    this.unsaved.changed(call.row)
    this.#listener?.callChanged(call, hasMoved)
  }

  #reopen({ conversationId, row }: CallRow): void {
    const open = this.#open.get(conversationId)
    if (open === undefined) this.#open.set(conversationId, new Set([row]))
    else open.add(row)
  }

  /** Answers whether it was open. */
  #close({ conversationId, row }: CallRow): boolean {
    return this.#open.get(conversationId)?.delete(row) === true
  }

  #move(call: CallRow, conversationId: string): void {
    if (call.conversationId === conversationId) return
    this.unsaved.left(call.conversationId, call.key)
    const wasOpen = this.#close(call)
    this.#table.leave(call)
    this.#listener?.callLeaves(call)
    this.#table.join(call, conversationId)
    this.#totals.changed(conversationId)
    if (wasOpen) this.#reopen(call)
  }
}

type NewCall = Omit<StoredCall, "kind">

function newStart({ conversationId, subagentId, name, timeMs }: ToolStarted, key: number): NewCall {
  return {
    key,
    conversationId,
    subagentId,
    name,
    startMs: timeMs,
    endMs: undefined,
    outcome: undefined,
    durationMs: undefined,
    abandoned: false,
    wasAsked: false,
  }
}

function newEnd(fact: ToolEnded, key: number): NewCall {
  const { conversationId, subagentId, name = "", startedMs, timeMs, outcome, durationMs, wasAsked = false } = fact
  return {
    key,
    conversationId,
    subagentId,
    name,
    startMs: startedMs,
    endMs: timeMs,
    outcome,
    durationMs: validDuration(durationMs),
    abandoned: false,
    wasAsked,
  }
}

function byStart(a: ToolCall, b: ToolCall): number {
  return (a.startMs ?? 0) - (b.startMs ?? 0)
}

function validDuration(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : recordableMs(ms)
}

function largest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.max(a, b)
}
