// Tool calls, paired and counted once each whatever file and order their two ends were read in.
// Open calls stay visible as such; what is learnt later about a call revises what was counted.

import { addCall, addEnd, packTotals, type ToolTotals, unpackTotals } from "./tool-totals.ts"
import type { ToolEnded, ToolOutcome, ToolStarted } from "../domain/facts.ts"
import { NO_PLACE } from "./clock-samples.ts"
import { keyHash } from "./key-hash.ts"
import { recordableMs } from "./latency.ts"
import type { StoredCall, StoredEntry } from "./stored-entry.ts"
import { Unsaved } from "./unsaved.ts"

/** One call. A call known only by its end has no `startMs` until its start is read. */
export interface ToolCall {
  /** Hash of its id. */
  readonly key: number
  conversationId: string
  subagentId: string | undefined
  name: string
  target: string | undefined
  startMs: number | undefined
  endMs: number | undefined
  outcome: ToolOutcome | undefined
  durationMs: number | undefined
  /** The turn it ran in is over and no end was written: it is neither running nor judged. */
  abandoned: boolean
  /** A person was asked before it ran. */
  wasAsked: boolean
  /** Where the sample of its run is. */
  place: number
}

/** Hears of changes that may show in a clock. */
export interface CallListener {
  /** `hasMoved`: its times are other ones than they were before. */
  callChanged(call: ToolCall, hasMoved: boolean): void
  /** It is no longer among the calls of its conversation, and goes to another. */
  callLeaves(call: ToolCall): void
}

/** Hears of every call that is counted (`sign` 1) or about to change (`sign` -1). */
export type CallCounter = (sign: 1 | -1, call: ToolCall) => void

/** What is kept of a conversation's calls where they are not in memory themselves; plain data, and little of it, for there are many. */
export interface KeptCalls {
  readonly calls: number
  /** As `packTotals` writes them. */
  readonly totals: string
  readonly open: readonly StoredCall[]
}

