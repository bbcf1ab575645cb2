// Anthropic's list prices, as the catalog inside Claude Code 2.1.330 (2026-11-20) and Anthropic's price pages have them.
// None of these models changed its price after release; a new price is one more row with its first day.

import { type Factor, type ModelPrices, type Rates, ratesOf } from "./price-table.ts"

/** In the order of the published table, USD per million tokens: input, write kept 5 minutes, write kept 1 hour, cache read, output. */
type Columns = readonly [input: number, write5m: number, write1h: number, read: number, output: number]

const TIERS: Readonly<Record<string, Factor>> = {
  batch: { times: 0.5 },
  // Bought as committed capacity; there is no list price per token.
  priority: { times: 1, assumed: true },
}

const CATALOG = "catalog of Claude Code 2.1.330"

function claude(model: string, columns: Columns, more: Partial<Pick<ModelPrices, "fast" | "longPrompt" | "source">> = {}): ModelPrices {
  const [input, cacheWrite5m, cacheWrite1h, cacheRead, output] = columns
  const rates: Rates = ratesOf({ input, output, cacheRead, cacheWrite5m, cacheWrite1h })
  return { model, vendor: "anthropic", rows: [{ rates }], tiers: TIERS, source: CATALOG, ...more }
}

const TWICE = { fast: { times: 2 } }
const SIX_TIMES = { fast: { times: 6 } }

export const CLAUDE_PRICES: readonly ModelPrices[] = [
  claude("claude-fable-5-2", [8, 10, 16, 0.2, 40], TWICE),
  claude("claude-mythos-5-2", [8, 10, 16, 0.2, 40], TWICE),
  claude("claude-fable-5-1", [10, 12.5, 20, 0.25, 50]),
  claude("claude-mythos-5-1", [10, 12.5, 20, 0.25, 50]),
  claude("claude-fable-5", [10, 12.5, 20, 1, 50]),
  claude("claude-mythos-5", [10, 12.5, 20, 1, 50]),
  claude("claude-opus-5-5", [4, 5, 8, 0.2, 20], TWICE),
  claude("claude-opus-5", [5, 6.25, 10, 0.5, 25], TWICE),
  claude("claude-opus-4-8", [5, 6.25, 10, 0.5, 25], TWICE),
  claude("claude-opus-4-7", [5, 6.25, 10, 0.5, 25], SIX_TIMES),
  claude("claude-opus-4-6", [5, 6.25, 10, 0.5, 25], SIX_TIMES),
  claude("claude-opus-4-5", [5, 6.25, 10, 0.5, 25]),
  claude("claude-opus-4-1", [15, 18.75, 30, 1.5, 75]),
  claude("claude-opus-4", [15, 18.75, 30, 1.5, 75]),
  claude("claude-3-opus", [15, 18.75, 30, 1.5, 75], { source: "Anthropic's price page, 2024" }),
  claude("claude-sonnet-5-5", [2, 2.5, 4, 0.1, 10]),
  claude("claude-sonnet-5", [2, 2.5, 4, 0.2, 10]),
  claude("claude-sonnet-4-6", [3, 3.75, 6, 0.3, 15]),
  claude("claude-sonnet-4-5", [3, 3.75, 6, 0.3, 15]),
  claude("claude-sonnet-4", [3, 3.75, 6, 0.3, 15]),
  claude("claude-3-7-sonnet", [3, 3.75, 6, 0.3, 15]),
  claude("claude-3-5-sonnet", [3, 3.75, 6, 0.3, 15]),
  claude("claude-haiku-5-5", [0.1, 0.125, 0.2, 0.01, 0.5], { longPrompt: { overTokens: 100_000, promptTimes: 5, outputTimes: 5 } }),
  claude("claude-haiku-4-5", [1, 1.25, 2, 0.1, 5]),
  claude("claude-3-5-haiku", [0.8, 1, 1.6, 0.08, 4]),
  claude("claude-3-haiku", [0.25, 0.3, 0.5, 0.03, 1.25], { source: "LiteLLM's price list" }),
]

/** What Claude Code's short names stand for today; they stood for other models before, so what they price is estimated. */
export const CLAUDE_ALIASES: ReadonlyMap<string, string> = new Map([
  ["opus", "claude-opus-5-5"],
  ["sonnet", "claude-sonnet-5-5"],
  ["haiku", "claude-haiku-5-5"],
  ["fable", "claude-fable-5-2"],
])

/** Pico-dollars for one server-side web search: 10 USD per thousand. Fetching a page costs tokens alone. */
export const WEB_SEARCH_PICO_USD = 10_000_000_000

/** On every token price where inference was asked to stay in the US. */
export const US_INFERENCE: Factor = { times: 1.1 }
