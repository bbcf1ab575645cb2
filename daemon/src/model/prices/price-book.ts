// What a request costs: Claude Code's own formula for Claude, OpenAI's rule for long prompts for GPT, per request and by the prices of
// its day. Sums are integer pico-dollars and are rounded once, to nano-dollars. A model without a price is named, never guessed or free.

import type { PriceFactors, TokenUsage } from "../../domain/usage.ts"
import { CLAUDE_ALIASES, CLAUDE_PRICES, US_INFERENCE, WEB_SEARCH_PICO_USD } from "./claude-prices.ts"
import { modelIdOf } from "./model-id.ts"
import { CODEX_REVIEWER, CODEX_REVIEWER_MODELS, OPENAI_ALIASES, OPENAI_PRICES } from "./openai-prices.ts"
import type { PriceOverride } from "./price-override.ts"
import { type Factor, type ModelPrices, PRICED_CLASSES, type PricedClass, type PriceRow, type Rates } from "./price-table.ts"

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
}

/** A model's prices at a time. */
interface Found {
  readonly prices: ModelPrices
  readonly row: PriceRow
  /** It is only assumed that this is the model, or that it costs there what it costs at its maker's. */
  readonly assumed: boolean
}

/** Answers a model's prices at a time; undefined before the first. */
type Listing = (timeMs: number, assumed: boolean) => Found | undefined
type Place = (timeMs: number) => Found | undefined

/** What a reported name stands for. */
interface Lookup {
  readonly fast: boolean
  /** Where its price may be, best first. */
  readonly places: readonly Place[]
}

interface Amount {
  readonly picoUsd: bigint
  readonly assumed: boolean
}

/** Builds the book from the built-in lists; overrides win from their day on. */
export function createPriceBook(overrides: readonly PriceOverride[] = []): PriceBook {
  const table = new Map([...CLAUDE_PRICES, ...OPENAI_PRICES].map((prices) => [prices.model, listingOf(prices)]))
  const own = ownListings(overrides, table)
  const known = new Map<string, Lookup>()

  /** Reported names repeat endlessly; hostile ones could be endless. */
  function lookupOf(model: string): Lookup {
    let lookup = known.get(model)
    if (lookup === undefined) {
      if (known.size > 1000) known.clear()
      known.set(model, (lookup = newLookup(model)))
    }
    return lookup
  }

  function newLookup(model: string): Lookup {
    const { name, fast, resold } = modelIdOf(model)
    const listed = table.get(name) ?? table.get(OPENAI_ALIASES.get(name) ?? "")
    const meant = CLAUDE_ALIASES.get(name) ?? ""
    const places: readonly (Place | undefined)[] = [
      placeIn(own.get(model.trim().toLowerCase()), false),
      placeIn(own.get(name), resold),
      placeIn(listed, resold),
      placeIn(own.get(meant), true),
      placeIn(table.get(meant), true),
      name === CODEX_REVIEWER ? (timeMs) => table.get(reviewerAt(timeMs) ?? "")?.(timeMs, true) : undefined,
    ]
    return { fast, places: places.filter((place) => place !== undefined) }
  }

  /** One call: the request itself or one inside it. */
  function amountOf(model: string, usage: TokenUsage, factors: PriceFactors, timeMs: number): Amount | undefined {
    if (isNothing(usage)) return { picoUsd: 0n, assumed: false }
    const lookup = lookupOf(model)
    const found = firstOf(lookup.places, timeMs)
    if (found === undefined) return undefined
    const { prices, row } = found
    let times = 1
    let assumed = found.assumed || (row.assumed?.some((name) => usage[name] > 0) ?? false)
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

function placeIn(prices: Listing | undefined, assumed: boolean): Place | undefined {
  return prices === undefined ? undefined : (timeMs) => prices(timeMs, assumed)
}

function firstOf(places: readonly Place[], timeMs: number): Found | undefined {
  for (const place of places) {
    const found = place(timeMs)
    if (found !== undefined) return found
  }
  return undefined
}

/** What was before the first day on the list cost what it cost then. */
function listingOf(prices: ModelPrices): Listing {
  const [{ from: _day, ...first }, ...later] = prices.rows
  return dated(prices, [first, ...later])
}

function dated(prices: ModelPrices, rows: readonly PriceRow[]): Listing {
  const latestFirst = rows.map((row) => ({ row, startMs: startMs(row.from) })).sort((a, b) => b.startMs - a.startMs)
  return (timeMs, assumed) => {
    for (const { row, startMs: start } of latestFirst) if (start <= timeMs) return { prices, row, assumed }
    return undefined
  }
}

function reviewerAt(timeMs: number): string | undefined {
  return CODEX_REVIEWER_MODELS.find(({ from }) => startMs(from) <= timeMs)?.model
}

function startMs(day: string | undefined): number {
  return day === undefined ? Number.NEGATIVE_INFINITY : Date.parse(day)
}

/** Overrides by lower-case model name; rules other than rates stay those of the list. */
function ownListings(overrides: readonly PriceOverride[], table: ReadonlyMap<string, Listing>): Map<string, Listing> {
  const own = new Map<string, Listing>()
  for (const [model, rows] of Map.groupBy(overrides, (override) => override.model.trim().toLowerCase())) {
    const { name } = modelIdOf(model)
    const listed = table.get(name)?.(Number.MAX_VALUE, false)?.prices
    const [first] = rows
    if (first === undefined) continue
    const vendor = name.startsWith("claude") ? "anthropic" : "openai"
    own.set(model, dated(listed ?? { model: name, vendor, rows: [first], tiers: {}, source: "configuration" }, rows))
  }
  return own
}