const NONE_OPEN: readonly StoredCall[] = []

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
  readonly #calls = new Map<number, ToolCall>()
  readonly #byConversation = new Map<string, ToolCall[]>()
  readonly #open = new Map<string, Set<ToolCall>>()
  /** Totals that were asked for, kept up while calls start and end for the first time; any other change has them summed up anew. */
  readonly #totals = new Map<string, Map<string, ToolTotals>>()
  /** Totals of conversations whose calls are not in memory. */
  readonly #kept = new Map<string, KeptCalls>()
  #keptSize = 0
  /** Calls that changed since a store last asked. */
  readonly unsaved = new Unsaved<ToolCall>("call-left")

  constructor(listener?: CallListener, onCount: CallCounter = () => {}) {
    this.#listener = listener
    this.#onCount = onCount
  }

  get size(): number {
    return this.#calls.size + this.#keptSize
  }

  /** Conversations whose calls, and with them all else that is read with them, are not in memory. */
  get restingCount(): number {
    return this.#kept.size
  }

  isAtRest(conversationId: string): boolean {
    return this.#kept.has(conversationId)
  }

  started(fact: ToolStarted): ToolCall | undefined {
    const key = keyHash(fact.callId)
    return this.#counting(key, () => this.#started(fact, key))
  }

  ended(fact: ToolEnded): ToolCall | undefined {
    const key = keyHash(fact.callId)
    return this.#counting(key, () => this.#ended(fact, key))
  }

  /** Takes a call out of what was counted, has it changed, and counts it as it then is. */
  #counting(key: number, change: () => ToolCall | undefined): ToolCall | undefined {
    const before = this.#calls.get(key)
    if (before !== undefined) this.#onCount(-1, before)
    const changed = change()
    const after = before ?? changed
    if (after !== undefined) this.#onCount(1, after)
    return changed
  }

  #started(fact: ToolStarted, key: number): ToolCall | undefined {
    const call = this.#calls.get(key)
    if (call === undefined) {
      return this.#add({
        key,
        conversationId: this.#sameId(fact.conversationId),
        subagentId: fact.subagentId,
        name: fact.name,
        target: fact.target,
        startMs: fact.timeMs,
        endMs: undefined,
        outcome: undefined,
        durationMs: undefined,
        abandoned: false,
        wasAsked: false,
        place: NO_PLACE,
      })
    }
    const hadStart = call.startMs !== undefined
    const known = call.startMs !== undefined && call.startMs <= fact.timeMs
    if (known && (call.target !== undefined || fact.target === undefined)) return undefined
    if (!known) {
      this.#totals.delete(call.conversationId)
      call.startMs = fact.timeMs
      call.name = fact.name
      call.subagentId = fact.subagentId
      this.#move(call, fact.conversationId)
    }
    call.target ??= fact.target
    this.#changed(call, hadStart)
    return call
  }

  #ended(fact: ToolEnded, key: number): ToolCall | undefined {
    let call = this.#calls.get(key)
    if (call === undefined) {
      call = this.#add({
        key,
        conversationId: this.#sameId(fact.conversationId),
        subagentId: fact.subagentId,
        name: fact.name ?? "",
        target: undefined,
        startMs: fact.startedMs,
        endMs: fact.timeMs,
        outcome: fact.outcome,
        durationMs: validDuration(fact.durationMs),
        abandoned: false,
        wasAsked: fact.wasAsked === true,
        place: NO_PLACE,
      })
      this.#close(call)
      return call
    }
    const before = endOf(call)
    const hadEnd = call.endMs !== undefined
    const isFirstEnd = call.outcome === undefined && call.name !== ""
    call.endMs = call.endMs === undefined ? fact.timeMs : Math.min(call.endMs, fact.timeMs)
    if (call.outcome === undefined || RANK[fact.outcome] > RANK[call.outcome]) call.outcome = fact.outcome
    call.durationMs = largest(call.durationMs, validDuration(fact.durationMs))
    call.startMs ??= fact.startedMs
    if (call.name === "" && fact.name !== undefined) call.name = fact.name
    if (fact.wasAsked === true) call.wasAsked = true
    call.abandoned = false
    this.#close(call)
    if (before === endOf(call)) return undefined
    const totals = this.#totals.get(call.conversationId)?.get(call.name)
    if (isFirstEnd && totals !== undefined) addEnd(totals, call)
    else this.#totals.delete(call.conversationId)
    this.#changed(call, hadEnd)
    return call
  }

  /** Ends what an agent left open when its turn stopped at `timeMs`: such calls no longer run and are not judged. */
  abandon(conversationId: string, subagentId: string | undefined, timeMs: number): void {
    for (const call of this.#open.get(conversationId) ?? []) {
      if (call.subagentId === subagentId && (call.startMs ?? 0) <= timeMs) {
        call.abandoned = true
        this.#close(call)
        this.unsaved.changed(call)
      }
    }
  }

  /** Ends all that a conversation left open when its agent was gone. */
  abandonAll(conversationId: string, timeMs: number): void {
    const agents = new Set([...(this.#open.get(conversationId) ?? [])].map(({ subagentId }) => subagentId))
    for (const subagentId of agents) this.abandon(conversationId, subagentId, timeMs)
  }

  /** Whether an agent has a call without an end. */
  isOpen(conversationId: string, subagentId: string | undefined): boolean {
    for (const call of this.#open.get(conversationId) ?? []) if (call.subagentId === subagentId) return true
    return false
  }

  /** Calls without an end, oldest first. */
  open(conversationId: string): readonly ToolCall[] {
    return [...(this.#open.get(conversationId) ?? [])].sort((a, b) => (a.startMs ?? 0) - (b.startMs ?? 0))
  }

  /** All calls in memory, unordered. */
  of(conversationId: string): Iterable<ToolCall> {
    return this.#byConversation.get(conversationId) ?? []
  }

  /** Totals by tool name. They change as calls do: read them at once. */
  totals(conversationId: string): ReadonlyMap<string, ToolTotals> {
    const kept = this.#kept.get(conversationId)
    if (kept !== undefined) return unpackTotals(kept.totals)
    let totals = this.#totals.get(conversationId)
    if (totals === undefined) {
      this.#totals.set(conversationId, (totals = new Map()))
      for (const call of this.#byConversation.get(conversationId) ?? []) addCall(totals, call)
    }
    return totals
  }

  /** A call that is in memory. */
  callOf(callId: string): Readonly<ToolCall> | undefined {
    return this.#calls.get(keyHash(callId))
  }

  /** The conversation of the call of an id's hash; undefined where that is not in memory. */
  homeOf(key: number): string | undefined {
    return this.#calls.get(key)?.conversationId
  }

  /** Adds what changed since the last time to `to`, by conversation. */
  takeUnsaved(to: Map<string, StoredEntry[]>): void {
    this.unsaved.take(to, (call) => ({ home: call.conversationId, entries: [storedCall(call)] }))
  }

  /** What a store keeps beside the calls themselves. */
  kept(conversationId: string): KeptCalls {
    return (
      this.#kept.get(conversationId) ?? {
        calls: this.#byConversation.get(conversationId)?.length ?? 0,
        totals: packTotals(this.totals(conversationId)),
        open: this.open(conversationId).map(storedCall),
      }
    )
  }

  /** Puts back totals alone; open calls are there as if nothing had happened. */
  restoreKept(conversationId: string, kept: KeptCalls): void {
    this.#kept.set(conversationId, kept.open.length === 0 ? { ...kept, open: NONE_OPEN } : kept)
    this.#keptSize += kept.calls - kept.open.length
    for (const call of kept.open) this.#put(call)
  }

  /** Lets a conversation's calls go, which a store keeps; its totals stay, and so do open calls. */
  rest(conversationId: string): void {
    const kept = this.kept(conversationId)
    const open = this.open(conversationId)
    for (const { key } of this.of(conversationId)) this.#calls.delete(key)
    for (const call of open) {
      call.place = NO_PLACE
      this.#calls.set(call.key, call)
    }
    if (open.length === 0) this.#byConversation.delete(conversationId)
    else this.#byConversation.set(conversationId, [...open])
    this.#totals.delete(conversationId)
    this.#kept.set(conversationId, kept)
    this.#keptSize += kept.calls - open.length
  }

  /** Adds the conversations that a store has to write calls of to `to`. */
  addUnsavedHomes(to: Set<string>): void {
    this.unsaved.addHomes(to, (call) => call.conversationId)
  }

  /** Puts back a conversation's calls; totals are made of them from now on. `isCounted`: whoever counts calls knows them. */
  restore(conversationId: string, calls: Iterable<StoredCall>, isCounted: boolean): void {
    this.#dropKept(conversationId)
    for (const call of calls) {
      if (this.#calls.has(call.key)) continue
      const put = this.#put(call)
      if (!isCounted) this.#onCount(1, put)
    }
  }

  /** Forgets a conversation's calls for good. */
  forget(conversationId: string): void {
    this.#dropKept(conversationId)
    for (const call of this.#byConversation.get(conversationId) ?? []) {
      this.#calls.delete(call.key)
      this.unsaved.forget(call)
    }
    this.#byConversation.delete(conversationId)
    this.#open.delete(conversationId)
    this.#totals.delete(conversationId)
  }

  #dropKept(conversationId: string): void {
    const kept = this.#kept.get(conversationId)
    if (kept === undefined) return
    this.#kept.delete(conversationId)
    this.#keptSize -= kept.calls - kept.open.length
  }

  /** Every fact may bring a text of its own: the calls of a conversation share one. */
  #sameId(conversationId: string): string {
    return this.#byConversation.get(conversationId)?.[0]?.conversationId ?? conversationId
  }

  #put(stored: StoredCall): ToolCall {
    const { key, conversationId, subagentId, name, startMs, endMs, outcome, durationMs, abandoned, wasAsked } = stored
    // Member by member, in the order of those that are added: all calls are of one shape.
    const call: ToolCall = {
      key,
      conversationId,
      subagentId,
      name,
      target: undefined,
      startMs,
      endMs,
      outcome,
      durationMs,
      abandoned,
      wasAsked,
      place: NO_PLACE,
    }
    this.#totals.delete(call.conversationId)
    this.#calls.set(call.key, call)
    listOf(this.#byConversation, call.conversationId).push(call)
    if (call.endMs === undefined && call.outcome === undefined && !call.abandoned) setOf(this.#open, call.conversationId).add(call)
    this.#listener?.callChanged(call, false)
    return call
  }

  #add(call: ToolCall): ToolCall {
    this.#calls.set(call.key, call)
    listOf(this.#byConversation, call.conversationId).push(call)
    setOf(this.#open, call.conversationId).add(call)
    const totals = this.#totals.get(call.conversationId)
    if (totals !== undefined) addCall(totals, call)
    this.#changed(call, false)
    return call
  }

  #changed(call: ToolCall, hasMoved: boolean): void {
    this.unsaved.changed(call)
    this.#listener?.callChanged(call, hasMoved)
  }

  #close(call: ToolCall): void {
    this.#open.get(call.conversationId)?.delete(call)
  }

  #move(call: ToolCall, conversationId: string): void {
    if (call.conversationId === conversationId) return
    this.unsaved.left(call.conversationId, call.key)
    const neighbours = listOf(this.#byConversation, call.conversationId)
    neighbours.splice(neighbours.indexOf(call), 1)
    this.#listener?.callLeaves(call)
    const wasOpen = this.#open.get(call.conversationId)?.delete(call) === true
    call.conversationId = conversationId
    this.#totals.delete(conversationId)
    listOf(this.#byConversation, conversationId).push(call)
    if (wasOpen) setOf(this.#open, conversationId).add(call)
  }
}

function endOf({ endMs, outcome, durationMs, name, wasAsked }: ToolCall): string {
  return `${endMs} ${outcome} ${durationMs} ${name} ${wasAsked}`
}

function storedCall({ target: _target, place: _place, ...call }: ToolCall): StoredCall {
  return { kind: "call", ...call }
}

/** As measured by the agent, else end minus start; undefined for what cannot be a duration (clocks jump). */
export function durationOf(call: ToolCall): number | undefined {
  if (call.durationMs !== undefined) return call.durationMs
  if (call.startMs === undefined || call.endMs === undefined) return undefined
  return validDuration(call.endMs - call.startMs)
}

function validDuration(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : recordableMs(ms)
}

function largest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.max(a, b)
}

function setOf<K, V>(map: Map<K, Set<V>>, key: K): Set<V> {
  let set = map.get(key)
  if (set === undefined) map.set(key, (set = new Set()))
  return set
}

function listOf<K, V>(map: Map<K, V[]>, key: K): V[] {
  let list = map.get(key)
  if (list === undefined) map.set(key, (list = []))
  return list
}
