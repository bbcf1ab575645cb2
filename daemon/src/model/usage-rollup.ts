// What was used, summed up by conversation, agent in it, model and quarter of an hour: fine enough for the days of every time zone, and so
// much smaller than the requests that a report over years is a walk over these sums alone. Kept up to date by the ledger's bookings.

import { addUsage, NO_USAGE, type TokenUsage, type UsageSum } from "../domain/usage.ts"
import type { Certainty, Price } from "./prices/price-book.ts"
import type { LedgerRequest } from "./request-table.ts"
import { Texts } from "./texts.ts"

/** Length of a slot in milliseconds: offsets of time zones are whole quarters of an hour. */
export const SLOT_MS = 900_000

/** Where a sum belongs. */
export interface UsageKey {
  readonly conversationId: string
  /** Undefined for the main agent. */
  readonly subagentId: string | undefined
  /** As the agent reports it. */
  readonly model: string
  /** Quarters of an hour since 1970, UTC. */
  readonly slot: number
}

/** Sums of one key. Plain data, so that a store can keep it. */
export interface UsageSums extends UsageKey {
  readonly tokens: TokenUsage
  /** The priced part, in billionths of a US dollar. */
  readonly nanosUsd: bigint
  /** Requests; calls inside a request are not counted, but their tokens and cost stand under their own model. */
  readonly requests: number
  /** Requests and calls inside requests that were booked; a row that has none left is gone. */
  readonly bookings: number
  /** Bookings whose price rests on an assumption. */
  readonly estimated: number
  /** Bookings without a price. */
  readonly unpriced: number
}

interface Row extends UsageSums {
  readonly tokens: UsageSum
  nanosUsd: bigint
  requests: number
  bookings: number
  estimated: number
  unpriced: number
}

export class UsageRollup {
  readonly #conversations = new Map<string, Row[]>()
  /** The same by their keys, of conversations in which one was looked for: nobody does where nothing is booked. */
  readonly #byKey = new Map<string, Map<string, Row>>()
  readonly #models = new Texts()
  /** Neighbours mostly share a row, so the last one is tried first. */
  #last: Row | undefined

  /** Books a request (`sign` 1) or takes it back (`sign` -1). */
  book(sign: 1 | -1, request: LedgerRequest, price: Price): void {
    const { conversationId, subagentId, timeMs, factors } = request
    const slot = Math.floor(timeMs / SLOT_MS)
    const [own = price, ...inner] = price.parts ?? [price]
    const row = this.#row(conversationId, subagentId, request.model, slot)
    row.requests += sign
    this.#add(row, sign, request.usage, own)
    for (const [index, call] of (factors?.innerCalls ?? []).entries()) {
      this.#add(this.#row(conversationId, subagentId, call.model, slot), sign, call.usage, inner[index] ?? FREE)
    }
  }

  /** All sums, conversation by conversation. */
  *rows(): Generator<UsageSums> {
    for (const list of this.#conversations.values()) yield* list
  }

  /** The sums of one conversation. */
  *rowsOf(conversationId: string): Generator<UsageSums> {
    yield* this.#conversations.get(conversationId) ?? []
  }

  /** Puts back what a store kept of a conversation, in place of what was there before. */
  restore(conversationId: string, rows: readonly UsageSums[]): void {
    this.#drop(conversationId)
    if (rows.length === 0) return
    const list = rows.map((row): Row => {
      const { subagentId, slot, tokens, nanosUsd, requests, bookings, estimated, unpriced } = row
      const model = this.#models.same(row.model)
      // Member by member, as new rows are made: a spread would keep some of them apart, in an object of their own.
      return { conversationId, subagentId, model, slot, tokens: { ...tokens }, nanosUsd, requests, bookings, estimated, unpriced }
    })
    this.#conversations.set(conversationId, list)
  }

  /** Forgets the rows that `isMeant` names. */
  forget(isMeant: (row: UsageSums) => boolean): void {
    for (const [conversationId, rows] of this.#conversations) {
      const list = rows.filter((row) => !isMeant(row))
      if (list.length === rows.length) continue
      this.#drop(conversationId)
      if (list.length > 0) this.#conversations.set(conversationId, list)
    }
  }

  #add(row: Row, sign: 1 | -1, usage: TokenUsage, { nanosUsd, certainty }: Amount): void {
    addUsage(row.tokens, usage, sign)
    row.nanosUsd += sign === 1 ? nanosUsd : -nanosUsd
    row.bookings += sign
    if (certainty === "estimated") row.estimated += sign
    else if (certainty === "unpriced") row.unpriced += sign
    if (row.bookings === 0) this.#leave(row)
  }

  #row(conversationId: string, subagentId: string | undefined, model: string, slot: number): Row {
    const last = this.#last
    if (last?.slot === slot && last.conversationId === conversationId && last.model === model && last.subagentId === subagentId) return last
    const byKey = this.#keysOf(conversationId)
    const key = keyOf(subagentId, model, slot)
    let row = byKey.get(key)
    if (row === undefined) {
      row = {
        conversationId,
        subagentId,
        model,
        slot,
        tokens: { ...NO_USAGE },
        nanosUsd: 0n,
        requests: 0,
        bookings: 0,
        estimated: 0,
        unpriced: 0,
      }
      this.#listOf(conversationId).push(row)
      byKey.set(key, row)
    }
    this.#last = row
    return row
  }

  #listOf(conversationId: string): Row[] {
    let list = this.#conversations.get(conversationId)
    if (list === undefined) this.#conversations.set(conversationId, (list = []))
    return list
  }

  #keysOf(conversationId: string): Map<string, Row> {
    let byKey = this.#byKey.get(conversationId)
    if (byKey === undefined) {
      byKey = new Map(this.#listOf(conversationId).map((row) => [keyOf(row.subagentId, row.model, row.slot), row]))
      this.#byKey.set(conversationId, byKey)
    }
    return byKey
  }

  #leave(row: Row): void {
    if (this.#last === row) this.#last = undefined
    const list = this.#listOf(row.conversationId)
    this.#keysOf(row.conversationId).delete(keyOf(row.subagentId, row.model, row.slot))
    list.splice(list.indexOf(row), 1)
    if (list.length === 0) this.#drop(row.conversationId)
  }

  #drop(conversationId: string): void {
    if (this.#last?.conversationId === conversationId) this.#last = undefined
    this.#conversations.delete(conversationId)
    this.#byKey.delete(conversationId)
  }
}

interface Amount {
  readonly nanosUsd: bigint
  readonly certainty: Certainty
}

const FREE: Amount = { nanosUsd: 0n, certainty: "priced" }

function keyOf(subagentId: string | undefined, model: string, slot: number): string {
  return subagentId === undefined ? `${slot} ${model}` : `${slot} ${model}\0${subagentId}`
}
