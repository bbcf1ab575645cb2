// Usage of a Codex thread. Since 0.16 each response has a record with its id; before, only cumulative counts were written, often repeated.

import type { PriceFactors } from "../../../domain/usage.ts"
import { asCount, asObject, asString } from "../json-fields.ts"
import type { CodexLine } from "./line.ts"
import { answerNamed, modelAnswered } from "./model-answers.ts"
import { rateLimits } from "./rate-limits.ts"
import { type CodexCounts, countsOf, growth, sameCounts, toTokenUsage } from "./usage.ts"

/** What Codex names its model when it has not said. */
const UNNAMED_MODEL = "gpt-5"

/** token_usage_record: one per response. */
export function usageRecord(line: CodexLine): void {
  const { state, payload } = line
  const responseId = asString(payload["response_id"], 200)
  const counts = countsOf(payload["usage"])
  state.hasRecords = true
  if (state.inReplay || responseId === undefined || counts === undefined) return
  // It is written when the response is complete.
  modelAnswered(state, line.timeMs)
  request(line, responseId, counts)
}

/** token_count: cumulative, repeated, and the only place of the context in use and its window. */
export function tokenCount(line: CodexLine): void {
  const { state } = line
  rateLimits(line)
  const info = asObject(line.payload["info"])
  if (info === undefined) return
  const totals = countsOf(info["total_token_usage"])
  const last = countsOf(info["last_token_usage"])
  const before = state.totals
  if (totals !== undefined) state.totals = totals
  if (state.inReplay) return
  state.windowTokens = asCount(info["model_context_window"]) || state.windowTokens
  if (last !== undefined) context(line, last.total)
  const isRepeat = totals !== undefined && before !== undefined && sameCounts(before, totals)
  if (state.hasRecords || isRepeat) return
  const counts = last ?? (totals === undefined ? undefined : growth(before, totals))
  if (counts === undefined) return
  state.counted++
  request(line, `${line.conversationId}#${state.counted}`, counts, asString(info["model"], 200))
}

/** The context was compacted: what it holds is known with the next response. */
export function compacted(line: CodexLine): void {
  if (line.state.inReplay || line.state.contextTokens === null) return
  line.state.contextTokens = null
  line.state.compactions++
  const { conversationId, timeMs } = line
  line.emit({ kind: "compacted", conversationId, timeMs, key: `${conversationId}/compacted#${line.state.compactions}`, trigger: "unknown" })
  line.emit({ kind: "context-seen", conversationId, timeMs, usedTokens: null })
}

function context(line: CodexLine, usedTokens: number): void {
  const { state, conversationId, timeMs } = line
  if (usedTokens === 0 || usedTokens === state.contextTokens) return
  state.contextTokens = usedTokens
  const window = state.windowTokens === undefined ? {} : { windowTokens: state.windowTokens }
  line.emit({ kind: "context-seen", conversationId, timeMs, usedTokens, ...window })
}

function request(line: CodexLine, key: string, counts: CodexCounts, model?: string): void {
  const { state, conversationId, timeMs } = line
  const factors: PriceFactors | undefined = state.tier === undefined ? undefined : { tier: state.tier }
  const used = state.model ?? model ?? UNNAMED_MODEL
  const { lastModel } = state
  state.lastModel = used
  answerNamed(state, key, used, line.emit)
  line.emit({
    kind: "request-seen",
    conversationId,
    timeMs,
    key,
    sidechain: false,
    model: used,
    ...(lastModel === undefined || lastModel === used ? {} : { switchedFrom: lastModel }),
    usage: toTokenUsage(counts),
    ...(factors === undefined ? {} : { factors }),
  })
}
