// The memory of intervals: one row each, in columns, found by key and by conversation.

import { NO_PLACE } from "./clock-samples.ts"
import { makeRoom } from "./columns.ts"
import { Interned } from "./interned.ts"
import { KeyedRows } from "./keyed-rows.ts"
import type { Span } from "./spans.ts"
import type { StoredSpan } from "./stored-entry.ts"

const FIRST_CAPACITY = 64

const IS_ESTIMATED = 1
const IS_CUT = 2

const WORDS: readonly StoredSpan["what"][] = ["model", "permission", "turn", "idle"]
const TURN = WORDS.indexOf("turn")

/** All that rows are made of. An active part that is not known is NaN. */
class Data {
  readonly rows = new KeyedRows()
  readonly columns = {
    startMs: new Float64Array(FIRST_CAPACITY),
    endMs: new Float64Array(FIRST_CAPACITY),
    activeMs: new Float64Array(FIRST_CAPACITY),
    place: new Int32Array(FIRST_CAPACITY),
    subagent: new Uint32Array(FIRST_CAPACITY),
    model: new Uint32Array(FIRST_CAPACITY),
    what: new Uint8Array(FIRST_CAPACITY),
    flags: new Uint8Array(FIRST_CAPACITY),
  }
  readonly subagents = new Interned()
  readonly models = new Interned()
}

export class SpanTable {
  readonly #data = new Data()

  /** Adds a span, whose key is not there. */
  add(stored: StoredSpan): SpanRow {
    const { columns, rows } = this.#data
    const row = rows.add(stored.key, stored.conversationId)
    makeRoom(columns, row)
    columns.what[row] = WORDS.indexOf(stored.what)
    columns.place[row] = NO_PLACE
    const span = this.at(row)
    span.become(stored)
    return span
  }

  at(row: number): SpanRow {
    return new SpanRow(row, this.#data)
  }

  find(key: number): SpanRow | undefined {
    const row = this.#data.rows.find(key)
    return row === undefined ? undefined : this.at(row)
  }

  /** A conversation's spans. */
  of(conversationId: string): SpanRow[] {
    return this.#data.rows.of(conversationId).map((row) => this.at(row))
  }

  /** Time at work in a conversation's turns, but for subagents'; undefined where none of them tells it. */
  activeMs(conversationId: string): number | undefined {
    const { rows, columns } = this.#data
    let sum: number | undefined
    for (const row of rows.of(conversationId)) {
      const ms = columns.activeMs[row] ?? Number.NaN
      const isMainTurn = columns.what[row] === TURN && columns.subagent[row] === 0
      if (isMainTurn && !Number.isNaN(ms)) sum = (sum ?? 0) + ms
    }
    return sum
  }

  /** Takes a span out of its conversation, whose it still is until it joins another. */
  leave({ row }: SpanRow): void {
    this.#data.rows.leave(row)
  }

  join({ row }: SpanRow, conversationId: string): void {
    this.#data.rows.join(row, conversationId)
  }

  /** Forgets a conversation's spans and answers their rows, for as long as none is added. */
  forget(conversationId: string): readonly number[] {
    return this.#data.rows.forget(conversationId)
  }
}

/** A span where it is kept: whoever holds one sees it change. A span may be held several times; that two are the same is told by their keys. */
export class SpanRow implements Span {
  readonly row: number
  readonly #data: Data

  constructor(row: number, data: Data) {
    this.row = row
    this.#data = data
  }

  get key(): number {
    return this.#data.rows.keyOf(this.row)
  }

  get what(): StoredSpan["what"] {
    return WORDS[this.#data.columns.what[this.row] ?? 0] ?? "model"
  }

  get conversationId(): string {
    return this.#data.rows.conversationOf(this.row)
  }

  get subagentId(): string | undefined {
    return this.#data.subagents.value(this.#data.columns.subagent[this.row] ?? 0)
  }

  get model(): string {
    return this.#data.models.value(this.#data.columns.model[this.row] ?? 0) ?? ""
  }

  get startMs(): number {
    return this.#data.columns.startMs[this.row] ?? 0
  }

  get endMs(): number {
    return this.#data.columns.endMs[this.row] ?? 0
  }

  get activeMs(): number | undefined {
    const ms = this.#data.columns.activeMs[this.row] ?? Number.NaN
    return Number.isNaN(ms) ? undefined : ms
  }

  get isEstimated(): boolean {
    return ((this.#data.columns.flags[this.row] ?? 0) & IS_ESTIMATED) !== 0
  }

  get isCut(): boolean {
    return ((this.#data.columns.flags[this.row] ?? 0) & IS_CUT) !== 0
  }

  get place(): number {
    return this.#data.columns.place[this.row] ?? NO_PLACE
  }

  set place(place: number) {
    this.#data.columns.place[this.row] = place
  }

  /** Takes over all but what it is, its key and its conversation. */
  become({ subagentId, model, startMs, endMs, activeMs, isEstimated, isCut }: StoredSpan): void {
    const { columns, subagents, models } = this.#data
    columns.subagent[this.row] = subagentId === undefined ? 0 : subagents.number(subagentId, () => subagentId)
    columns.model[this.row] = models.number(model, () => model)
    columns.startMs[this.row] = startMs
    columns.endMs[this.row] = endMs
    columns.activeMs[this.row] = activeMs ?? Number.NaN
    columns.flags[this.row] = (isEstimated ? IS_ESTIMATED : 0) | (isCut ? IS_CUT : 0)
  }

  /** As a store keeps it. */
  stored(): StoredSpan {
    const { what, key, conversationId, subagentId, model, startMs, endMs, isEstimated, isCut, activeMs } = this
    return { kind: "span", what, key, conversationId, subagentId, model, startMs, endMs, isEstimated, isCut, activeMs }
  }
}
