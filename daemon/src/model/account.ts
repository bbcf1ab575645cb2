// What one conversation used and cost, kept up to date by adding and taking back single requests.

import { addUsage, NO_USAGE, type TokenUsage, type UsageSum } from "../domain/usage.ts"
import type { Certainty, Price } from "./prices/price-book.ts"
import type { LedgerRequest } from "./request-table.ts"

/** A conversation's totals, its subagents and inner calls included. */
export interface ConversationTotals {
  readonly tokens: TokenUsage
  readonly requests: number
  /** The priced part, in billionths of a US dollar. */
  readonly nanosUsd: bigint
  /** The worst of the parts. */
  readonly certainty: Certainty
  /** Sorted. */
  readonly unpricedModels: readonly string[]
  /** Sorted; inner calls' models included. */
  readonly models: readonly string[]
  /** Model of the main agent's last request. Undefined when only subagents made requests. */
  readonly lastModel: string | undefined
}

/** A conversation's totals with all that is needed to go on adding and taking back; plain data. */
export interface AccountState {
  readonly tokens: TokenUsage
  readonly requests: number
  readonly nanosUsd: bigint
  readonly estimated: number
  readonly models: readonly (readonly [model: string, requests: number])[]
  readonly unpriced: readonly (readonly [model: string, requests: number])[]
  /** Of the main agent's last request, where there is one. */
  readonly last?: { readonly timeMs: number; readonly model: string }
}

export class Account {
  readonly #tokens: UsageSum = { ...NO_USAGE }
  #models: Counts = NO_COUNTS
  #unpriced: Counts = NO_COUNTS
  #requests = 0
  #estimated = 0
  #nanosUsd = 0n
  #lastMs = Number.NEGATIVE_INFINITY
  #lastModel: string | undefined
  /** The last request was taken back, so another may be the last. */
  #lastUnsure = false
  #totals: ConversationTotals | undefined

  /** Empty, or as it was. `same`: gives one text for all models of a name. */
  constructor(state?: AccountState, same = (model: string) => model) {
    if (state === undefined) return
    Object.assign(this.#tokens, state.tokens)
    this.#requests = state.requests
    this.#nanosUsd = state.nanosUsd
    this.#estimated = state.estimated
    this.#models = state.models.map(([model, requests]) => [same(model), requests])
    if (state.unpriced.length > 0) this.#unpriced = state.unpriced
    if (state.last === undefined) return
    this.#lastMs = state.last.timeMs
    this.#lastModel = same(state.last.model)
  }

  /** Books a request (`sign` 1) or takes it back (`sign` -1). */
  book(sign: 1 | -1, request: LedgerRequest, price: Price): void {
    this.#totals = undefined
    this.#requests += sign
    addUsage(this.#tokens, request.usage, sign)
    for (const call of request.factors?.innerCalls ?? []) {
      addUsage(this.#tokens, call.usage, sign)
      this.#models = counted(this.#models, call.model, sign)
    }
    this.#models = counted(this.#models, request.model, sign)
    for (const model of price.unpricedModels) this.#unpriced = counted(this.#unpriced, model, sign)
    if (price.certainty === "estimated") this.#estimated += sign
    this.#nanosUsd += sign === 1 ? price.nanosUsd : -price.nanosUsd
    if (request.subagentId === undefined) this.#noteLast(sign, request)
  }

  get isEmpty(): boolean {
    return this.#requests === 0
  }

  get requests(): number {
    return this.#requests
  }

  /** `requests` is asked for as in `totals`. */
  state(requests: () => Iterable<LedgerRequest>): AccountState {
    if (this.#lastUnsure) this.#findLast(requests())
    return {
      tokens: { ...this.#tokens },
      requests: this.#requests,
      nanosUsd: this.#nanosUsd,
      estimated: this.#estimated,
      models: this.#models,
      unpriced: this.#unpriced,
      ...(this.#lastModel === undefined ? {} : { last: { timeMs: this.#lastMs, model: this.#lastModel } }),
    }
  }

  /** The same object until the next booking. `requests` is asked for the conversation's requests when the last of them has to be found anew. */
  totals(requests: () => Iterable<LedgerRequest>): ConversationTotals {
    return (this.#totals ??= this.#sums(this.lastModel(requests)))
  }

  /** As in the totals, without making them. */
  lastModel(requests: () => Iterable<LedgerRequest>): string | undefined {
    if (this.#lastUnsure) this.#findLast(requests())
    return this.#lastModel
  }

  #sums(lastModel: string | undefined): ConversationTotals {
    const unpricedModels = sortedNames(this.#unpriced)
    return {
      tokens: { ...this.#tokens },
      requests: this.#requests,
      nanosUsd: this.#nanosUsd,
      certainty: unpricedModels.length > 0 ? "unpriced" : this.#estimated > 0 ? "estimated" : "priced",
      unpricedModels,
      models: sortedNames(this.#models),
      lastModel,
    }
  }

  #noteLast(sign: 1 | -1, { timeMs, model }: LedgerRequest): void {
    if (sign === -1) {
      if (timeMs === this.#lastMs && model === this.#lastModel) this.#lastUnsure = true
    } else if (timeMs > this.#lastMs || (timeMs === this.#lastMs && model >= (this.#lastModel ?? ""))) {
      this.#lastMs = timeMs
      this.#lastModel = model
      this.#lastUnsure = false
    }
  }

  #findLast(requests: Iterable<LedgerRequest>): void {
    this.#lastMs = Number.NEGATIVE_INFINITY
    this.#lastModel = undefined
    this.#lastUnsure = false
    for (const request of requests) if (request.subagentId === undefined) this.#noteLast(1, request)
  }
}

/** Requests by model, each of them at least one. A conversation has few models, and there are many conversations: a map would take twice as much. */
type Counts = AccountState["models"]

const NO_COUNTS: Counts = []

function counted(counts: Counts, name: string, sign: 1 | -1): Counts {
  const at = counts.findIndex(([known]) => known === name)
  const known = counts[at]
  if (known === undefined) return counts.concat([[name, sign]])
  const next = known[1] + sign
  return next === 0 ? counts.toSpliced(at, 1) : counts.with(at, [known[0], next])
}

function sortedNames(counts: Counts): string[] {
  return counts.map(([name]) => name).sort()
}
