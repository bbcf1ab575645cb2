// What one node of the forest used and did, in sums that can be added and taken back exactly, whatever the order.

import { addUsage, type TokenUsage, type UsageSum } from "../../domain/usage.ts"
import type { Certainty, Price } from "../prices/price-book.ts"
import { FAILURES, isJudged } from "../judged-outcome.ts"
import type { LedgerRequest } from "../request-table.ts"
import type { ToolCall } from "../tool-call.ts"

/** Plain data. */
export interface FiguresState {
  readonly tokens: TokenUsage
  readonly requests: number
  /** The priced part, in billionths of a US dollar. */
  readonly nanosUsd: bigint
  /** Requests whose price rests on an assumption. */
  readonly estimated: number
  /** Requests by model without a price. */
  readonly unpriced: readonly (readonly [model: string, requests: number])[]
  readonly toolCalls: number
  readonly judgedCalls: number
  readonly failedCalls: number
}

/** Tokens are members of its own: every session and subagent has one of these. */
export class Figures implements UsageSum {
  input = 0
  output = 0
  reasoning = 0
  cacheRead = 0
  cacheWrite5m = 0
  cacheWrite1h = 0
  requests = 0
  nanosUsd = 0n
  estimated = 0
  #unpriced: Map<string, number> | undefined
  toolCalls = 0
  judgedCalls = 0
  failedCalls = 0
  apiErrors = 0
  durationMs = 0

  static from(state: FiguresState): Figures {
    const { tokens, unpriced, ...rest } = state
    const figures = Object.assign(new Figures(), tokens, rest)
    for (const [model, requests] of unpriced) figures.#countUnpriced(model, requests)
    return figures
  }

  /** Books a request (`sign` 1) or takes it back (`sign` -1). */
  book(sign: 1 | -1, { usage, factors }: LedgerRequest, price: Price): void {
    this.requests += sign
    addUsage(this, usage, sign)
    if (factors?.innerCalls !== undefined) for (const call of factors.innerCalls) addUsage(this, call.usage, sign)
    this.nanosUsd += sign === 1 ? price.nanosUsd : -price.nanosUsd
    if (price.certainty === "estimated") this.estimated += sign
    for (const model of price.unpricedModels) this.#countUnpriced(model, sign)
  }

  /** Counts a call or takes it back; one of which only an end without a name is known does not count yet. */
  countCall(sign: 1 | -1, { name, outcome }: Pick<ToolCall, "name" | "outcome">): void {
    if (name === "") return
    this.toolCalls += sign
    if (!isJudged(outcome)) return
    this.judgedCalls += sign
    if (FAILURES.has(outcome)) this.failedCalls += sign
  }

  get certainty(): Certainty {
    return this.#unpriced !== undefined && this.#unpriced.size > 0 ? "unpriced" : this.estimated > 0 ? "estimated" : "priced"
  }

  /** Sorted. */
  get unpricedModels(): string[] {
    return [...(this.#unpriced?.keys() ?? [])].sort()
  }

  add(sign: 1 | -1, other: Figures): void {
    addUsage(this, other, sign)
    this.requests += sign * other.requests
    this.nanosUsd += sign === 1 ? other.nanosUsd : -other.nanosUsd
    this.estimated += sign * other.estimated
    this.toolCalls += sign * other.toolCalls
    this.judgedCalls += sign * other.judgedCalls
    this.failedCalls += sign * other.failedCalls
    this.apiErrors += sign * other.apiErrors
    this.durationMs += sign * other.durationMs
    for (const [model, requests] of other.#unpriced ?? []) this.#countUnpriced(model, sign * requests)
  }

  /** Requests and calls for a store to keep; the rest is told by the course. */
  state(): FiguresState {
    const { input, output, reasoning, cacheRead, cacheWrite5m, cacheWrite1h } = this
    const tokens = { input, output, reasoning, cacheRead, cacheWrite5m, cacheWrite1h }
    const { requests, nanosUsd, estimated, toolCalls, judgedCalls, failedCalls } = this
    const unpriced = [...(this.#unpriced ?? [])]
    return { tokens, requests, nanosUsd, estimated, unpriced, toolCalls, judgedCalls, failedCalls }
  }

  #countUnpriced(model: string, change: number): void {
    this.#unpriced ??= new Map()
    const next = (this.#unpriced.get(model) ?? 0) + change
    if (next === 0) this.#unpriced.delete(model)
    else this.#unpriced.set(model, next)
  }
}
