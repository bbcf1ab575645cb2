// Price lists in the form of LiteLLM's model_prices_and_context_window.json: an object of models, amounts in USD per token. Anybody may have
// edited such a file, so every figure is checked, and what is wrong is named instead of guessed.

/** Prices of one model in USD per million tokens, at most 4 decimals; absent members are not listed. */
export interface ListedPrice {
  readonly model: string
  readonly input: number
  readonly output: number
  readonly cacheRead?: number
  readonly cacheWrite5m?: number
  readonly cacheWrite1h?: number
  /** Who sells it, as the list has it: "anthropic", "bedrock"; empty where it does not say. */
  readonly provider: string
}

export interface BadEntry {
  /** Untrusted text. */
  readonly model: string
  /** What is wrong and where, a line. */
  readonly problem: string
}

export interface PriceList {
  readonly prices: readonly ListedPrice[]
  readonly bad: readonly BadEntry[]
  /** Entries that have no price per token: images, audio, embeddings, free ones. */
  readonly passedOver: number
}

/** Thrown when a file is no such list at all. */
export class NoPriceListError extends Error {
  override readonly name = "NoPriceListError"
}

const RATES = {
  input: "input_cost_per_token",
  output: "output_cost_per_token",
  cacheRead: "cache_read_input_token_cost",
  cacheWrite5m: "cache_creation_input_token_cost",
  cacheWrite1h: "cache_creation_input_token_cost_above_1hr",
} as const

type RateName = keyof typeof RATES

const RATE_NAMES = Object.keys(RATES) as readonly RateName[]
/** How entries that are charged by the token for text are marked. */
const TEXT_MODES: ReadonlySet<unknown> = new Set([undefined, "chat", "completion", "responses"])
/** LiteLLM's description of its own form. */
const SAMPLE = "sample_spec"
const MOST_USD_PER_MILLION = 100_000
const NAME = /^[\x21-\x7e](?:[\x20-\x7e]{0,198}[\x21-\x7e])?$/

/** Reads a list. Throws NoPriceListError when the text is no JSON object of objects. */
export function readPriceList(text: string): PriceList {
  const prices: ListedPrice[] = []
  const bad: BadEntry[] = []
  let passedOver = 0
  for (const [model, entry] of Object.entries(parsed(text))) {
    if (model === SAMPLE) continue
    if (!isObject(entry)) bad.push({ model, problem: "is no object" })
    else if (!TEXT_MODES.has(entry["mode"]) || (entry[RATES.input] === undefined && entry[RATES.output] === undefined)) passedOver++
    else if (!NAME.test(model)) bad.push({ model, problem: "has a name that no agent reports (1 to 200 plain characters)" })
    else {
      const price = priceOf(model, entry)
      if (price === undefined) passedOver++
      else if ("problem" in price) bad.push(price)
      else prices.push(price)
    }
  }
  if (prices.length === 0 && bad.length === 0)
    throw new NoPriceListError("it has no prices per token; a list in LiteLLM's form is expected")
  return { prices, bad, passedOver }
}

/** Undefined for a model that costs nothing: a list that says so mostly does not know. */
function priceOf(model: string, entry: Readonly<Record<string, unknown>>): ListedPrice | BadEntry | undefined {
  const rates: { [K in RateName]?: number } = {}
  for (const name of RATE_NAMES) {
    const key = RATES[name]
    const value = entry[key]
    if (value === undefined || value === null) continue
    const rate = perMillion(value)
    if (typeof rate === "string") return { model, problem: `${key} ${rate}` }
    rates[name] = rate
  }
  const { input, output, ...cache } = rates
  if (input === undefined || output === undefined) return { model, problem: `has no ${input === undefined ? RATES.input : RATES.output}` }
  if (input === 0 && output === 0) return undefined
  const provider = entry["litellm_provider"]
  return { model, input, output, ...cache, provider: typeof provider === "string" ? provider : "" }
}

/** USD per million tokens; a text that says what is wrong. */
function perMillion(perToken: unknown): number | string {
  if (typeof perToken !== "number" || !Number.isFinite(perToken)) return "is no number"
  if (perToken < 0) return "is negative"
  const usd = perToken * 1e6
  if (usd > MOST_USD_PER_MILLION) return `is over ${MOST_USD_PER_MILLION} USD per million tokens`
  const rounded = Math.round(usd * 10_000) / 10_000
  // Lists have been written by programs that multiply floats.
  if (Math.abs(rounded - usd) > 1e-7 * Math.max(1, usd)) return "has more than 4 decimals in USD per million tokens"
  return rounded
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new NoPriceListError(`it is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
  if (!isObject(value)) throw new NoPriceListError("it is not a JSON object of models")
  return value
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
