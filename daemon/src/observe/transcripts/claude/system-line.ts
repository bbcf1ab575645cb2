// System lines: ends of turns, compactions, requests that failed and were retried, and what hooks at the end of a turn met.

import { cleanText } from "../clean-text.ts"
import { asAmount, asObject, asString } from "../json-fields.ts"
import { retriedErrorWord } from "./error-word.ts"
import { stopHookFailures } from "./hook-failure.ts"
import type { ClaudeLine } from "./line.ts"
import { rateLimits } from "./rate-limits.ts"
import { turnEnds, turnMeasured } from "./turns.ts"

export function systemLine(line: ClaudeLine): void {
  switch (line.value["subtype"]) {
    case "turn_duration":
      turnMeasured(line, asAmount(line.value["durationMs"]))
      break
    case "stop_hook_summary":
      stopHookFailures(line)
      turnEnds(line, "done")
      break
    case "compact_boundary":
      compacted(line)
      break
    case "api_error":
      retriedError(line)
      break
    default:
  }
}

function compacted(line: ClaudeLine): void {
  const { who, timeMs, value } = line
  if (line.isSidechain || who.subagentId !== undefined) return
  const key = asString(value["uuid"], 200) ?? `${who.conversationId}@${timeMs}`
  const { trigger, durationMs: measured } = asObject(value["compactMetadata"]) ?? {}
  const durationMs = asAmount(measured)
  line.say({
    kind: "compacted",
    ...who,
    timeMs,
    key,
    trigger: trigger === "manual" || trigger === "auto" ? trigger : "unknown",
    ...(durationMs === undefined ? {} : { durationMs }),
  })
  if (line.isCopy) return
  line.state.contextTokens = null
  line.say({ kind: "context-seen", ...who, timeMs, usedTokens: null })
}

function retriedError(line: ClaudeLine): void {
  const { who, timeMs, value } = line
  const key = asString(value["uuid"], 200) ?? `${who.conversationId}@${timeMs}`
  const error = asObject(value["error"])
  const retryInMs = asAmount(value["retryInMs"])
  const example = cleanText(error?.["formatted"]) ?? cleanText(error?.["message"])
  line.say({
    kind: "api-error-seen",
    ...who,
    timeMs,
    key,
    error: retriedErrorWord(error),
    final: false,
    ...(retryInMs === undefined ? {} : { retryInMs }),
    ...(example === undefined ? {} : { example }),
  })
  line.state.retriedMs += retryInMs ?? 0
  rateLimits(line, asObject(error?.["rateLimits"]))
}
