// A conversation's metrics as the contract publishes them. A row is published whole whenever one of its figures moves, many times a second where
// many agents work; so what it is made of is kept, and only what tells of something else than before is made anew. Messages are written as what
// they are, plain objects: to have the library make one of a description takes several times as long and leaves twice as much to collect.

import { timestampFromMs } from "@bufbuild/protobuf/wkt"
import type { Host } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import type { Corrected, Metrics } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { NO_USAGE } from "../domain/usage.ts"
import type { ConversationTotals } from "./account.ts"
import { bookedMessage } from "./booked-message.ts"
import { ClockMessages } from "./clock-messages.ts"
import type { ClockFigures } from "./clocks.ts"
import type { Conversation } from "./conversation.ts"
import { apiErrorMessages, hookFailureMessages } from "./error-messages.ts"
import { openIntervalMessage, slownessMessage } from "./latency-message.ts"
import type { OpenInterval } from "./live-intervals.ts"
import type { Reconciliation } from "./reconciliation.ts"
import { AGENT_CODE } from "./session-message.ts"
import type { Slowness } from "./slow-judge.ts"
import { costMessage, tokensMessage } from "./tokens-message.ts"
import { ToolMessages } from "./tool-messages.ts"
import type { ToolTotals } from "./tool-totals.ts"

export interface MetricsFacts {
  readonly host: Host
  readonly sessionId: string
  readonly conversation: Conversation
  /** The same object until a request is booked. Undefined before the first. */
  readonly totals: ConversationTotals | undefined
  /** By tool name. The same object until its tools are summed up anew. */
  readonly tools: ReadonlyMap<string, ToolTotals>
  /** Figures are the same objects until there are other samples. */
  readonly clocks: ClockFigures
  /** What runs now, oldest first. */
  readonly open: readonly OpenInterval[]
  readonly slow: readonly Slowness[]
  /** Conversations that this one started. */
  readonly childConversations: number
  /** What was corrected by hand; undefined where nothing was. */
  readonly corrected: Corrected | undefined
  /** The agent's own account, the same object until it changes; undefined where it gives none. */
  readonly reconciliation: Reconciliation | undefined
}

export class MetricsRow {
  readonly #tools = new ToolMessages()
  readonly #clocks = new ClockMessages()
  #usage = usageOf(undefined)
  #totals: ConversationTotals | undefined
  #booked: Metrics["booked"]
  #reconciliation: Reconciliation | undefined

  /** A message of its own each time, which nobody changes; what is in it may be in others too. */
  write(facts: MetricsFacts): Metrics {
    const { conversation, clocks, totals, corrected, reconciliation } = facts
    const { firstMs, lastMs, trouble } = conversation
    const { tools, toolCounts, errors, judged, failures } = this.#tools.write(facts.tools, clocks, trouble)
    if (totals !== this.#totals) {
      this.#usage = usageOf(totals)
      this.#totals = totals
    }
    if (reconciliation !== this.#reconciliation) {
      this.#booked = reconciliation && bookedMessage(reconciliation)
      this.#reconciliation = reconciliation
    }
    const { tokens, cost, models, requests } = this.#usage
    const row: Metrics = {
      $typeName: "vibecraft.v1.Metrics",
      sessionId: facts.sessionId,
      conversationId: conversation.id,
      agent: AGENT_CODE[conversation.agent],
      host: facts.host,
      tokens,
      cost,
      latency: this.#clocks.write(clocks),
      open: facts.open.map(openIntervalMessage),
      slow: facts.slow.map(slownessMessage),
      toolCounts,
      durationMs: firstMs === undefined || lastMs === undefined ? 0n : BigInt(Math.round(lastMs - firstMs)),
      requests,
      judgedCalls: BigInt(judged),
      failedCalls: BigInt(failures),
      apiErrors: BigInt(trouble.apiErrorCount),
      errors,
      apiErrorKinds: apiErrorMessages(trouble),
      hookFailures: hookFailureMessages(trouble),
      models,
      tools,
      subagents: conversation.subagents.size + facts.childConversations,
    }
    const { activeMs } = clocks
    const { forkedFromConversationId } = conversation.meta
    if (activeMs !== undefined) row.activeMs = BigInt(activeMs)
    if (corrected !== undefined) row.corrected = corrected
    if (this.#booked !== undefined) row.booked = this.#booked
    if (forkedFromConversationId !== undefined) row.forkedFromConversationId = forkedFromConversationId
    if (judged > 0) row.errorRate = failures / judged
    if (firstMs !== undefined) row.firstTime = timestampFromMs(firstMs)
    if (lastMs !== undefined) row.lastTime = timestampFromMs(lastMs)
    return row
  }
}

/** The members of a row that are of requests. */
function usageOf(totals: ConversationTotals | undefined) {
  return {
    tokens: tokensMessage(totals?.tokens ?? NO_USAGE),
    cost: costMessage(totals ?? { nanosUsd: 0n, certainty: "priced", unpricedModels: [] }),
    models: [...(totals?.models ?? [])],
    requests: BigInt(totals?.requests ?? 0),
  }
}
