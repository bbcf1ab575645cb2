// System lines: ends of turns, compactions, and requests that failed and were retried.

import { asAmount, asObject, asString, type JsonObject } from "../json-fields.ts"
import type { ClaudeLine } from "./line.ts"
import { rateLimits } from "./rate-limits.ts"
import { turnEnds, turnMeasured } from "./turns.ts"

export function systemLine(line: ClaudeLine): void {
  switch (line.value["subtype"]) {
    case "turn_duration":
      turnMeasured(line, asAmount(line.value["durationMs"]))
      break
    case "stop_hook_summary":
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
  if (line.isSidechain || line.isCopy || line.who.subagentId !== undefined) return
  line.state.contextTokens = null
  line.say({ kind: "context-seen", ...line.who, timeMs: line.timeMs, usedTokens: null })
}

function retriedError(line: ClaudeLine): void {
  const key = asString(line.value["uuid"], 200) ?? `${line.who.conversationId}@${line.timeMs}`
  const error = asObject(line.value["error"])
  line.say({ kind: "api-error-seen", ...line.who, timeMs: line.timeMs, key, error: errorWord(error), final: false })
  line.state.retriedMs += asAmount(line.value["retryInMs"]) ?? 0
  rateLimits(line, asObject(error?.["rateLimits"]))
}

/** The client's word for what a retried request met, which only final errors carry in writing. */
function errorWord(error: JsonObject | undefined): string {
  const status = error?.["status"]
  if (typeof status !== "number") return asObject(error?.["connection"]) === undefined ? "unknown" : "connection_failed"
  if (status === 429) return "rate_limit"
  if (status === 529) return "overloaded"
  if (status === 401 || status === 403) return "authentication_failed"
  return status >= 500 ? "server_error" : "invalid_request"
}
