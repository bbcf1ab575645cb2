// What people corrected by hand, kept apart from what was measured. `set` says what a conversation had used of a class when the correction
// was made and takes the place of earlier corrections of that class; `add` comes on top of them. Each correction's effect is a plain
// difference, so sums of them need no order, and one taken back leaves everything as if it had never been.

import { addUsage, NO_USAGE, type TokenUsage, type UsageSum } from "../domain/usage.ts"
import type { PriceBook } from "./prices/price-book.ts"
import { PRICED_CLASSES } from "./prices/price-table.ts"

export type TokenClass = keyof TokenUsage

export const TOKEN_CLASSES: readonly TokenClass[] = ["input", "output", "reasoning", "cacheRead", "cacheWrite5m", "cacheWrite1h"]

/** Tokens of the classes that are meant; whole numbers. */
export type SomeTokens = { readonly [K in TokenClass]?: number }

/** One correction as it was made. Plain data, so that a store can keep it. */
export interface CorrectionRecord {
  /** Counts up from 1 over all conversations. */
  readonly id: number
  readonly conversationId: string
  /** What had been used, by class, at least 0. */
  readonly set: SomeTokens
  /** What was measured of the classes in `set` when it was made. */
  readonly measured: SomeTokens
  /** Differences; none of the classes in `set`. */
  readonly add: SomeTokens
  readonly note: string
  /** The model that it is priced by; empty where none is known. */
  readonly model: string
  /** Unix milliseconds. */
  readonly createdMs: number
  /** The time it counts for in reports, Unix milliseconds. */
  readonly usageMs: number
  /** When it was taken back, Unix milliseconds; undefined while it holds. */
  readonly undoneMs: number | undefined
}

/** What one correction adds to what was measured, or takes from it. */
export interface CorrectionEffect {
  readonly record: CorrectionRecord
  readonly tokens: TokenUsage
  /** Billionths of a US dollar, at the model's plain rates. */
  readonly nanosUsd: bigint
  /** Its model has no price. */
  readonly isUnpriced: boolean
}

export class Corrections {
  readonly #prices: PriceBook
  readonly #records = new Map<number, CorrectionRecord>()
  /** By conversation, oldest first; made when asked for. */
  readonly #effects = new Map<string, readonly CorrectionEffect[]>()
  readonly #conversations = new Map<string, Set<number>>()

  constructor(prices: PriceBook) {
    this.#prices = prices
  }

  /** The id that the next correction gets. */
  get nextId(): number {
    return Math.max(0, ...this.#records.keys()) + 1
  }

  /** Adds corrections, or replaces those with the same id. */
  put(records: Iterable<CorrectionRecord>): void {
    for (const record of records) {
      this.#records.set(record.id, record)
      this.#effects.delete(record.conversationId)
      const ids = this.#conversations.get(record.conversationId)
      if (ids === undefined) this.#conversations.set(record.conversationId, new Set([record.id]))
      else ids.add(record.id)
    }
  }

  /** Forgets all corrections of a conversation. */
  forget(conversationId: string): void {
    for (const id of this.#conversations.get(conversationId) ?? []) this.#records.delete(id)
    this.#conversations.delete(conversationId)
    this.#effects.delete(conversationId)
  }

  get(id: number): CorrectionRecord | undefined {
    return this.#records.get(id)
  }

  /** Oldest first, those taken back included; of one conversation, or of all. */
  list(conversationId?: string): readonly CorrectionRecord[] {
    return [...this.#records.values()]
      .filter((record) => conversationId === undefined || record.conversationId === conversationId)
      .sort((a, b) => a.id - b.id)
  }

  /** What the corrections in effect do. */
  *effects(): Generator<CorrectionEffect> {
    for (const conversationId of this.#conversations.keys()) yield* this.effectsOf(conversationId)
  }

  /** What a conversation's corrections do, oldest first; those that a later `set` replaced in all their classes do nothing. */
  effectsOf(conversationId: string): readonly CorrectionEffect[] {
    const cached = this.#effects.get(conversationId)
    if (cached !== undefined) return cached
    const ids = this.#conversations.get(conversationId)
    if (ids === undefined) return []
    const records = [...ids].sort((a, b) => a - b).flatMap((id) => this.#records.get(id) ?? [])
    const effects = differencesOf(records).map(({ record, tokens }) => ({ record, tokens, ...this.#priceOf(record, tokens) }))
    this.#effects.set(conversationId, effects)
    return effects
  }

  #priceOf(record: CorrectionRecord, tokens: TokenUsage): { nanosUsd: bigint; isUnpriced: boolean } {
    if (PRICED_CLASSES.every((name) => tokens[name] === 0)) return { nanosUsd: 0n, isUnpriced: false }
    const rates = this.#prices.explain(record.model, record.usageMs).found?.row.rates
    if (rates === undefined) return { nanosUsd: 0n, isUnpriced: true }
    const picoUsd = PRICED_CLASSES.reduce((sum, name) => sum + BigInt(tokens[name]) * BigInt(rates[name]), 0n)
    const half = picoUsd < 0n ? -500n : 500n
    return { nanosUsd: (picoUsd + half) / 1000n, isUnpriced: false }
  }
}

interface Difference {
  readonly record: CorrectionRecord
  readonly tokens: TokenUsage
}

/** The difference that each correction makes, of one conversation's corrections, oldest first. */
export function differencesOf(records: readonly CorrectionRecord[]): readonly Difference[] {
  const holding = records.filter((record) => record.undoneMs === undefined)
  const lastSet = new Map(TOKEN_CLASSES.map((name) => [name, holding.findLastIndex((record) => record.set[name] !== undefined)]))
  return holding.map((record, index) => {
    const difference = (name: TokenClass): number => {
      if (index < (lastSet.get(name) ?? -1)) return 0
      const target = record.set[name]
      return target === undefined ? (record.add[name] ?? 0) : target - (record.measured[name] ?? 0)
    }
    return {
      record,
      tokens: {
        input: difference("input"),
        output: difference("output"),
        reasoning: difference("reasoning"),
        cacheRead: difference("cacheRead"),
        cacheWrite5m: difference("cacheWrite5m"),
        cacheWrite1h: difference("cacheWrite1h"),
      },
    }
  })
}

/** The sum of differences, class by class. */
export function sumOf(differences: Iterable<Pick<Difference, "tokens">>): TokenUsage {
  const sum: UsageSum = { ...NO_USAGE }
  for (const { tokens } of differences) addUsage(sum, tokens)
  return sum
}
