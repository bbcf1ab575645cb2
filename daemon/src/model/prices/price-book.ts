// What a request costs: Claude Code's own formula for Claude, OpenAI's rule for long prompts for GPT, per request and by the prices of
// its day. Sums are integer pico-dollars and are rounded once, to nano-dollars. A model without a price is named, never guessed or free.

import type { PriceFactors, TokenUsage } from "../../domain/usage.ts"
import { US_INFERENCE, WEB_SEARCH_PICO_USD } from "./claude-prices.ts"
import { explainPrice, type PriceExplanation } from "./price-explanation.ts"
import { createPriceLookup, type Found } from "./price-lookup.ts"
import type { PriceOverride } from "./price-override.ts"
import { type Factor, type ModelPrices, PRICED_CLASSES, type PricedClass, type Rates } from "./price-table.ts"

/** From best to worst; the certainty of a sum is the worst of its parts. */
export type Certainty = "priced" | "estimated" | "unpriced"

export interface PriceableRequest {
  readonly model: string
  readonly usage: TokenUsage
  readonly factors?: PriceFactors | undefined
  /** When it was made, Unix milliseconds: prices change. */
  readonly timeMs: number
}

export interface Price {
  /** Billionths of a US dollar: the part that has a price. */
  readonly nanosUsd: bigint
  readonly certainty: Certainty
  /** Models, as reported, that have no price. Empty unless `certainty` is "unpriced". */
  readonly unpricedModels: readonly string[]
  /** The request itself and then each call inside it; they sum up to the whole. Absent where there are no calls inside. */
  readonly parts?: readonly PricePart[]
}

/** What one call of a request costs. */
export type PricePart = Pick<Price, "nanosUsd" | "certainty">

export interface PriceBook {
  priceOf(request: PriceableRequest): Price
  /** What is charged for a model at a time (Unix milliseconds), and why. */
  explain(model: string, timeMs: number): PriceExplanation
  /** Every model with a price: the vendor's bare name, or the name that the user gave. */
  models(): readonly string[]
}

interface Amount {
  readonly picoUsd: bigint
  readonly assumed: boolean
}

/** Builds the book from the built-in lists; overrides win from their day on. */
export function createPriceBook(overrides: readonly PriceOverride[] = []): PriceBook {
  const lookups = createPriceLookup(overrides)

  /** One call: the request itself or one inside it. */
  function amountOf(model: string, usage: TokenUsage, factors: PriceFactors, timeMs: number): Amount | undefined {
    const isShort = usage.output < (factors.leastOutput ?? 0)
    if (isNothing(usage)) return { picoUsd: 0n, assumed: isShort }
    const lookup = lookups.of(model)
    const found = lookup.find(timeMs)
    if (found === undefined) return undefined
    const { prices, row } = found
    let times = 1
    let assumed = isShort || found.assumed || (row.assumed?.some((name) => usage[name] > 0) ?? false)
    for (const factor of factorsOf(found, lookup.fast, factors)) {
      times *= factor.times
      assumed ||= factor.assumed === true
    }
    let picoUsd = 0n
    for (const step of prices.longPrompt === undefined ? [usage] : stepsOf(usage, factors)) {
      picoUsd += costOf(step, scaled(row.rates, times, isLong(prices, step) ? prices.longPrompt : undefined))
    }
    return { picoUsd, assumed }
  }

  return {
    priceOf({ model, usage, factors = {}, timeMs }) {
      let picoUsd = 0n
      let assumed = false
      const unpriced = new Set<string>()
      const outer = amountOf(model, usage, factors, timeMs)
      if (outer === undefined) unpriced.add(model)
      else {
        picoUsd += outer.picoUsd
        assumed = outer.assumed
      }
      if (factors.webSearches !== undefined && factors.webSearches > 0) {
        // Only Anthropic's usage reports them.
        picoUsd += BigInt(factors.webSearches) * BigInt(WEB_SEARCH_PICO_USD)
      }
      const parts: PricePart[] = []
      for (const call of factors.innerCalls ?? []) {
        const inner = amountOf(call.model, call.usage, innerFactors(factors), timeMs)
        if (inner === undefined) unpriced.add(call.model)
        else {
          picoUsd += inner.picoUsd
          assumed ||= inner.assumed
        }
        parts.push({ nanosUsd: rounded(inner?.picoUsd ?? 0n), certainty: certaintyOf(inner) })
      }
      const nanosUsd = rounded(picoUsd)
      const certainty = unpriced.size > 0 ? "unpriced" : assumed ? "estimated" : "priced"
      const price = { nanosUsd, certainty, unpricedModels: [...unpriced] } as const
      if (parts.length === 0) return price
      const own = parts.reduce((rest, part) => rest - part.nanosUsd, nanosUsd)
      return { ...price, parts: [{ nanosUsd: own, certainty: certaintyOf(outer) }, ...parts] }
    },
    explain: (model, timeMs) => explainPrice(lookups, model, timeMs),
    models: () => lookups.models(),
  }
}

