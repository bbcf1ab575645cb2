// A conversation's metrics as the contract publishes them.

import { create } from "@bufbuild/protobuf"
import { timestampFromMs } from "@bufbuild/protobuf/wkt"
import type { Host } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import {
  Certainty as CertaintyCode,
  type Corrected,
  CostSchema,
  type Metrics,
  MetricsSchema,
  TokensSchema,
  ToolMetricsSchema,
} from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { NO_USAGE } from "../domain/usage.ts"
import type { ConversationTotals } from "./account.ts"
import { bookedMessage } from "./booked-message.ts"
import type { Conversation } from "./conversation.ts"
import { CLOCKS } from "./clock-samples.ts"
import type { ClockFigures } from "./clocks.ts"
import { apiErrorMessages, errorMessages, hookFailureMessages } from "./error-messages.ts"
import { conversationLatency, openIntervalMessage, slownessMessage } from "./latency-message.ts"
import type { OpenInterval } from "./live-intervals.ts"
import type { Certainty } from "./prices/price-book.ts"
import type { Reconciliation } from "./reconciliation.ts"
import { AGENT_CODE } from "./session-message.ts"
import type { Slowness } from "./slow-judge.ts"
import type { ToolTotals } from "./tool-calls.ts"
import type { Trouble } from "./trouble.ts"

/** As the contract writes it. */
export const CERTAINTY_CODE: Record<Certainty, CertaintyCode> = {
  priced: CertaintyCode.PRICED,
  estimated: CertaintyCode.ESTIMATED,
  unpriced: CertaintyCode.UNPRICED,
}

export interface MetricsFacts {
  readonly host: Host
  readonly sessionId: string
  readonly conversation: Conversation
  /** Undefined before the first request. */
  readonly totals: ConversationTotals | undefined
  /** By tool name. */
  readonly tools: ReadonlyMap<string, ToolTotals>
  readonly clocks: ClockFigures
  /** What runs now, oldest first. */
  readonly open: readonly OpenInterval[]
  readonly slow: readonly Slowness[]
  /** Conversations that this one started. */
  readonly childConversations: number
  /** What was corrected by hand; undefined where nothing was. */
  readonly corrected?: Corrected | undefined
  /** The agent's own account; undefined where it gives none. */
  readonly reconciliation?: Reconciliation | undefined
}

export function metricsMessage(facts: MetricsFacts): Metrics {
  const { host, sessionId, conversation, totals, tools, clocks, childConversations, corrected, reconciliation } = facts
  const forkedFrom = conversation.meta.forkedFromConversationId
  const all = [...tools.values()]
  const judged = sum(all, (tool) => tool.judged)
  const failures = sum(all, (tool) => tool.failures)
  const { firstMs, lastMs, trouble } = conversation
  const spanMs = firstMs === undefined || lastMs === undefined ? 0 : lastMs - firstMs
  return create(MetricsSchema, {
    sessionId,
    conversationId: conversation.id,
    agent: AGENT_CODE[conversation.agent],
    host,
    tokens: tokensMessage(totals),
    cost: create(CostSchema, {
      nanosUsd: totals?.nanosUsd ?? 0n,
      certainty: CERTAINTY_CODE[totals?.certainty ?? "priced"],
      unpricedModels: [...(totals?.unpricedModels ?? [])],
    }),
    latency: CLOCKS.flatMap((clock) => {
      const figures = clocks.clock(clock)
      return figures === undefined ? [] : [conversationLatency(clock, figures)]
    }),
    open: facts.open.map(openIntervalMessage),
    slow: facts.slow.map(slownessMessage),
    toolCounts: Object.fromEntries([...tools].map(([name, tool]) => [name, tool.calls])),
    durationMs: BigInt(Math.round(spanMs)),
    requests: BigInt(totals?.requests ?? 0),
    judgedCalls: BigInt(judged),
    failedCalls: BigInt(failures),
    apiErrors: BigInt(trouble.apiErrorCount),
    errors: errorMessages(tools, trouble),
    apiErrorKinds: apiErrorMessages(trouble),
    hookFailures: hookFailureMessages(trouble),
    models: [...(totals?.models ?? [])],
    tools: [...tools]
      .map(([name, tool]) => toolMessage(name, tool, clocks, trouble))
      .sort((a, b) => b.calls - a.calls || (a.name < b.name ? -1 : 1)),
    subagents: conversation.subagents.size + childConversations,
    ...(clocks.activeMs === undefined ? {} : { activeMs: BigInt(clocks.activeMs) }),
    ...(corrected === undefined ? {} : { corrected }),
    ...(reconciliation === undefined ? {} : { booked: bookedMessage(reconciliation) }),
    ...(forkedFrom === undefined ? {} : { forkedFromConversationId: forkedFrom }),
    ...(judged > 0 ? { errorRate: failures / judged } : {}),
    ...(firstMs === undefined ? {} : { firstTime: timestampFromMs(firstMs) }),
    ...(lastMs === undefined ? {} : { lastTime: timestampFromMs(lastMs) }),
  })
}

function tokensMessage(totals: ConversationTotals | undefined) {
  const { input, output, reasoning, cacheRead, cacheWrite5m, cacheWrite1h } = totals?.tokens ?? NO_USAGE
  return create(TokensSchema, {
    input: BigInt(input),
    output: BigInt(output),
    reasoning: BigInt(reasoning),
    cacheRead: BigInt(cacheRead),
    cacheWrite5m: BigInt(cacheWrite5m),
    cacheWrite1h: BigInt(cacheWrite1h),
    total: BigInt(input) + BigInt(output) + BigInt(cacheRead) + BigInt(cacheWrite5m) + BigInt(cacheWrite1h),
  })
}

function toolMessage(name: string, tool: ToolTotals, clocks: ClockFigures, trouble: Trouble) {
  const latency = clocks.tool(name)
  return create(ToolMetricsSchema, {
    name,
    calls: tool.calls,
    failures: tool.failures,
    errors: errorMessages(new Map([[name, tool]]), trouble),
    ...(latency === undefined ? {} : { latency: conversationLatency("tool", latency) }),
  })
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0)
}
