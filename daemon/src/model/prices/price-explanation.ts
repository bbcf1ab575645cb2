// What is charged for a model and why, for people who check. It says what `priceOf` does, from the same lookup.

import { US_INFERENCE, WEB_SEARCH_PICO_USD } from "./claude-prices.ts"
import { modelIdOf } from "./model-id.ts"
import type { Certainty } from "./price-book.ts"
import type { Found, PriceLookup } from "./price-lookup.ts"
import type { Factor, ModelPrices, PricedClass, PriceRow } from "./price-table.ts"

/** What makes a request dearer or cheaper than its rates. */
export interface ExplainedFactor {
  /** When it applies, in plain words. */
  readonly condition: string
  readonly promptTimes: number
  readonly outputTimes: number
  /** An amount for each use in pico-dollars; 0 where it is a ratio. */
  readonly eachPicoUsd: number
  readonly assumed: boolean
}

export interface ExplainedRow {
  readonly row: PriceRow
  readonly source: string
  readonly applies: boolean
}

export interface PriceExplanation {
  /** As asked for. */
  readonly requested: string
  /** What it was taken for. */
  readonly normalized: string
  /** The prices that apply; undefined where there are none. */
  readonly found: Found | undefined
  /** Of a standard request with tokens of every class. */
  readonly certainty: Certainty
  /** Sentences. */
  readonly reasons: readonly string[]
  /** Oldest first; the user's own after the list's of the same day. */
  readonly history: readonly ExplainedRow[]
  readonly factors: readonly ExplainedFactor[]
}

const OWN_SOURCE = "configuration"
const UNKNOWN_FACTOR: Factor = { times: 1, assumed: true }

export function explainPrice(lookups: PriceLookup, requested: string, timeMs: number): PriceExplanation {
  const { name, million } = modelIdOf(requested)
  const lookup = lookups.of(requested)
  const found = lookup.find(timeMs)
  const history = lookup
    .listings(timeMs)
    .toReversed()
    .flatMap(({ prices, rows, own }) => rows.map((row) => ({ row, source: own ? OWN_SOURCE : prices.source, applies: row === found?.row })))
    .sort((a, b) => compareDays(a.row.from, b.row.from))
  const assumedRates = (found?.row.assumed?.length ?? 0) > 0
  const fastAssumed = found !== undefined && lookup.fast && (fastFactor(found.prices) ?? UNKNOWN_FACTOR).assumed === true
  const certainty = found === undefined ? "unpriced" : found.assumed || assumedRates || fastAssumed ? "estimated" : "priced"
  return {
    requested,
    normalized: name,
    found,
    certainty,
    reasons: [
      ...reasonsOf(requested, name, million, lookup.fast),
      ...(found?.reasons ?? [`No list has a price for "${name}", and a similar name is not taken for it.`]),
      ...(assumedRates ? [`Not every rate is verified: ${found?.row.assumed?.map((rate) => CLASS_WORD[rate]).join(", ")}.`] : []),
    ],
    history,
    factors: found === undefined ? [] : factorsOf(found),
  }
}

function reasonsOf(requested: string, name: string, million: boolean, fast: boolean): string[] {
  const reasons: string[] = []
  if (requested.trim() !== name) reasons.push(`Looked up as "${name}": without provider, region, version, date and endings.`)
  if (million) reasons.push("[1m] makes the window larger and changes no price.")
  if (fast) reasons.push("-fast charges the prices of fast mode.")
  return reasons
}

const CLASS_WORD: Readonly<Record<PricedClass, string>> = {
  input: "input",
  output: "output",
  cacheRead: "cache read",
  cacheWrite5m: "cache write 5 m",
  cacheWrite1h: "cache write 1 h",
}

function factorsOf({ prices, row }: Found): ExplainedFactor[] {
  const factors: ExplainedFactor[] = []
  const { longPrompt, vendor } = prices
  if (longPrompt !== undefined) {
    const { overTokens, promptTimes, outputTimes } = longPrompt
    factors.push({ condition: `prompt over ${overTokens} tokens`, promptTimes, outputTimes, eachPicoUsd: 0, assumed: false })
  }
  if (prices.fast !== undefined) factors.push(ratio("fast mode", prices.fast))
  for (const [tier, factor] of Object.entries({ ...prices.tiers, ...row.tiers })) factors.push(ratio(`tier ${tier}`, factor))
  if (vendor === "anthropic") {
    factors.push(ratio("inference in the US", US_INFERENCE))
    factors.push({ condition: "web search", promptTimes: 1, outputTimes: 1, eachPicoUsd: WEB_SEARCH_PICO_USD, assumed: false })
  }
  return factors
}

function ratio(condition: string, { times, assumed = false }: Factor): ExplainedFactor {
  return { condition, promptTimes: times, outputTimes: times, eachPicoUsd: 0, assumed }
}

/** What is charged for fast mode; undefined where the model has none. */
function fastFactor(prices: ModelPrices): Factor | undefined {
  return prices.fast ?? prices.tiers["fast"]
}

function compareDays(a: string | undefined, b: string | undefined): number {
  return (a ?? "") < (b ?? "") ? -1 : Number((a ?? "") > (b ?? ""))
}
