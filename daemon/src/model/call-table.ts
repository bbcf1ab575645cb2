// The memory of tool calls: one row each, in columns, found by key and by conversation.

import type { ToolOutcome } from "../domain/facts.ts"
import { NO_PLACE } from "./clock-samples.ts"
import { makeRoom } from "./columns.ts"
import { Interned } from "./interned.ts"
import { KeyedRows } from "./keyed-rows.ts"
import type { StoredCall } from "./stored-entry.ts"
import type { ToolCall } from "./tool-call.ts"

const FIRST_CAPACITY = 64

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
  readonly rows = new KeyedRows()
  readonly columns = {
    startMs: new Float64Array(FIRST_CAPACITY),
    endMs: new Float64Array(FIRST_CAPACITY),
    durationMs: new Int32Array(FIRST_CAPACITY),
    place: new Int32Array(FIRST_CAPACITY),
    waitPlace: new Int32Array(FIRST_CAPACITY),
    subagent: new Uint32Array(FIRST_CAPACITY),
    name: new Uint32Array(FIRST_CAPACITY),
    outcome: new Uint8Array(FIRST_CAPACITY),
    flags: new Uint8Array(FIRST_CAPACITY),
  }
  readonly targets: (string | undefined)[] = []
  readonly subagents = new Interned()
  readonly names = new Interned()
}

export class CallTable {
  readonly #data = new Data()

  /** Calls that are there. */
  get size(): number {
    return this.#data.rows.size
  }

  /** Adds a call, whose key is not there. */
  add(stored: Omit<StoredCall, "kind">, target: string | undefined): CallRow {
    const { columns, targets, rows } = this.#data
    const row = rows.add(stored.key, stored.conversationId)
    makeRoom(columns, row)
    targets[row] = target
    columns.place[row] = NO_PLACE
    columns.waitPlace[row] = NO_PLACE
    const call = this.at(row)
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
    const row = this.#data.rows.find(key)
    return row === undefined ? undefined : this.at(row)
  }

  /** A conversation's calls. */
  of(conversationId: string): CallRow[] {
    return this.#data.rows.of(conversationId).map((row) => this.at(row))
  }

  /** Takes a call out of its conversation, whose it still is until it joins another. */
  leave({ row }: CallRow): void {
    this.#data.rows.leave(row)
  }

  join({ row }: CallRow, conversationId: string): void {
    this.#data.rows.join(row, conversationId)
  }

  /** Forgets a conversation's calls but those in these rows; answers the rows of the others, for as long as none is added. */
  forget(conversationId: string, stay?: ReadonlySet<number>): readonly number[] {
    const rows = this.#data.rows.forget(conversationId, stay)
    for (const row of rows) this.#data.targets[row] = undefined
    return rows
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
    return this.#data.rows.keyOf(this.row)
  }

  get conversationId(): string {
    return this.#data.rows.conversationOf(this.row)
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