function rounded(picoUsd: bigint): bigint {
  return (picoUsd + 500n) / 1000n
}

function certaintyOf(amount: Amount | undefined): Certainty {
  return amount === undefined ? "unpriced" : amount.assumed ? "estimated" : "priced"
}

/** Inner calls run where and how the request runs, but not at its speed. */
function innerFactors(factors: PriceFactors): PriceFactors {
  return { ...(factors.geo !== undefined && { geo: factors.geo }), ...(factors.tier !== undefined && { tier: factors.tier }) }
}

function factorsOf({ prices, row }: Found, fast: boolean, factors: PriceFactors): Factor[] {
  const applied: Factor[] = []
  const tier = factors.tier?.toLowerCase() ?? ""
  if (fast || factors.speed === "fast") applied.push(prices.fast ?? prices.tiers["fast"] ?? { times: 1, assumed: true })
  else if (tier === "fast" || tier === "ultrafast" || !STANDARD_TIERS.has(tier)) {
    applied.push(row.tiers?.[tier] ?? prices.tiers[tier] ?? { times: 1, assumed: true })
  }
  if (prices.vendor === "anthropic" && factors.geo === "us") applied.push(US_INFERENCE)
  return applied
}

const STANDARD_TIERS: ReadonlySet<string> = new Set(["", "standard", "default", "auto"])

function isNothing(usage: TokenUsage): boolean {
  return PRICED_CLASSES.every((name) => usage[name] === 0)
}

function isLong({ longPrompt }: ModelPrices, usage: TokenUsage): boolean {
  return longPrompt !== undefined && usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h > longPrompt.overTokens
}

/** The steps of a request where they are reported and sum to it, else the request as one. */
function stepsOf(usage: TokenUsage, { steps }: PriceFactors): readonly TokenUsage[] {
  if (steps === undefined || steps.length < 2) return [usage]
  const complete = PRICED_CLASSES.every((name) => steps.reduce((sum, step) => sum + step[name], 0) === usage[name])
  return complete ? steps : [usage]
}

function scaled(rates: Rates, times: number, long: ModelPrices["longPrompt"]): Rates {
  if (times === 1 && long === undefined) return rates
  const prompt = times * (long?.promptTimes ?? 1)
  const output = times * (long?.outputTimes ?? 1)
  return {
    input: Math.round(rates.input * prompt),
    output: Math.round(rates.output * output),
    cacheRead: Math.round(rates.cacheRead * prompt),
    cacheWrite5m: Math.round(rates.cacheWrite5m * prompt),
    cacheWrite1h: Math.round(rates.cacheWrite1h * prompt),
  }
}

/** Exact for any counts: terms are non-negative, so a sum that is a safe integer was exact all along. */
function costOf(usage: TokenUsage, rates: Rates): bigint {
  let sum = 0
  for (const name of PRICED_CLASSES) sum += usage[name] * rates[name]
  if (Number.isSafeInteger(sum)) return BigInt(sum)
  return PRICED_CLASSES.reduce((exact, name: PricedClass) => exact + BigInt(usage[name]) * BigInt(rates[name]), 0n)
}
