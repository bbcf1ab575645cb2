// The memory of tool calls: one row each, in columns, found by key and by conversation.

import type { ToolOutcome } from "../domain/facts.ts"
import { NO_PLACE } from "./clock-samples.ts"
import { makeRoom } from "./columns.ts"
import { Interned } from "./interned.ts"
import { RowChains } from "./row-chains.ts"
import { RowIndex } from "./row-index.ts"
import { RowNumbers } from "./row-numbers.ts"
import type { StoredCall } from "./stored-entry.ts"
import type { ToolCall } from "./tool-call.ts"

const FIRST_CAPACITY = 64
const NONE: ReadonlySet<number> = new Set()

const IS_ABANDONED = 1
const WAS_ASKED = 2

/** 0 stands for none. */
const OUTCOMES: readonly (ToolOutcome | undefined)[] = [
  undefined,
  "ok",
  "failed",
  "command-failed",
  "model-error",
  "timeout",
  "denied",
  "rejected",
  "interrupted",
  "cancelled",
  "background",
]

/** All that rows are made of. Times that are not known are NaN, durations -1. */
class Data {
  readonly columns = {
    key: new Float64Array(FIRST_CAPACITY),
    startMs: new Float64Array(FIRST_CAPACITY),
    endMs: new Float64Array(FIRST_CAPACITY),
    durationMs: new Int32Array(FIRST_CAPACITY),
    place: new Int32Array(FIRST_CAPACITY),
    waitPlace: new Int32Array(FIRST_CAPACITY),
    conversation: new Uint32Array(FIRST_CAPACITY),
    subagent: new Uint32Array(FIRST_CAPACITY),
    name: new Uint32Array(FIRST_CAPACITY),
    outcome: new Uint8Array(FIRST_CAPACITY),
    flags: new Uint8Array(FIRST_CAPACITY),
  }
  readonly targets: (string | undefined)[] = []
  readonly conversations = new Interned()
  readonly subagents = new Interned()
  readonly names = new Interned()
}

export class CallTable {
  readonly #data = new Data()
  readonly #index = new RowIndex((row) => this.#data.columns.key[row] ?? 0)
  readonly #chains = new RowChains()
  readonly #rows = new RowNumbers()

  /** Calls that are there. */
  get size(): number {
    return this.#index.size
  }

  /** Adds a call, whose key is not there. */
  add(stored: Omit<StoredCall, "kind">, target: string | undefined): CallRow {
    const { columns, targets } = this.#data
    const row = this.#rows.take()
    makeRoom(columns, row)
    targets[row] = target
    columns.key[row] = stored.key
    columns.place[row] = NO_PLACE
    columns.waitPlace[row] = NO_PLACE
    this.#index.add(row)
    const call = this.at(row)
    this.join(call, stored.conversationId)
    call.subagentId = stored.subagentId
    call.name = stored.name
    call.startMs = stored.startMs
    call.endMs = stored.endMs
    call.outcome = stored.outcome
    call.durationMs = stored.durationMs
    call.abandoned = stored.abandoned
    call.wasAsked = stored.wasAsked
    return call
  }

  at(row: number): CallRow {
    return new CallRow(row, this.#data)
  }

  find(key: number): CallRow | undefined {
    const row = this.#index.find(key)
    return row === undefined ? undefined : this.at(row)
  }

  /** A conversation's calls. */
  of(conversationId: string): CallRow[] {
    return this.#chains.of(this.#data.conversations.known(conversationId)).map((row) => this.at(row))
  }

  /** Takes a call out of its conversation, whose it still is until it joins another. */
  leave({ row }: CallRow): void {
    this.#chains.remove(this.#data.columns.conversation[row] ?? 0, row)
  }

  join({ row }: CallRow, conversationId: string): void {
    const { columns, conversations } = this.#data
    const conversation = conversations.number(conversationId, () => conversationId)
    columns.conversation[row] = conversation
    this.#chains.add(conversation, row)
  }

  /** Forgets a conversation's calls but those in these rows, and answers them, for as long as none is added. */
  forget(conversationId: string, stay: ReadonlySet<number> = NONE): readonly CallRow[] {
    const calls = this.of(conversationId).filter(({ row }) => !stay.has(row))
    for (const call of calls) {
      this.#index.remove(call.key)
      this.leave(call)
      call.target = undefined
      this.#rows.giveBack(call.row)
    }
    return calls
  }
}

/** A call where it is kept: whoever holds one sees it change. A call may be held several times; that two are the same is told by their rows. */
export class CallRow implements ToolCall {
  readonly row: number
  readonly #data: Data

