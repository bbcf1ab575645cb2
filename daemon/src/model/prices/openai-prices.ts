// OpenAI's list prices for the models that Codex runs. Some changed with time, so rows are dated and an event is priced by its own time.
// From 5.6 on a cache write costs a quarter more than plain input; before, it costs as much as plain input.

import { type Factor, type ModelPrices, type PricedClass, type PriceRow, ratesOf } from "./price-table.ts"

/** USD per million tokens; without `cacheWrite` a write costs as much as plain input. */
interface Listed {
  readonly input: number
  readonly cacheRead: number
  readonly cacheWrite?: number
  readonly output: number
  readonly from?: string
  readonly assumed?: readonly PricedClass[]
  readonly tiers?: Readonly<Record<string, Factor>>
}

/** Priority is what Codex calls fast. The ratio is listed for the models that pass `listed`, and a rule of thumb for the others. */
function tiers(priority: Factor): Readonly<Record<string, Factor>> {
  return {
    batch: { times: 0.5 },
    flex: { times: 0.5 },
    priority,
    fast: priority,
    ultrafast: { times: 6 },
  }
}

const LISTED = tiers({ times: 2 })
const BY_RULE = tiers({ times: 2, assumed: true })
/** Price lists disagree: twice or two and a half times. */
const DISPUTED = tiers({ times: 2.5, assumed: true })

/** From the 5.4 family on, a request with a longer prompt is charged at these factors as a whole. */
const LONG_PROMPT = { longPrompt: { overTokens: 272_000, promptTimes: 2, outputTimes: 1.5 } }

function gpt(model: string, listed: readonly [Listed, ...Listed[]], more: Partial<ModelPrices> & Pick<ModelPrices, "tiers">): ModelPrices {
  const [first, ...later] = listed
  return { model, vendor: "openai", rows: [row(first), ...later.map(row)], source: "OpenAI's price page", ...more }
}

function row({ input, cacheRead, cacheWrite = input, output, ...more }: Listed): PriceRow {
  return { rates: ratesOf({ input, output, cacheRead, cacheWrite5m: cacheWrite, cacheWrite1h: cacheWrite }), ...more }
}

const ALL: readonly PricedClass[] = ["input", "output", "cacheRead", "cacheWrite5m", "cacheWrite1h"]

const GPT_6_1_SOL: Listed = { input: 2, cacheRead: 0.1, cacheWrite: 2.5, output: 10 }
const GPT_5_6_SOL_PROMOTION: Listed = { input: 4, cacheRead: 0.4, cacheWrite: 5, output: 20 }
const GPT_5_2: readonly [Listed] = [{ input: 1.75, cacheRead: 0.175, output: 14 }]
const GPT_5: readonly [Listed] = [{ input: 1.25, cacheRead: 0.125, output: 10 }]
const GPT_5_MINI: readonly [Listed] = [{ input: 0.25, cacheRead: 0.025, output: 2 }]
const GPT_PRO: readonly [Listed] = [{ input: 30, cacheRead: 3, output: 180 }]

const LONG_LISTED = { ...LONG_PROMPT, tiers: LISTED }
const LONG_BY_RULE = { ...LONG_PROMPT, tiers: BY_RULE }

