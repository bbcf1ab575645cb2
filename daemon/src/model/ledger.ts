// Counts each billed request once, whatever files it was seen in, how often and in what order, and keeps what every conversation used
// and cost. A response is known by the agent's own id. Copies of it are merged to the field-wise maximum: early lines of old clients hold
// placeholders, forks copy lines, side chains replay them. Some gateways give every response the same id; there the HTTP request ids
// tell responses apart, if both are on the main chain and used different amounts.

import type { RequestSeen } from "../domain/facts.ts"
import { Account, type AccountState, type ConversationTotals } from "./account.ts"
import { keyHash } from "./key-hash.ts"
import type { Price, PriceBook } from "./prices/price-book.ts"
import { type LedgerRequest, RequestTable, requestTag } from "./request-table.ts"
import { RowIndex } from "./row-index.ts"
import { SHARED, type StoredEntry, type StoredRequest } from "./stored-entry.ts"
import { Texts } from "./texts.ts"
import { Unsaved } from "./unsaved.ts"

/**
 * The conversations whose totals a fact changed, each with the earliest time of a request that was booked or taken back: none for a copy that
 * said nothing new, two when a request changed its owner.
 */
export type LedgerDelta = Iterable<readonly [conversationId: string, timeMs: number]>

const NOTHING: LedgerDelta = []

/** Hears of every request that is booked (`sign` 1) or taken back (`sign` -1), with its price. */
export type BookingListener = (sign: 1 | -1, request: LedgerRequest, price: Price) => void

/** The copies of one key that came under several HTTP request ids. */
interface Variants {
  /** Rows by request tag. */
  readonly rows: Map<number, number>
  /** Rows on the main chain with a known request id, by what they used: two or more entries are so many requests. */
  readonly requests: Map<string, Set<number>>
}

export class Ledger {
  readonly #prices: PriceBook
  readonly #onBooking: BookingListener | undefined
  readonly #table = new RequestTable()
  /** The row that merges all copies of a key. */
  readonly #rows = new RowIndex((row) => this.#table.key(row))
  readonly #variants = new Map<number, Variants>()
  /** For a row that holds the copies of one request id: the row that merges them all. */
  readonly #allOf = new Map<number, number>()
  readonly #accounts = new Map<string, Account>()
  readonly #models = new Texts()
  /** Rows that changed since a store last asked. */
  readonly unsaved = new Unsaved<number>("request-left")
  #size = 0

  constructor(prices: PriceBook, onBooking?: BookingListener) {
    this.#prices = prices
    this.#onBooking = onBooking
  }

  /** Requests counted. */
  get size(): number {
    return this.#size
  }

