// The shape of a price list: what each model costs, since when, and where that is known from. Lists are data, so that a new price is a
// new line; rules shared by a vendor's models (long prompts, speed, service tiers) are factors on the same rates.

/** Token classes that have a price. Reasoning is charged as output. */
export type PricedClass = "input" | "output" | "cacheRead" | "cacheWrite5m" | "cacheWrite1h"

export const PRICED_CLASSES: readonly PricedClass[] = ["input", "output", "cacheRead", "cacheWrite5m", "cacheWrite1h"]

/** Pico-dollars (10^-12 USD) per token, non-negative integers divisible by 100, so that every factor below leaves integers. */
export type Rates = Readonly<Record<PricedClass, number>>

/** A factor on the standard rates. */
export interface Factor {
  readonly times: number
  /** The ratio is a rule of thumb or disputed: what it prices is estimated. */
  readonly assumed?: boolean
}

/** Prices of one model from a day on. */
export interface PriceRow {
  /** First day in UTC, "2026-07-30". Absent: since its release. */
  readonly from?: string
  readonly rates: Rates
  /** Classes whose rate rests on an assumption. */
  readonly assumed?: readonly PricedClass[]
  /** Service tiers that differ from the vendor's rule in this row alone. */
  readonly tiers?: Readonly<Record<string, Factor>>
}

export interface ModelPrices {
  /** Bare id, as `modelIdOf` leaves it. */
  readonly model: string
  readonly vendor: Vendor
  /** Oldest first. */
  readonly rows: readonly [PriceRow, ...PriceRow[]]
  /** A prompt of more tokens than this makes the whole request dearer. */
  readonly longPrompt?: { readonly overTokens: number; readonly promptTimes: number; readonly outputTimes: number }
  /** All rates in fast mode. Absent: the model has none. */
  readonly fast?: Factor
  /** Service tiers by their reported name. */
  readonly tiers: Readonly<Record<string, Factor>>
  /** Where the figures come from. */
  readonly source: string
}

export type Vendor = "anthropic" | "openai"

/** Converts a list price in USD per million tokens; exact for up to 4 decimals. */
export function picoUsdPerToken(usdPerMillionTokens: number): number {
  return Math.round(usdPerMillionTokens * 10_000) * 100
}

/** Rates from list prices in USD per million tokens. */
export function ratesOf(usdPerMillionTokens: Rates): Rates {
  const { input, output, cacheRead, cacheWrite5m, cacheWrite1h } = usdPerMillionTokens
  return {
    input: picoUsdPerToken(input),
    output: picoUsdPerToken(output),
    cacheRead: picoUsdPerToken(cacheRead),
    cacheWrite5m: picoUsdPerToken(cacheWrite5m),
    cacheWrite1h: picoUsdPerToken(cacheWrite1h),
  }
}
