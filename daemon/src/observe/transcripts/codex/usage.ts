// Codex's token counts in our classes. Its input includes what was read from and written to the cache; ours does not.

import type { TokenUsage } from "../../../domain/usage.ts"
import { asCount, asObject } from "../json-fields.ts"

/** Counts as Codex writes them, cumulative or of one response. */
export interface CodexCounts {
  readonly input: number
  readonly cached: number
  readonly cacheWrite: number
  readonly output: number
  readonly reasoning: number
  readonly total: number
}

export function countsOf(value: unknown): CodexCounts | undefined {
  const usage = asObject(value)
  if (usage === undefined) return undefined
  return {
    input: asCount(usage["input_tokens"]),
    cached: asCount(usage["cached_input_tokens"]),
    cacheWrite: asCount(usage["cache_write_input_tokens"]),
    output: asCount(usage["output_tokens"]),
    reasoning: asCount(usage["reasoning_output_tokens"]),
    total: asCount(usage["total_tokens"]),
  }
}

export function sameCounts(a: CodexCounts, b: CodexCounts): boolean {
  return (
    a.input === b.input &&
    a.cached === b.cached &&
    a.cacheWrite === b.cacheWrite &&
    a.output === b.output &&
    a.reasoning === b.reasoning &&
    a.total === b.total
  )
}

/** What a cumulative count grew by, member by member; all of `now` where it started anew (a new context window, a restarted thread). */
export function growth(before: CodexCounts | undefined, now: CodexCounts): CodexCounts {
  if (before === undefined || now.total < before.total) return now
  return {
    input: Math.max(0, now.input - before.input),
    cached: Math.max(0, now.cached - before.cached),
    cacheWrite: Math.max(0, now.cacheWrite - before.cacheWrite),
    output: Math.max(0, now.output - before.output),
    reasoning: Math.max(0, now.reasoning - before.reasoning),
    total: Math.max(0, now.total - before.total),
  }
}

export function toTokenUsage(counts: CodexCounts): TokenUsage {
  const cacheRead = Math.min(counts.cached, counts.input)
  const cacheWrite5m = Math.min(counts.cacheWrite, counts.input - cacheRead)
  return {
    input: counts.input - cacheRead - cacheWrite5m,
    output: counts.output,
    reasoning: Math.min(counts.reasoning, counts.output),
    cacheRead,
    cacheWrite5m,
    cacheWrite1h: 0,
  }
}
