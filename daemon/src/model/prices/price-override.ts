// A price that the user gave for a model, in place of the built-in one or where there is none.

import { type PriceRow, ratesOf } from "./price-table.ts"

/** Its `assumed` classes were not given and follow the usual ratios: what they price is estimated. */
export interface PriceOverride extends PriceRow {
  /** As the agent reports it, or the vendor's bare name. */
  readonly model: string
}

/** List prices in USD per million tokens, at most 4 decimals. */
export interface GivenPrices {
  readonly input: number
  readonly output: number
  readonly cacheRead?: number | undefined
  readonly cacheWrite5m?: number | undefined
  readonly cacheWrite1h?: number | undefined
}

/** Completes what is not given by the ratios that price lists follow: a read is a tenth of input, a write 1.25 or 2 times it. */
export function priceOverride(model: string, given: GivenPrices, from?: string): PriceOverride {
  const { input, output, cacheRead = input / 10, cacheWrite5m = input * 1.25, cacheWrite1h = input * 2 } = given
  const assumed = (["cacheRead", "cacheWrite5m", "cacheWrite1h"] as const).filter((name) => given[name] === undefined)
  return { model, ...(from !== undefined && { from }), rates: ratesOf({ input, output, cacheRead, cacheWrite5m, cacheWrite1h }), assumed }
}
