// Says in a few characters which prices are in force, so that sums of money made with other ones are not taken for right.

import { createHash } from "node:crypto"
import { CLAUDE_ALIASES, CLAUDE_PRICES, US_INFERENCE, WEB_SEARCH_PICO_USD } from "./claude-prices.ts"
import { CODEX_REVIEWER_MODELS, OPENAI_ALIASES, OPENAI_PRICES } from "./openai-prices.ts"
import type { PriceOverride } from "./price-override.ts"

/** Raised when sums are made in another way from the same prices. */
const WAY_OF_SUMMING = 1

/** Equal for equal lists of prices and overrides. */
export function pricesKey(overrides: readonly PriceOverride[]): string {
  const lists = [WAY_OF_SUMMING, CLAUDE_PRICES, [...CLAUDE_ALIASES], WEB_SEARCH_PICO_USD, US_INFERENCE]
  const text = JSON.stringify([...lists, OPENAI_PRICES, [...OPENAI_ALIASES], CODEX_REVIEWER_MODELS, overrides])
  return createHash("sha256").update(text).digest("hex").slice(0, 32)
}
