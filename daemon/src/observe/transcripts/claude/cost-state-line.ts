// cost-state lines: what Claude Code has booked for a session so far. The only place where calls show up that leave no line of their own
// (compacting, side questions, titles).

import type { BookedModel, BookedTimes } from "../../../domain/facts.ts"
import { asAmount, asCount, asObject, asString, type JsonObject } from "../json-fields.ts"
import type { Emit } from "../port.ts"
import type { ClaudeState } from "./state.ts"

const MAX_MODELS = 100
const MAX_USD = 1_000_000

export function costStateLine(state: ClaudeState, value: JsonObject, emit: Emit): void {
  const conversationId = asString(value["sessionId"], 200) ?? state.conversationId
  const nanosUsd = nanosOf(value["totalCostUSD"])
  const untilMs = writtenMs(state, value)
  if (conversationId === undefined || nanosUsd === undefined || untilMs === 0) return
  const times = timesOf(value)
  const models = Object.entries(asObject(value["modelUsage"]) ?? {}).slice(0, MAX_MODELS)
  emit({
    kind: "booked-cost-seen",
    conversationId,
    untilMs,
    nanosUsd,
    models: models.flatMap(([model, usage]) => bookedModel(model, asObject(usage))),
    hasUnknownModel: value["hasUnknownModelCost"] === true,
    ...(times === undefined ? {} : { times }),
  })
}

/** All of them or none. */
function timesOf(value: JsonObject): BookedTimes | undefined {
  const modelMs = asAmount(value["totalAPIDuration"])
  const modelWithoutRetriesMs = asAmount(value["totalAPIDurationWithoutRetries"])
  const toolMs = asAmount(value["totalToolDuration"])
  const totalMs = asAmount(value["totalDuration"])
  if (modelMs === undefined || modelWithoutRetriesMs === undefined || toolMs === undefined || totalMs === undefined) return undefined
  return {
    modelMs: Math.round(modelMs),
    modelWithoutRetriesMs: Math.round(modelWithoutRetriesMs),
    toolMs: Math.round(toolMs),
    totalMs: Math.round(totalMs),
  }
}

/**
 * The line bears no time. The last line before it does, but a subagent may have gone on for longer: the running time of the processes,
 * which is cumulative too, says how long after the first line of this one it was written.
 */
function writtenMs(state: ClaudeState, value: JsonObject): number {
  const durationMs = asAmount(value["totalDuration"]) ?? 0
  const startedMs = state.bookedDurationMs === undefined ? (asAmount(value["startTime"]) ?? 0) : (state.sinceBookedMs ?? 0)
  const ranMs = durationMs - (state.bookedDurationMs ?? 0)
  state.bookedDurationMs = durationMs
  state.sinceBookedMs = undefined
  const isSound = startedMs > 0 && ranMs >= 0 && ranMs < MAX_RUN_MS
  return Math.max(state.lastMs, isSound ? Math.floor(startedMs + ranMs) : 0)
}

const MAX_RUN_MS = 30 * 24 * 3_600_000

function bookedModel(name: string, usage: JsonObject | undefined): BookedModel[] {
  const model = asString(name, 200)
  const nanosUsd = nanosOf(usage?.["costUSD"])
  if (model === undefined || usage === undefined) return []
  const written = asCount(usage["cacheCreationInputTokens"])
  const cacheWrite1h = Math.min(written, asCount(usage["cacheCreationEphemeral1hInputTokens"]))
  const output = asCount(usage["outputTokens"])
  return [
    {
      model,
      usage: {
        input: asCount(usage["inputTokens"]),
        output,
        reasoning: Math.min(output, asCount(usage["thinkingTokens"])),
        cacheRead: asCount(usage["cacheReadInputTokens"]),
        cacheWrite5m: written - cacheWrite1h,
        cacheWrite1h,
      },
      webSearches: asCount(usage["webSearchRequests"]),
      nanosUsd: nanosUsd ?? 0,
    },
  ]
}

function nanosOf(usd: unknown): number | undefined {
  const amount = asAmount(usd)
  return amount === undefined || amount > MAX_USD ? undefined : Math.round(amount * 1e9)
}
