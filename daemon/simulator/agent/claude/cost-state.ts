// Claude Code's own running total, written when it leaves. Dollars per million tokens, as its catalogue of November 2026 has them.

import type { TokenUsage } from "../../../src/domain/usage.ts"

interface Rates {
  readonly input: number
  readonly write5m: number
  readonly write1h: number
  readonly read: number
  readonly output: number
}

const RATES: Readonly<Record<string, Rates>> = {
  "claude-fable-5-2": { input: 8, write5m: 10, write1h: 16, read: 0.2, output: 40 },
  "claude-opus-5-5": { input: 4, write5m: 5, write1h: 8, read: 0.2, output: 20 },
  "claude-sonnet-5-5": { input: 2, write5m: 2.5, write1h: 4, read: 0.1, output: 10 },
}
const HAIKU: Rates = { input: 0.1, write5m: 0.125, write1h: 0.2, read: 0.01, output: 0.5 }
const HAIKU_LONG: Rates = { input: 0.5, write5m: 0.625, write1h: 1, read: 0.05, output: 2.5 }
/** What it books for a model that it does not know. */
const UNKNOWN: Rates = { input: 5, write5m: 6.25, write1h: 10, read: 0.5, output: 25 }

function ratesOf(model: string, usage: TokenUsage): Rates {
  if (model !== "claude-haiku-5-5") return RATES[model] ?? UNKNOWN
  return usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h > 100_000 ? HAIKU_LONG : HAIKU
}

interface ModelUsage {
  inputTokens: number
  outputTokens: number
  thinkingTokens: number
  cacheReadInputTokens: number
  cacheCreationInputTokens: number
  cacheCreationEphemeral5mInputTokens: number
  cacheCreationEphemeral1hInputTokens: number
  webSearchRequests: number
  costUSD: number
}

export interface CostState {
  add(model: string, usage: TokenUsage, durationMs: number): void
  /** The `cost-state` line of a session. */
  line(sessionId: string, nowMs: number): Record<string, unknown>
}

export function createCostState(startMs: number): CostState {
  const models: Record<string, ModelUsage> = {}
  let apiMs = 0
  let isUnknown = false
  return {
    add(model, usage, durationMs) {
      apiMs += durationMs
      const rates = ratesOf(model, usage)
      isUnknown ||= rates === UNKNOWN
      const of = (models[model] ??= {
        inputTokens: 0,
        outputTokens: 0,
        thinkingTokens: 0,
        cacheReadInputTokens: 0,
        cacheCreationInputTokens: 0,
        cacheCreationEphemeral5mInputTokens: 0,
        cacheCreationEphemeral1hInputTokens: 0,
        webSearchRequests: 0,
        costUSD: 0,
      })
      of.inputTokens += usage.input
      of.outputTokens += usage.output
      of.thinkingTokens += usage.reasoning
      of.cacheReadInputTokens += usage.cacheRead
      of.cacheCreationInputTokens += usage.cacheWrite5m + usage.cacheWrite1h
      of.cacheCreationEphemeral5mInputTokens += usage.cacheWrite5m
      of.cacheCreationEphemeral1hInputTokens += usage.cacheWrite1h
      const cost =
        usage.input * rates.input +
        usage.output * rates.output +
        usage.cacheRead * rates.read +
        usage.cacheWrite5m * rates.write5m +
        usage.cacheWrite1h * rates.write1h
      of.costUSD += cost / 1e6
    },
    line: (sessionId, nowMs) => ({
      type: "cost-state",
      sessionId,
      totalCostUSD: Object.values(models).reduce((sum, model) => sum + model.costUSD, 0),
      totalAPIDuration: apiMs,
      totalAPIDurationWithoutRetries: apiMs,
      totalToolDuration: 0,
      totalLinesAdded: 0,
      totalLinesRemoved: 0,
      totalDuration: nowMs - startMs,
      startTime: startMs,
      modelUsage: models,
      hasUnknownModelCost: isUnknown,
    }),
  }
}
