// The ledger's memory: one row per billed request, in columns of numbers, because a host's history holds hundreds of thousands of them
// and an object each would cost several times as much. A row keeps the field-wise maximum over all copies of the request and the best
// claim to who owns it, so the order in which copies arrive does not matter.

import type { RequestSeen } from "../domain/facts.ts"
import type { PriceFactors, TokenUsage } from "../domain/usage.ts"
import { makeRoom } from "./columns.ts"
import { compareText } from "./compare-text.ts"
import { Interned } from "./interned.ts"
import { factorsKey, haveSameFactors, mergeFactors } from "./request-factors.ts"
import { RowChains } from "./row-chains.ts"
import { RowNumbers } from "./row-numbers.ts"
import type { StoredRequest } from "./stored-entry.ts"

/** One request as it is accounted for. */
export interface LedgerRequest {
  readonly conversationId: string
  readonly subagentId: string | undefined
  readonly model: string
  readonly timeMs: number
  readonly usage: TokenUsage
  readonly factors: PriceFactors | undefined
}

const USAGE_WIDTH = 6
const FIRST_CAPACITY = 256

export class RequestTable {
  readonly #conversations = new Interned()
  readonly #subagents = new Interned()
  readonly #models = new Interned()
  readonly #factorSets = new Interned<PriceFactors>()
  /** Neighbours mostly have the same factors, so the last number is tried first. */
  #lastFactors = 0
  readonly #rows = new RowNumbers()
  readonly #usage = { tokens: new Float64Array(FIRST_CAPACITY * USAGE_WIDTH) }
  readonly #columns = {
    timeMs: new Float64Array(FIRST_CAPACITY),
    requestTag: new Float64Array(FIRST_CAPACITY),
    key: new Float64Array(FIRST_CAPACITY),
    conversation: new Uint32Array(FIRST_CAPACITY),
    subagent: new Uint32Array(FIRST_CAPACITY),
    model: new Uint32Array(FIRST_CAPACITY),
    factors: new Uint32Array(FIRST_CAPACITY),
    sidechain: new Uint8Array(FIRST_CAPACITY),
  }
  readonly #chains = new RowChains()

  /** Adds a row for the first copy of a request. `key` is the hash of its key. */
  add(fact: RequestSeen, key: number): number {
    const row = this.#newRow()
    this.#columns.key[row] = key
    this.#columns.requestTag[row] = requestTag(fact.requestId)
    this.#setOwner(row, fact)
    const at = row * USAGE_WIDTH
    this.#usage.tokens[at] = fact.usage.input
    this.#usage.tokens[at + 1] = fact.usage.output
    this.#usage.tokens[at + 2] = fact.usage.reasoning
    this.#usage.tokens[at + 3] = fact.usage.cacheRead
    this.#usage.tokens[at + 4] = fact.usage.cacheWrite5m
    this.#usage.tokens[at + 5] = fact.usage.cacheWrite1h
    this.#columns.factors[row] = this.#factorsNumber(fact.factors)
    return row
  }

  /** Adds a row for a request that a store kept. */
  put(stored: StoredRequest): number {
    const { usage } = stored
    const row = this.#newRow()
    this.#columns.key[row] = stored.key
    this.#columns.requestTag[row] = stored.tag
    this.#setOwner(row, stored)
    this.#usage.tokens.set(
      [usage.input, usage.output, usage.reasoning, usage.cacheRead, usage.cacheWrite5m, usage.cacheWrite1h],
      row * USAGE_WIDTH,
    )
    this.#columns.factors[row] = this.#factorsNumber(stored.factors)
    return row
  }

  /** A row as a store keeps it. */
  stored(row: number, isVariant: boolean): StoredRequest {
    return {
      kind: "request",
      key: this.#columns.key[row] ?? 0,
      tag: this.tag(row),
      isVariant,
      sidechain: this.isSidechain(row),
      ...this.request(row),
    }
  }

  /** Lets a row go. */
  drop(row: number): void {
    this.#chains.remove(this.#columns.conversation[row] ?? 0, row)
    this.#columns.conversation[row] = 0
    this.#rows.giveBack(row)
  }

  key(row: number): number {
    return this.#columns.key[row] ?? 0
  }

  /** Id of the conversation that owns a row. */
  ownerOf(row: number): string {
    return this.#conversations.value(this.#columns.conversation[row] ?? 0) ?? ""
  }

  /** A new row like another. */
  clone(row: number): number {
    const copy = this.#newRow()
    this.#usage.tokens.copyWithin(copy * USAGE_WIDTH, row * USAGE_WIDTH, (row + 1) * USAGE_WIDTH)
    for (const column of Object.values(this.#columns)) column.copyWithin(copy, row, row + 1)
    this.#chains.add(this.#columns.conversation[copy] ?? 0, copy)
    return copy
  }

  /** The rows that a conversation owns. */
  rowsOf(conversationId: string): readonly number[] {
    return this.#chains.of(this.#conversations.known(conversationId))
  }

  /** Whether another copy would leave a row as it is. */
  covers(row: number, fact: RequestSeen): boolean {
    const at = row * USAGE_WIDTH
    const known = this.#usage.tokens
    const { usage } = fact
    return (
      usage.input <= (known[at] ?? 0) &&
      usage.output <= (known[at + 1] ?? 0) &&
      usage.reasoning <= (known[at + 2] ?? 0) &&
      usage.cacheRead <= (known[at + 3] ?? 0) &&
      usage.cacheWrite5m <= (known[at + 4] ?? 0) &&
      usage.cacheWrite1h <= (known[at + 5] ?? 0) &&
      !this.#isBetterOwner(row, fact) &&
      this.#mergedFactors(row, fact) === this.#columns.factors[row]
    )
  }

  /** Folds another copy into a row. */
  merge(row: number, fact: RequestSeen): void {
    this.#usage.tokens.set(this.#mergedUsage(row, fact), row * USAGE_WIDTH)
    this.#columns.factors[row] = this.#mergedFactors(row, fact)
    if (this.#isBetterOwner(row, fact)) this.#setOwner(row, fact)
  }

  /** The row's usage as a text that is equal for equal usage: as it is, or as it would be with one more copy. Undefined for no tokens. */
  vector(row: number, fact?: RequestSeen): string | undefined {
    const usage = fact === undefined ? this.#usage.tokens.slice(row * USAGE_WIDTH, (row + 1) * USAGE_WIDTH) : this.#mergedUsage(row, fact)
    return usage.some((tokens) => tokens > 0) ? usage.join() : undefined
  }

  /** Stands for the row's HTTP request id; 0 where none is known. */
  tag(row: number): number {
    return this.#columns.requestTag[row] ?? 0
  }

  isSidechain(row: number): boolean {
    return this.#columns.sidechain[row] === 1
  }

  request(row: number): LedgerRequest {
    const at = row * USAGE_WIDTH
    const usage = this.#usage.tokens
    return {
      conversationId: this.#conversations.value(this.#columns.conversation[row] ?? 0) ?? "",
      subagentId: this.#subagents.value(this.#columns.subagent[row] ?? 0),
      model: this.#models.value(this.#columns.model[row] ?? 0) ?? "",
      timeMs: this.#columns.timeMs[row] ?? 0,
      usage: {
        input: usage[at] ?? 0,
        output: usage[at + 1] ?? 0,
        reasoning: usage[at + 2] ?? 0,
        cacheRead: usage[at + 3] ?? 0,
        cacheWrite5m: usage[at + 4] ?? 0,
        cacheWrite1h: usage[at + 5] ?? 0,
      },
      factors: this.#factorSets.value(this.#columns.factors[row] ?? 0),
    }
  }

  /** Several rows that turned out to be one request: the best owner's, with the factors of all. Their usage is the same. */
  requestOf(rows: Iterable<number>): LedgerRequest | undefined {
    let best: number | undefined
    let factors: PriceFactors | undefined
    for (const row of rows) {
      if (best === undefined || this.#compareOwners(row, best) < 0) best = row
      factors = mergeFactors(factors, this.#factorSets.value(this.#columns.factors[row] ?? 0))
    }
    return best === undefined ? undefined : { ...this.request(best), factors }
  }

  #mergedUsage(row: number, { usage }: RequestSeen): number[] {
    const at = row * USAGE_WIDTH
    const known = this.#usage.tokens
    return [
      Math.max(known[at] ?? 0, usage.input),
      Math.max(known[at + 1] ?? 0, usage.output),
      Math.max(known[at + 2] ?? 0, usage.reasoning),
      Math.max(known[at + 3] ?? 0, usage.cacheRead),
      Math.max(known[at + 4] ?? 0, usage.cacheWrite5m),
      Math.max(known[at + 5] ?? 0, usage.cacheWrite1h),
    ]
  }

  #mergedFactors(row: number, fact: RequestSeen): number {
    const known = this.#columns.factors[row] ?? 0
    const number = this.#factorsNumber(fact.factors)
    if (number === known || number === 0) return known
    return this.#factorsNumber(mergeFactors(this.#factorSets.value(known), fact.factors))
  }

  #factorsNumber(factors: PriceFactors | undefined): number {
    if (factors === undefined) return 0
    const last = this.#factorSets.value(this.#lastFactors)
    if (last === undefined || !haveSameFactors(last, factors))
      this.#lastFactors = this.#factorSets.number(factorsKey(factors), () => factors)
    return this.#lastFactors
  }

  /** Main chain before side chain, early before late; the rest is there so that any two claims have one order. */
  #isBetterOwner(row: number, fact: RequestSeen): boolean {
    const side = Number(fact.sidechain) - (this.#columns.sidechain[row] ?? 0)
    if (side !== 0) return side < 0
    const later = fact.timeMs - (this.#columns.timeMs[row] ?? 0)
    if (later !== 0) return later < 0
    const known = this.request(row)
    return compareNames(fact, known) < 0
  }

  #compareOwners(a: number, b: number): number {
    return (
      (this.#columns.sidechain[a] ?? 0) - (this.#columns.sidechain[b] ?? 0) ||
      (this.#columns.timeMs[a] ?? 0) - (this.#columns.timeMs[b] ?? 0) ||
      compareNames(this.request(a), this.request(b))
    )
  }

  #setOwner(row: number, fact: Claim): void {
    const { subagentId } = fact
    const before = this.#columns.conversation[row] ?? 0
    const conversation = this.#conversations.number(fact.conversationId, () => fact.conversationId)
    if (before !== conversation) {
      if (before !== 0) this.#chains.remove(before, row)
      this.#chains.add(conversation, row)
    }
    this.#columns.conversation[row] = conversation
    this.#columns.subagent[row] = subagentId === undefined ? 0 : this.#subagents.number(subagentId, () => subagentId)
    this.#columns.model[row] = this.#models.number(fact.model, () => fact.model)
    this.#columns.timeMs[row] = fact.timeMs
    this.#columns.sidechain[row] = Number(fact.sidechain)
  }

  #newRow(): number {
    const row = this.#rows.take()
    makeRoom(this.#columns, row)
    makeRoom(this.#usage, (row + 1) * USAGE_WIDTH - 1)
    return row
  }
}

/** Who says that a request is his. */
type Claim = Pick<StoredRequest, "conversationId" | "model" | "timeMs" | "sidechain"> & { readonly subagentId?: string | undefined }

interface Named {
  readonly conversationId: string
  readonly subagentId?: string | undefined
  readonly model: string
}

function compareNames(a: Named, b: Named): number {
  return (
    compareText(a.conversationId, b.conversationId) || compareText(a.subagentId ?? "", b.subagentId ?? "") || compareText(a.model, b.model)
  )
}

/** 52 bits of a hash: ids are only compared with those of the same response, so keeping them whole would buy nothing. */
export function requestTag(requestId: string | undefined): number {
  if (requestId === undefined || requestId === "") return 0
  let a = 0x811c9dc5
  let b = 0x9747b28c
  for (let index = 0; index < requestId.length; index++) {
    const unit = requestId.charCodeAt(index)
    a = Math.imul(a ^ unit, 0x01000193)
    b = Math.imul(b ^ unit, 0x85ebca6b)
    b ^= b >>> 13
  }
  return (a >>> 0) * 0x100000 + ((b >>> 0) & 0xfffff) + 1
}
