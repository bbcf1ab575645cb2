// What a model costs, as the contract publishes it.

import { create } from "@bufbuild/protobuf"
import { type ModelPricing, ModelPricingSchema, type PriceRates, PriceRatesSchema } from "@vibecraft/shared/gen/vibecraft/v1/pricing_pb"
import { CERTAINTY_CODE } from "../model/tokens-message.ts"
import type { PriceExplanation } from "../model/prices/price-explanation.ts"
import { type PriceRow, PRICED_CLASSES, type PricedClass } from "../model/prices/price-table.ts"

/** As the contract's fields are called. */
const CLASS_NAME: Readonly<Record<PricedClass, string>> = {
  input: "input",
  output: "output",
  cacheRead: "cache_read",
  cacheWrite5m: "cache_write_5m",
  cacheWrite1h: "cache_write_1h",
}

export function pricingMessage(explanation: PriceExplanation): ModelPricing {
  const { requested, normalized, found, certainty, reasons, history, factors } = explanation
  return create(ModelPricingSchema, {
    requested,
    normalized,
    certainty: CERTAINTY_CODE[certainty],
    reasons: [...reasons],
    history: history.map(({ row, source, applies }) => ({ effectiveFrom: row.from ?? "", rates: ratesMessage(row), source, applies })),
    factors: factors.map(({ eachPicoUsd, ...factor }) => ({ ...factor, eachNanosUsd: BigInt(eachPicoUsd) / 1000n })),
    ...(found === undefined
      ? {}
      : {
          model: found.prices.model,
          vendor: found.prices.vendor,
          source: found.own ? "configuration" : found.prices.source,
          rates: ratesMessage(found.row),
        }),
  })
}

/** Pico-dollars a token are as many thousand nano-dollars a million tokens. */
function ratesMessage({ rates, assumed = [] }: PriceRow): PriceRates {
  const nanos = (name: PricedClass): bigint => BigInt(rates[name]) * 1000n
  return create(PriceRatesSchema, {
    inputNanosUsd: nanos("input"),
    outputNanosUsd: nanos("output"),
    cacheReadNanosUsd: nanos("cacheRead"),
    cacheWrite5mNanosUsd: nanos("cacheWrite5m"),
    cacheWrite1hNanosUsd: nanos("cacheWrite1h"),
    assumed: PRICED_CLASSES.filter((name) => assumed.includes(name)).map((name) => CLASS_NAME[name]),
  })
}