  /** Learns one copy of a request. */
  see(fact: RequestSeen): LedgerDelta {
    const key = keyHash(fact.key)
    const row = this.#rows.find(key)
    if (row === undefined) {
      const added = this.#table.add(fact, key)
      this.#rows.add(added)
      this.unsaved.changed(added)
      this.#book(1, this.#table.request(added))
      return [[fact.conversationId, fact.timeMs]]
    }
    const tag = requestTag(fact.requestId)
    let variants = this.#variants.get(row)
    if (variants === undefined) {
      if (this.#table.tag(row) === tag) return this.#seeCopy(row, fact)
      variants = this.#openVariants(row)
    }
    return this.#seeVariant(row, variants, tag, fact)
  }

  /** A conversation's totals, the same object until they change; undefined when it made no request. */
  totals(conversationId: string): ConversationTotals | undefined {
    const account = this.#accounts.get(conversationId)
    return account === undefined || account.isEmpty ? undefined : account.totals(() => this.requestsOf(conversationId))
  }

  /** Model of the main agent's last request; undefined where it made none. */
  lastModel(conversationId: string): string | undefined {
    return this.#accounts.get(conversationId)?.lastModel(() => this.requestsOf(conversationId))
  }

  /** The conversation of the request of a key's hash; undefined where that is not in memory. */
  homeOf(key: number): string | undefined {
    const row = this.#rows.find(key)
    return row === undefined ? undefined : this.#table.ownerOf(row)
  }

  /** Adds what changed since the last time to `to`, by the conversation it is kept under. */
  takeUnsaved(to: Map<string, StoredEntry[]>): void {
    this.unsaved.take(to, (row) => {
      const variants = this.#variants.get(row)
      const merged = this.#table.stored(row, false)
      if (variants === undefined) return { home: merged.conversationId, entries: [merged] }
      return { home: SHARED, entries: [merged, ...variants.rows.values().map((variant) => this.#table.stored(variant, true))] }
    })
  }

  /**
   * Puts back requests that a store kept, the merged row of a key before its variants. `isBooked`: the totals have them already, or get
   * them by `bookShared`.
   */
  restore(requests: Iterable<StoredRequest>, isBooked: boolean): void {
    const added: number[] = []
    for (const request of requests) {
      const all = this.#rows.find(request.key)
      if (all === undefined) {
        const row = this.#table.put(request)
        this.#rows.add(row)
        added.push(row)
      } else if (request.isVariant) this.#restoreVariant(all, request)
    }
    if (!isBooked) for (const row of added) this.#book(1, this.#table.request(row))
  }

  /** Books what was restored of keys that several requests bear, as far as it belongs to these conversations. */
  bookShared(conversationIds: ReadonlySet<string>): void {
    for (const [all, variants] of this.#variants) {
      for (const request of this.#variantRequests(all, variants)) if (conversationIds.has(request.conversationId)) this.#book(1, request)
    }
  }

  #restoreVariant(all: number, request: StoredRequest): void {
    let variants = this.#variants.get(all)
    if (variants === undefined) this.#variants.set(all, (variants = { rows: new Map(), requests: new Map() }))
    if (variants.rows.has(request.tag)) return
    const row = this.#table.put(request)
    variants.rows.set(request.tag, row)
    this.#allOf.set(row, all)
    const vector = this.#table.vector(row)
    if (vector !== undefined && this.#isIdentified(row)) join(variants.requests, vector, row)
  }

  /** Totals that a store kept. */
  restoreAccount(conversationId: string, state: AccountState): void {
    const account = new Account(state, (model) => this.#models.same(model))
    this.#accounts.set(conversationId, account)
    this.#size += account.requests
  }

  /** Totals for a store to keep; undefined for a conversation without requests. */
  accountOf(conversationId: string): AccountState | undefined {
    return this.#accounts.get(conversationId)?.state(() => this.requestsOf(conversationId))
  }

  /** Adds the conversations that the store has to write requests of to `to`. */
  addUnsavedHomes(to: Set<string>): void {
    this.unsaved.addHomes(to, (row) => this.#table.ownerOf(row))
  }

  /** Lets a conversation's requests go, which a store keeps; its totals stay, and so do keys that several requests bear. */
  rest(conversationId: string): void {
    const account = this.accountOf(conversationId)
    if (account !== undefined) this.#accounts.set(conversationId, new Account(account, (model) => this.#models.same(model)))
    for (const row of this.#table.rowsOf(conversationId)) {
      if (this.#variants.has(row) || this.#allOf.has(row)) continue
      this.#rows.remove(this.#table.key(row))
      this.#table.drop(row)
    }
  }

  /** Forgets a conversation's requests and totals for good; keys that several requests bear stay, without it. */
  forget(conversationId: string): void {
    for (const row of this.#table.rowsOf(conversationId)) {
      const all = this.#allOf.get(row)
      if (all === undefined && !this.#variants.has(row)) this.#rows.remove(this.#table.key(row))
      else if (all !== undefined) this.#dropVariant(all, row)
      this.unsaved.forget(row)
      if (!this.#variants.has(row)) this.#table.drop(row)
    }
    this.#size -= this.#accounts.get(conversationId)?.requests ?? 0
    this.#accounts.delete(conversationId)
  }

  #dropVariant(all: number, row: number): void {
    const variants = this.#variants.get(all)
    const vector = this.#table.vector(row)
    this.#allOf.delete(row)
    if (variants === undefined) return
    variants.rows.delete(this.#table.tag(row))
    if (vector !== undefined) leave(variants.requests, vector, row)
  }

  #seeCopy(row: number, fact: RequestSeen): LedgerDelta {
    if (this.#table.covers(row, fact)) return NOTHING
    const touched = new Map<string, number>()
    this.#bookRow(-1, row, touched)
    this.#table.merge(row, fact)
    this.#bookRow(1, row, touched)
    this.unsaved.changed(row)
    if (touched.size > 1) for (const id of touched.keys()) this.unsaved.left(id, this.#table.key(row))
    return touched
  }

  #openVariants(row: number): Variants {
    this.unsaved.left(this.#table.ownerOf(row), this.#table.key(row))
    const first = this.#table.clone(row)
    const variants: Variants = { rows: new Map([[this.#table.tag(first), first]]), requests: new Map() }
    const vector = this.#table.vector(first)
    if (vector !== undefined && this.#isIdentified(first)) variants.requests.set(vector, new Set([first]))
    this.#variants.set(row, variants)
    this.#allOf.set(first, row)
    return variants
  }

  #seeVariant(all: number, variants: Variants, tag: number, fact: RequestSeen): LedgerDelta {
    const table = this.#table
    const known = variants.rows.get(tag)
    if (known !== undefined && table.covers(known, fact) && table.covers(all, fact)) return NOTHING
    const row = known ?? table.add(fact, table.key(all))
    this.unsaved.changed(all)
    variants.rows.set(tag, row)
    this.#allOf.set(row, all)

    const before = known !== undefined && this.#isIdentified(known) ? table.vector(known) : undefined
    const after = tag !== 0 && !(fact.sidechain && table.isSidechain(row)) ? table.vector(row, fact) : undefined
    const moved = new Set([before, after].filter((vector) => vector !== undefined))
    const touched = new Map<string, number>()

    const wereSeveral = variants.requests.size > 1
    if (wereSeveral) for (const vector of moved) this.#bookVariant(-1, variants, vector, touched)
    else this.#bookRow(-1, all, touched)

    table.merge(row, fact)
    table.merge(all, fact)
    if (before !== undefined) leave(variants.requests, before, row)
    if (after !== undefined) join(variants.requests, after, row)

    // One row moves at a time: where several become one or one becomes several, no others than the moved ones take part.
    const areSeveral = variants.requests.size > 1
    if (!areSeveral) this.#bookRow(1, all, touched)
    else for (const vector of wereSeveral ? moved : variants.requests.keys()) this.#bookVariant(1, variants, vector, touched)
    return touched
  }

  #isIdentified(row: number): boolean {
    return this.#table.tag(row) !== 0 && !this.#table.isSidechain(row)
  }

  #bookRow(sign: 1 | -1, row: number, touched: Map<string, number>): void {
    const request = this.#table.request(row)
    touch(touched, request)
    this.#book(sign, request)
  }

  #bookVariant(sign: 1 | -1, variants: Variants, vector: string, touched: Map<string, number>): void {
    const request = this.#table.requestOf(variants.requests.get(vector) ?? [])
    if (request === undefined) return
    touch(touched, request)
    this.#book(sign, request)
  }

  #book(sign: 1 | -1, request: LedgerRequest): void {
    let account = this.#accounts.get(request.conversationId)
    if (account === undefined) this.#accounts.set(request.conversationId, (account = new Account()))
    const price = this.#prices.priceOf(request)
    account.book(sign, request, price)
    this.#onBooking?.(sign, request, price)
    this.#size += sign
  }

  /** The requests that count for a conversation, in no order. */
  *requestsOf(conversationId: string): Generator<LedgerRequest> {
    const done = new Set<number>()
    for (const row of this.#table.rowsOf(conversationId)) {
      const all = this.#allOf.get(row) ?? row
      const variants = this.#variants.get(all)
      if (variants === undefined) yield this.#table.request(row)
      else if (!done.has(all)) {
        done.add(all)
        for (const request of this.#variantRequests(all, variants)) if (request.conversationId === conversationId) yield request
      }
    }
  }

  *#variantRequests(all: number, variants: Variants): Generator<LedgerRequest> {
    if (variants.requests.size < 2) {
      yield this.#table.request(all)
      return
    }
    for (const rows of variants.requests.values()) {
      const request = this.#table.requestOf(rows)
      if (request !== undefined) yield request
    }
  }
}

function touch(touched: Map<string, number>, { conversationId, timeMs }: LedgerRequest): void {
  touched.set(conversationId, Math.min(timeMs, touched.get(conversationId) ?? timeMs))
}

function leave(requests: Variants["requests"], vector: string, row: number): void {
  const rows = requests.get(vector)
  rows?.delete(row)
  if (rows?.size === 0) requests.delete(vector)
}

function join(requests: Variants["requests"], vector: string, row: number): void {
  const rows = requests.get(vector)
  if (rows === undefined) requests.set(vector, new Set([row]))
  else rows.add(row)
}