  constructor(row: number, data: Data) {
    this.row = row
    this.#data = data
  }

  get key(): number {
    return this.#data.columns.key[this.row] ?? 0
  }

  get conversationId(): string {
    return this.#data.conversations.value(this.#data.columns.conversation[this.row] ?? 0) ?? ""
  }

  get subagentId(): string | undefined {
    return this.#data.subagents.value(this.#data.columns.subagent[this.row] ?? 0)
  }

  set subagentId(id: string | undefined) {
    this.#data.columns.subagent[this.row] = id === undefined ? 0 : this.#data.subagents.number(id, () => id)
  }

  get name(): string {
    return this.#data.names.value(this.#data.columns.name[this.row] ?? 0) ?? ""
  }

  set name(name: string) {
    this.#data.columns.name[this.row] = this.#data.names.number(name, () => name)
  }

  get target(): string | undefined {
    return this.#data.targets[this.row]
  }

  set target(target: string | undefined) {
    this.#data.targets[this.row] = target
  }

  get startMs(): number | undefined {
    return known(this.#data.columns.startMs[this.row])
  }

  set startMs(ms: number | undefined) {
    this.#data.columns.startMs[this.row] = ms ?? Number.NaN
  }

  get endMs(): number | undefined {
    return known(this.#data.columns.endMs[this.row])
  }

  set endMs(ms: number | undefined) {
    this.#data.columns.endMs[this.row] = ms ?? Number.NaN
  }

  get outcome(): ToolOutcome | undefined {
    return OUTCOMES[this.#data.columns.outcome[this.row] ?? 0]
  }

  set outcome(outcome: ToolOutcome | undefined) {
    this.#data.columns.outcome[this.row] = OUTCOMES.indexOf(outcome)
  }

  get durationMs(): number | undefined {
    const ms = this.#data.columns.durationMs[this.row] ?? -1
    return ms < 0 ? undefined : ms
  }

  /** A whole number. */
  set durationMs(ms: number | undefined) {
    this.#data.columns.durationMs[this.row] = ms ?? -1
  }

  get abandoned(): boolean {
    return this.#has(IS_ABANDONED)
  }

  set abandoned(isSo: boolean) {
    this.#flag(IS_ABANDONED, isSo)
  }

  get wasAsked(): boolean {
    return this.#has(WAS_ASKED)
  }

  set wasAsked(isSo: boolean) {
    this.#flag(WAS_ASKED, isSo)
  }

  get place(): number {
    return this.#data.columns.place[this.row] ?? NO_PLACE
  }

  set place(place: number) {
    this.#data.columns.place[this.row] = place
  }

  get waitPlace(): number {
    return this.#data.columns.waitPlace[this.row] ?? NO_PLACE
  }

  set waitPlace(place: number) {
    this.#data.columns.waitPlace[this.row] = place
  }

  /** As a store keeps it: what it works on is the user's text. */
  stored(): StoredCall {
    const { key, conversationId, subagentId, name, startMs, endMs, outcome, durationMs, abandoned, wasAsked } = this
    return { kind: "call", key, conversationId, subagentId, name, startMs, endMs, outcome, durationMs, abandoned, wasAsked }
  }

  #has(flag: number): boolean {
    return ((this.#data.columns.flags[this.row] ?? 0) & flag) !== 0
  }

  #flag(flag: number, isSet: boolean): void {
    const flags = this.#data.columns.flags[this.row] ?? 0
    this.#data.columns.flags[this.row] = isSet ? flags | flag : flags & ~flag
  }
}

function known(ms: number | undefined): number | undefined {
  return ms === undefined || Number.isNaN(ms) ? undefined : ms
}
