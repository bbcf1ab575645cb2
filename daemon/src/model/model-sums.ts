// Tokens and money by model, for holding two accounts of the same requests against each other.

import { addUsage, NO_USAGE, type TokenUsage } from "../domain/usage.ts"
import type { BookedCost } from "./booked-costs.ts"
import { modelIdOf } from "./prices/model-id.ts"
import type { PriceBook } from "./prices/price-book.ts"
import type { LedgerRequest } from "./request-table.ts"

/** What was used of one model. */
export interface ModelSum {
  readonly usage: TokenUsage
  readonly webSearches: number
  readonly nanosUsd: bigint
}

/** By the vendor's bare name of the model. */
export type ModelSums = Map<string, ModelSum>

const NOTHING: ModelSum = {
  usage: NO_USAGE,
  webSearches: 0,
  nanosUsd: 0n,
}

/** The sum of a model; zeros where it has none. */
export function sumOf(sums: ModelSums, model: string): ModelSum {
  return sums.get(model) ?? NOTHING
}

/** Sums up requests; calls inside a request count for their own model. */
export function sumRequests(requests: Iterable<LedgerRequest>, prices: PriceBook): ModelSums {
  const sums: ModelSums = new Map()
  for (const request of requests) {
    const { factors, timeMs } = request
    let outerNanosUsd = prices.priceOf(request).nanosUsd
    for (const call of factors?.innerCalls ?? []) {
      const inner = { ...(factors?.geo !== undefined && { geo: factors.geo }), ...(factors?.tier !== undefined && { tier: factors.tier }) }
      const { nanosUsd } = prices.priceOf({ model: call.model, usage: call.usage, factors: inner, timeMs })
      outerNanosUsd -= nanosUsd
      add(sums, call.model, { usage: call.usage, webSearches: 0, nanosUsd })
    }
    add(sums, request.model, { usage: request.usage, webSearches: factors?.webSearches ?? 0, nanosUsd: outerNanosUsd })
  }
  return sums
}

/** Sums of what an agent booked. */
export function sumBooked({ models }: BookedCost): ModelSums {
  const sums: ModelSums = new Map()
  for (const { model, usage, webSearches, nanosUsd } of models) add(sums, model, { usage, webSearches, nanosUsd: BigInt(nanosUsd) })
  return sums
}

/** Adds all of `more` to `sums`. */
export function addAll(sums: ModelSums, more: ModelSums): ModelSums {
  for (const [model, sum] of more) add(sums, model, sum)
  return sums
}

export function totalNanosUsd(sums: ModelSums): bigint {
  return sums.values().reduce((total, { nanosUsd }) => total + nanosUsd, 0n)
}

/** `a` less `b`, class by class; may be negative. */
export function less(a: ModelSum, b: ModelSum): ModelSum {
  return plus(a, b, -1)
}

function add(sums: ModelSums, model: string, sum: ModelSum): void {
  const { name } = modelIdOf(model)
  sums.set(name, plus(sumOf(sums, name), sum, 1))
}

function plus(a: ModelSum, b: ModelSum, sign: 1 | -1): ModelSum {
  const usage = { ...a.usage }
  addUsage(usage, b.usage, sign)
  return {
    usage,
    webSearches: a.webSearches + sign * b.webSearches,
    nanosUsd: a.nanosUsd + BigInt(sign) * b.nanosUsd,
  }
}