export const OPENAI_PRICES: readonly ModelPrices[] = [
  gpt("gpt-6.2-astra", [{ input: 8, cacheRead: 0.4, cacheWrite: 10, output: 40, assumed: ["cacheRead"] }], {
    ...LONG_BY_RULE,
    source: "trackers, 2026-11-18; they disagree about cache reads",
  }),
  gpt(
    "gpt-6.2-sol",
    [
      { ...GPT_6_1_SOL, tiers: { ultrafast: { times: 3 } } },
      { ...GPT_6_1_SOL, from: "2027-03-01" },
    ],
    LONG_BY_RULE,
  ),
  gpt("gpt-6.1-sol", [GPT_6_1_SOL], LONG_BY_RULE),
  gpt("gpt-6-astra", [{ input: 10, cacheRead: 1, cacheWrite: 12.5, output: 50 }], LONG_LISTED),
  gpt("gpt-6-sol", [{ input: 2, cacheRead: 0.2, cacheWrite: 2.5, output: 10 }], LONG_BY_RULE),
  gpt("gpt-6-luna", [{ input: 0.1, cacheRead: 0.01, cacheWrite: 0.125, output: 0.5 }], LONG_BY_RULE),
  gpt(
    "gpt-5.6-sol",
    [
      { input: 5, cacheRead: 0.5, cacheWrite: 6.25, output: 30 },
      { ...GPT_5_6_SOL_PROMOTION, from: "2026-08-21" },
      // Promised until 2026-11-21 at least; what comes after is not announced.
      { ...GPT_5_6_SOL_PROMOTION, from: "2026-11-22", assumed: ALL },
    ],
    LONG_LISTED,
  ),
  gpt(
    "gpt-5.6-terra",
    [
      { input: 2.5, cacheRead: 0.25, cacheWrite: 3.125, output: 15 },
      { input: 2, cacheRead: 0.2, cacheWrite: 2.5, output: 12, from: "2026-07-30" },
    ],
    LONG_LISTED,
  ),
  gpt(
    "gpt-5.6-luna",
    [
      { input: 1, cacheRead: 0.1, cacheWrite: 1.25, output: 6 },
      { input: 0.2, cacheRead: 0.02, cacheWrite: 0.25, output: 1.2, from: "2026-07-30" },
    ],
    LONG_LISTED,
  ),
  gpt("gpt-5.5", [{ input: 5, cacheRead: 0.5, output: 30 }], { ...LONG_PROMPT, tiers: DISPUTED }),
  gpt("gpt-5.5-pro", GPT_PRO, LONG_BY_RULE),
  gpt("gpt-5.4", [{ input: 2.5, cacheRead: 0.25, output: 15 }], LONG_LISTED),
  gpt("gpt-5.4-pro", GPT_PRO, LONG_BY_RULE),
  gpt("gpt-5.4-mini", [{ input: 0.75, cacheRead: 0.075, output: 4.5 }], LONG_BY_RULE),
  gpt("gpt-5.4-nano", [{ input: 0.2, cacheRead: 0.02, output: 1.25 }], LONG_BY_RULE),
  gpt("gpt-5.3-codex", GPT_5_2, { tiers: LISTED }),
  gpt("gpt-5.3-codex-spark", GPT_5_2, { tiers: LISTED }),
  gpt("gpt-5.2", GPT_5_2, { tiers: LISTED }),
  gpt("gpt-5.2-codex", GPT_5_2, { tiers: LISTED }),
  gpt("gpt-5.1", GPT_5, { tiers: LISTED }),
  gpt("gpt-5.1-codex", GPT_5, { tiers: LISTED }),
  gpt("gpt-5.1-codex-max", GPT_5, { tiers: LISTED }),
  gpt("gpt-5.1-codex-mini", GPT_5_MINI, { tiers: BY_RULE }),
  gpt("gpt-5", GPT_5, { tiers: LISTED }),
  gpt("gpt-5-codex", GPT_5, { tiers: LISTED }),
  gpt("gpt-5-mini", GPT_5_MINI, { tiers: BY_RULE }),
]

/** OpenAI's own word: the bare name is routed to Sol. */
export const OPENAI_ALIASES: ReadonlyMap<string, string> = new Map([["gpt-5.6", "gpt-5.6-sol"]])

/** Codex's reviewer reports this name, whatever model served it then. Newest first; before the first day nothing is known. */
export const CODEX_REVIEWER = "codex-auto-review"
export const CODEX_REVIEWER_MODELS: readonly { readonly from: string; readonly model: string }[] = [
  { from: "2026-07-30", model: "gpt-5.6-luna" },
  { from: "2026-07-09", model: "gpt-5.6-sol" },
  { from: "2026-04-23", model: "gpt-5.5" },
  { from: "2026-03-05", model: "gpt-5.4" },
  { from: "2026-02-05", model: "gpt-5.3-codex" },
  { from: "2025-12-11", model: "gpt-5.2-codex" },
  { from: "2025-11-13", model: "gpt-5.1-codex" },
  { from: "2025-09-15", model: "gpt-5-codex" },
  { from: "2025-08-07", model: "gpt-5" },
]
