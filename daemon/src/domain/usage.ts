// What one model request used, as the agents report it.

/** Tokens by class; non-negative safe integers. The classes are disjoint, except that reasoning lies inside output. */
export interface TokenUsage {
  /** Prompt tokens neither read from nor written to a cache. */
  readonly input: number
  readonly output: number
  readonly reasoning: number
  readonly cacheRead: number
  /** Writes kept 5 minutes, Codex's writes, and writes whose kind is not reported. */
  readonly cacheWrite5m: number
  readonly cacheWrite1h: number
}

export const NO_USAGE: TokenUsage = { input: 0, output: 0, reasoning: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 }

/** Usage of several requests, class by class. */
export type UsageSum = { -readonly [K in keyof TokenUsage]: number }

/** Adds usage to a sum, or takes it back (`sign` -1). */
export function addUsage(sum: UsageSum, usage: TokenUsage, sign: 1 | -1 = 1): void {
  sum.input += sign * usage.input
  sum.output += sign * usage.output
  sum.reasoning += sign * usage.reasoning
  sum.cacheRead += sign * usage.cacheRead
  sum.cacheWrite5m += sign * usage.cacheWrite5m
  sum.cacheWrite1h += sign * usage.cacheWrite1h
}

/** Tokens of all classes; reasoning lies inside output. */
export function totalTokens({ input, output, cacheRead, cacheWrite5m, cacheWrite1h }: TokenUsage): number {
  return input + output + cacheRead + cacheWrite5m + cacheWrite1h
}

/** What changes the price of a request besides its tokens. Absent members are not reported by the agent. */
export interface PriceFactors {
  readonly speed?: "standard" | "fast"
  /** Where inference ran; Anthropic charges 1.1 times for "us". */
  readonly geo?: string
  /** "standard", "priority", "batch", "flex"… as reported. */
  readonly tier?: string
  /** Server-side web searches, charged by the request. */
  readonly webSearches?: number
  /** Inner calls that the top-level usage leaves out (advisor, compaction); each is priced by its own model. */
  readonly innerCalls?: readonly InnerCall[]
  /** The sampling steps that the top-level usage sums up, where there were several: a long prompt is judged step by step. */
  readonly steps?: readonly TokenUsage[]
  /**
   * Output tokens that the words of the answer take at the least, where a copy of it stated fewer. Where the tokens of all copies are still fewer, the
   * count is one that was never put right, and the price an estimate from below.
   */
  readonly leastOutput?: number
}

export interface InnerCall {
  readonly model: string
  readonly usage: TokenUsage
}
