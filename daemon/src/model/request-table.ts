// The ledger's memory: one row per billed request, in columns of numbers, because a host's history holds hundreds of thousands of them
// and an object each would cost several times as much. A row keeps the field-wise maximum over all copies of the request and the best
// claim to who owns it, so the order in which copies arrive does not matter.

import type { RequestSeen } from "../domain/facts.ts"
import type { PriceFactors, TokenUsage } from "../domain/usage.ts"
import { Interned } from "./interned.ts"
import { factorsKey, haveSameFactors, mergeFactors } from "./request-factors.ts"
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
  #rows = 0
  /** Rows that were let go. */
  readonly #free: number[] = []
  #usage = new Float64Array(FIRST_CAPACITY * USAGE_WIDTH)
  #timeMs = new Float64Array(FIRST_CAPACITY)
  #requestTag = new Float64Array(FIRST_CAPACITY)
  #key = new Float64Array(FIRST_CAPACITY)
  #conversation = new Uint32Array(FIRST_CAPACITY)
  #subagent = new Uint32Array(FIRST_CAPACITY)
  #model = new Uint32Array(FIRST_CAPACITY)
  #factors = new Uint32Array(FIRST_CAPACITY)
  #sidechain = new Uint8Array(FIRST_CAPACITY)
  /** Rows of a conversation are chained: the last one by the conversation's number, and for each row the one before it, plus 1. */
  #lastOf: number[] = []
  #before = new Uint32Array(FIRST_CAPACITY)
  /** Rows that changed their conversation, by the number of the one they came to. */
  readonly #movedTo = new Map<number, Set<number>>()

  /** Adds a row for the first copy of a request. `key` is the hash of its key. */
  add(fact: RequestSeen, key: number): number {
    const row = this.#newRow()
    this.#key[row] = key
    this.#requestTag[row] = requestTag(fact.requestId)
    this.#setOwner(row, fact)
    const at = row * USAGE_WIDTH
    this.#usage[at] = fact.usage.input
    this.#usage[at + 1] = fact.usage.output
    this.#usage[at + 2] = fact.usage.reasoning
    this.#usage[at + 3] = fact.usage.cacheRead
    this.#usage[at + 4] = fact.usage.cacheWrite5m
    this.#usage[at + 5] = fact.usage.cacheWrite1h
    this.#factors[row] = this.#factorsNumber(fact.factors)
    return row
  }

  /** Adds a row for a request that a store kept. */
  put(stored: StoredRequest): number {
    const { usage } = stored
    const row = this.#newRow()
    this.#key[row] = stored.key
    this.#requestTag[row] = stored.tag
    this.#setOwner(row, stored)
    this.#usage.set(
      [usage.input, usage.output, usage.reasoning, usage.cacheRead, usage.cacheWrite5m, usage.cacheWrite1h],
      row * USAGE_WIDTH,
    )
    this.#factors[row] = this.#factorsNumber(stored.factors)
    return row
  }

  /** A row as a store keeps it. */
  stored(row: number, isVariant: boolean): StoredRequest {
    return {
      kind: "request",
      key: this.#key[row] ?? 0,
      tag: this.tag(row),
      isVariant,
      sidechain: this.isSidechain(row),
      ...this.request(row),
    }
  }

  /** Forgets those of a conversation's rows that `isMeant` names; new ones take their places. */
  release(conversationId: string, isMeant: (row: number) => boolean): void {
    const conversation = this.#conversations.known(conversationId)
    if (conversation === 0) return
    const moved = this.#movedTo.get(conversation)
    const kept: number[] = []
    for (let row = (this.#lastOf[conversation] ?? 0) - 1; row >= 0; row = (this.#before[row] ?? 0) - 1) {
      // One that has moved is found from where it is now, and hangs in this chain all the same.
      const isOwn = this.#conversation[row] === conversation && moved?.has(row) !== true
      if (isOwn && isMeant(row)) this.#free.push(row)
      else kept.push(row)
    }
    for (const row of this.#free) this.#conversation[row] = 0
    this.#lastOf[conversation] = 0
    for (const row of kept.toReversed()) this.#chainTo(row, conversation)
    for (const row of moved ?? []) {
      if (this.#conversation[row] === conversation && isMeant(row)) {
        this.drop(row)
        moved?.delete(row)
      }
    }
  }

  /** Forgets whose a row is: it is found no more. */
  drop(row: number): void {
    this.#conversation[row] = 0
  }

  key(row: number): number {
    return this.#key[row] ?? 0
  }

  /** Id of the conversation that owns a row. */
  ownerOf(row: number): string {
    return this.#conversations.value(this.#conversation[row] ?? 0) ?? ""
  }

  /** A new row like another. */
  clone(row: number): number {
    const copy = this.#newRow()
    this.#usage.copyWithin(copy * USAGE_WIDTH, row * USAGE_WIDTH, (row + 1) * USAGE_WIDTH)
    for (const column of [
      this.#timeMs,
      this.#requestTag,
      this.#key,
      this.#conversation,
      this.#subagent,
      this.#model,
      this.#factors,
      this.#sidechain,
    ]) {
      column.copyWithin(copy, row, row + 1)
    }
    this.#chain(copy)
    return copy
  }

  /** The rows that a conversation owns, latest added first. */
  *rowsOf(conversationId: string): Generator<number> {
    const conversation = this.#conversations.known(conversationId)
    if (conversation === 0) return
    const moved = this.#movedTo.get(conversation)
    for (let row = (this.#lastOf[conversation] ?? 0) - 1; row >= 0; row = (this.#before[row] ?? 0) - 1) {
      if (this.#conversation[row] === conversation && moved?.has(row) !== true) yield row
    }
    for (const row of moved ?? []) if (this.#conversation[row] === conversation) yield row
  }

  /** Whether another copy would leave a row as it is. */
  covers(row: number, fact: RequestSeen): boolean {
    const at = row * USAGE_WIDTH
    const known = this.#usage
    const { usage } = fact
    return (
      usage.input <= (known[at] ?? 0) &&
      usage.output <= (known[at + 1] ?? 0) &&
      usage.reasoning <= (known[at + 2] ?? 0) &&
      usage.cacheRead <= (known[at + 3] ?? 0) &&
      usage.cacheWrite5m <= (known[at + 4] ?? 0) &&
      usage.cacheWrite1h <= (known[at + 5] ?? 0) &&
      !this.#isBetterOwner(row, fact) &&
      this.#mergedFactors(row, fact) === this.#factors[row]
    )
  }

  /** Folds another copy into a row. */
  merge(row: number, fact: RequestSeen): void {
    this.#usage.set(this.#mergedUsage(row, fact), row * USAGE_WIDTH)
    this.#factors[row] = this.#mergedFactors(row, fact)
    if (this.#isBetterOwner(row, fact)) this.#setOwner(row, fact)
  }

  /** The row's usage as a text that is equal for equal usage: as it is, or as it would be with one more copy. Undefined for no tokens. */
  vector(row: number, fact?: RequestSeen): string | undefined {
    const usage = fact === undefined ? this.#usage.slice(row * USAGE_WIDTH, (row + 1) * USAGE_WIDTH) : this.#mergedUsage(row, fact)
    return usage.some((tokens) => tokens > 0) ? usage.join() : undefined
  }

  /** Stands for the row's HTTP request id; 0 where none is known. */
  tag(row: number): number {
    return this.#requestTag[row] ?? 0
  }

  isSidechain(row: number): boolean {
    return this.#sidechain[row] === 1
  }

  request(row: number): LedgerRequest {
    const at = row * USAGE_WIDTH
    const usage = this.#usage
    return {
      conversationId: this.#conversations.value(this.#conversation[row] ?? 0) ?? "",
      subagentId: this.#subagents.value(this.#subagent[row] ?? 0),
      model: this.#models.value(this.#model[row] ?? 0) ?? "",
      timeMs: this.#timeMs[row] ?? 0,
      usage: {
        input: usage[at] ?? 0,
        output: usage[at + 1] ?? 0,
        reasoning: usage[at + 2] ?? 0,
        cacheRead: usage[at + 3] ?? 0,
        cacheWrite5m: usage[at + 4] ?? 0,
        cacheWrite1h: usage[at + 5] ?? 0,
      },
      factors: this.#factorSets.value(this.#factors[row] ?? 0),
    }
  }

  /** Several rows that turned out to be one request: the best owner's, with the factors of all. Their usage is the same. */
  requestOf(rows: Iterable<number>): LedgerRequest | undefined {
    let best: number | undefined
    let factors: PriceFactors | undefined
    for (const row of rows) {
      if (best === undefined || this.#compareOwners(row, best) < 0) best = row
      factors = mergeFactors(factors, this.#factorSets.value(this.#factors[row] ?? 0))
    }
    return best === undefined ? undefined : { ...this.request(best), factors }
  }

  #mergedUsage(row: number, { usage }: RequestSeen): number[] {
    const at = row * USAGE_WIDTH
    const known = this.#usage
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
    const known = this.#factors[row] ?? 0
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
    const side = Number(fact.sidechain) - (this.#sidechain[row] ?? 0)
    if (side !== 0) return side < 0
    const later = fact.timeMs - (this.#timeMs[row] ?? 0)
    if (later !== 0) return later < 0
    const known = this.request(row)
    return compareNames(fact, known) < 0
  }

  #compareOwners(a: number, b: number): number {
    return (
      (this.#sidechain[a] ?? 0) - (this.#sidechain[b] ?? 0) ||
      (this.#timeMs[a] ?? 0) - (this.#timeMs[b] ?? 0) ||
      compareNames(this.request(a), this.request(b))
    )
  }

  #setOwner(row: number, fact: Claim): void {
    const { subagentId } = fact
    const before = this.#conversation[row]
    const conversation = this.#conversations.number(fact.conversationId, () => fact.conversationId)
    this.#conversation[row] = conversation
    if (before === 0) this.#chain(row)
    else if (before !== conversation) this.#move(row, conversation)
    this.#subagent[row] = subagentId === undefined ? 0 : this.#subagents.number(subagentId, () => subagentId)
    this.#model[row] = this.#models.number(fact.model, () => fact.model)
    this.#timeMs[row] = fact.timeMs
    this.#sidechain[row] = Number(fact.sidechain)
  }

  #chain(row: number): void {
    this.#chainTo(row, this.#conversation[row] ?? 0)
  }

  #chainTo(row: number, conversation: number): void {
    this.#before[row] = this.#lastOf[conversation] ?? 0
    this.#lastOf[conversation] = row + 1
  }

  #move(row: number, conversation: number): void {
    const moved = this.#movedTo.get(conversation)
    if (moved === undefined) this.#movedTo.set(conversation, new Set([row]))
    else moved.add(row)
  }

  #newRow(): number {
    const free = this.#free.pop()
    if (free !== undefined) return free
    if (this.#rows === this.#timeMs.length) {
      const capacity = Math.ceil(this.#rows * 1.5)
      this.#usage = grown(this.#usage, new Float64Array(capacity * USAGE_WIDTH))
      this.#timeMs = grown(this.#timeMs, new Float64Array(capacity))
      this.#requestTag = grown(this.#requestTag, new Float64Array(capacity))
      this.#key = grown(this.#key, new Float64Array(capacity))
      this.#conversation = grown(this.#conversation, new Uint32Array(capacity))
      this.#subagent = grown(this.#subagent, new Uint32Array(capacity))
      this.#model = grown(this.#model, new Uint32Array(capacity))
      this.#factors = grown(this.#factors, new Uint32Array(capacity))
      this.#before = grown(this.#before, new Uint32Array(capacity))
      this.#sidechain = grown(this.#sidechain, new Uint8Array(capacity))
    }
    return this.#rows++
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

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

function grown<T extends Float64Array | Uint32Array | Uint8Array>(from: T, to: T): T {
  to.set(from)
  return to
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
