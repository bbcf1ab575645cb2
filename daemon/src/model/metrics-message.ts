// A conversation's metrics as the contract publishes them.

import { create } from "@bufbuild/protobuf"
import { timestampFromMs } from "@bufbuild/protobuf/wkt"
import type { Host } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { type Corrected, type Metrics, MetricsSchema } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { NO_USAGE } from "../domain/usage.ts"
import type { ConversationTotals } from "./account.ts"
import { bookedMessage } from "./booked-message.ts"
import type { Conversation } from "./conversation.ts"
import { CLOCKS } from "./clock-samples.ts"
import type { ClockFigures } from "./clocks.ts"
import { apiErrorMessages, errorMessages, hookFailureMessages } from "./error-messages.ts"
import { conversationLatency, openIntervalMessage, slownessMessage } from "./latency-message.ts"
import type { OpenInterval } from "./live-intervals.ts"
import type { Reconciliation } from "./reconciliation.ts"
import { AGENT_CODE } from "./session-message.ts"
import type { Slowness } from "./slow-judge.ts"
import { costMessage, tokensMessage } from "./tokens-message.ts"
import { toolMessage } from "./tool-message.ts"
import type { ToolTotals } from "./tool-totals.ts"

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
    tokens: tokensMessage(totals?.tokens ?? NO_USAGE),
    cost: costMessage(totals ?? { nanosUsd: 0n, certainty: "priced", unpricedModels: [] }),
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

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0)
}
