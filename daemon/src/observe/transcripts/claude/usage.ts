// A message's usage as Claude Code writes it, in our classes. The advisor's and the compaction's iterations are left out of the top-level
// sums and priced by their own model, so they travel apart.

import { type InnerCall, NO_USAGE, type PriceFactors, type TokenUsage } from "../../../domain/usage.ts"
import { asCount, asObject, asObjects, asString, type JsonObject } from "../json-fields.ts"

/** All that is read of a message's usage. */
export interface MessageUsage {
  readonly tokens: TokenUsage
  readonly factors: PriceFactors | undefined
  /** See `contextTokensOf`. */
  readonly contextTokens: number
  /** Equal for equal tokens and factors. */
  readonly text: string
}

let lastRead: { readonly usage: JsonObject; readonly model: string; readonly read: MessageUsage } | undefined

/** Reads a `usage` object once, however many lines of its message repeat it: parsed values are never changed. */
export function readUsage(usage: JsonObject, model: string): MessageUsage {
  if (lastRead?.usage === usage && lastRead.model === model) return lastRead.read
  const tokens = usageOf(usage)
  const factors = factorsOf(usage, model)
  const read = { tokens, factors, contextTokens: contextTokensOf(usage), text: textOf(tokens, factors) }
  lastRead = { usage, model, read }
  return read
}

function textOf(tokens: TokenUsage, factors: PriceFactors | undefined): string {
  const { input, output, reasoning, cacheRead, cacheWrite5m, cacheWrite1h } = tokens
  const counts = `${input} ${output} ${reasoning} ${cacheRead} ${cacheWrite5m} ${cacheWrite1h}`
  return factors === undefined ? counts : counts + JSON.stringify(factors)
}

/** Token classes of a `usage` object; missing and malformed counts are 0. */
export function usageOf(usage: JsonObject | undefined): TokenUsage {
  if (usage === undefined) return NO_USAGE
  const split = asObject(usage["cache_creation"])
  const split1h = asCount(split?.["ephemeral_1h_input_tokens"])
  const split5m = asCount(split?.["ephemeral_5m_input_tokens"])
  // The flat number is the total; where the split says less, the rest is of the short kind, as the client itself books it.
  const written =
    typeof usage["cache_creation_input_tokens"] === "number" ? asCount(usage["cache_creation_input_tokens"]) : split5m + split1h
  const cacheWrite1h = Math.min(split1h, written)
  const output = asCount(usage["output_tokens"])
  return {
    input: asCount(usage["input_tokens"]),
    output,
    reasoning: Math.min(output, asCount(asObject(usage["output_tokens_details"])?.["thinking_tokens"])),
    cacheRead: asCount(usage["cache_read_input_tokens"]),
    cacheWrite5m: written - cacheWrite1h,
    cacheWrite1h,
  }
}

/** What else of a `usage` object sets the price; undefined where nothing does. */
export function factorsOf(usage: JsonObject, model: string): PriceFactors | undefined {
  const speed = usage["speed"]
  const geo = asString(usage["inference_geo"], 40)
  const tier = asString(usage["service_tier"], 40)
  const webSearches = asCount(asObject(usage["server_tool_use"])?.["web_search_requests"])
  const innerCalls = innerCallsOf(usage, model)
  const steps = asObjects(usage["iterations"]).filter((iteration) => iteration["type"] === "message")
  const factors: PriceFactors = {
    ...(speed === "standard" || speed === "fast" ? { speed } : {}),
    ...(geo === undefined || geo === "not_available" ? {} : { geo }),
    ...(tier === undefined ? {} : { tier }),
    ...(webSearches === 0 ? {} : { webSearches }),
    ...(innerCalls.length === 0 ? {} : { innerCalls }),
    ...(steps.length < 2 ? {} : { steps: steps.map(usageOf) }),
  }
  return Object.keys(factors).length === 0 ? undefined : factors
}

/** Prompt tokens of the last response inside a message, which is what fills the context; 0 where nothing was sent. */
export function contextTokensOf(usage: JsonObject): number {
  const last = asObjects(usage["iterations"]).findLast((iteration) => isMessage(iteration) && promptTokens(usageOf(iteration)) > 0)
  return promptTokens(usageOf(last ?? usage))
}

function innerCallsOf(usage: JsonObject, model: string): readonly InnerCall[] {
  return asObjects(usage["iterations"])
    .filter((iteration) => iteration["type"] === "advisor_message" || iteration["type"] === "compaction")
    .map((iteration) => ({ model: asString(iteration["model"], 200) ?? model, usage: usageOf(iteration) }))
}

function isMessage(iteration: JsonObject): boolean {
  return iteration["type"] === "message" || iteration["type"] === "fallback_message"
}

function promptTokens(usage: TokenUsage): number {
  return usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h
}
