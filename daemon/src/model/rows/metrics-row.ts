// A conversation's metrics as the contract publishes them, in its binary format. A row is published whole whenever one of its figures moves, many
// times a second where many agents work; so it is put together of parts, and only what tells of something else than before is made anew. As
// bytes a row takes a tenth of what it takes as a message, and most of who ask want it over the wire.

import type { Agent, Host } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { type Corrected, MetricsSchema, Window } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { NO_USAGE } from "../../domain/usage.ts"
import type { ConversationTotals } from "../account.ts"
import { bookedMessage } from "../booked-message.ts"
import { CLOCKS } from "../clock-samples.ts"
import type { ClockFigures } from "../clocks.ts"
import type { Conversation } from "../conversation.ts"
import { apiErrorMessages, hookFailureMessages } from "../error-messages.ts"
import { latencyMessage, openIntervalMessage, slownessMessage } from "../latency-message.ts"
import type { Percentiles } from "../latency.ts"
import type { OpenInterval } from "../live-intervals.ts"
import type { Reconciliation } from "../reconciliation.ts"
import { AGENT_CODE } from "../session-message.ts"
import type { Slowness } from "../slow-judge.ts"
import { timestampMessage } from "../timestamp-message.ts"
import { costMessage, tokensMessage } from "../tokens-message.ts"
import type { ToolTotals } from "../tool-totals.ts"
import { membersWriter } from "./members-writer.ts"
import { newPart, PartedRow } from "./parted-row.ts"
import { type Judged, ToolParts } from "./tool-parts.ts"
import type { WireOutput } from "./wire-output.ts"

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

const writeHead = membersWriter(MetricsSchema, "sessionId", "conversationId", "agent", "host", "forkedFromConversationId")
const writeUsage = membersWriter(MetricsSchema, "tokens", "cost", "models", "requests")
const writeBooked = membersWriter(MetricsSchema, "booked")
const writeLatency = membersWriter(MetricsSchema, "latency")
const writeRest = membersWriter(
  MetricsSchema,
  "firstTime",
  "lastTime",
  "durationMs",
  "activeMs",
  "subagents",
  "open",
  "slow",
  "judgedCalls",
  "failedCalls",
  "errorRate",
  "apiErrors",
  "apiErrorKinds",
  "hookFailures",
  "corrected",
)

/** Whose row it is; another object with each change. */
interface Head {
  readonly sessionId: string
  readonly conversationId: string
  readonly agent: Agent
  readonly host: Host
  readonly forkedFromConversationId: string | undefined
}

const CLOCK_WRITERS = CLOCKS.map((clock) => ({
  clock,
  write: (output: WireOutput, figures: Percentiles) =>
    writeLatency(output, { latency: [latencyMessage(clock, figures, Window.WINDOW_SESSION)] }),
}))

export class MetricsRow {
  readonly #row = new PartedRow()
  #head: Head | undefined
  readonly #headPart = newPart()
  readonly #usagePart = newPart()
  readonly #bookedPart = newPart()
  readonly #clocks = CLOCK_WRITERS.map((writer) => ({ ...writer, part: newPart() }))
  readonly #tools = new ToolParts()

  /** The row, its length before it. Nobody changes these bytes. */
  write(facts: MetricsFacts): Uint8Array {
    const { conversation, clocks, totals, reconciliation } = facts
    const row = this.#row
    row.begin()
    row.part(this.#headPart, (this.#head = headOf(facts, this.#head)), writeHead)
    row.part(this.#usagePart, totals, writeUsageOf)
    if (reconciliation !== undefined) row.part(this.#bookedPart, reconciliation, writeBookedOf)
    for (const { clock, write, part } of this.#clocks) {
      const figures = clocks.clock(clock)
      if (figures !== undefined) row.part(part, figures, write)
    }
    const judged = this.#tools.write(row, facts.tools, clocks, conversation.trouble)
    row.rest(restOf(facts, judged), writeRest)
    return row.end()
  }
}

/** The same as last time where nothing of it changed. */
function headOf({ sessionId, conversation, host }: MetricsFacts, last: Head | undefined): Head {
  const agent = AGENT_CODE[conversation.agent]
  const { forkedFromConversationId } = conversation.meta
  const isSame = last?.sessionId === sessionId && last.agent === agent && last.forkedFromConversationId === forkedFromConversationId
  return isSame ? last : { sessionId, conversationId: conversation.id, agent, host, forkedFromConversationId }
}

function writeUsageOf(output: WireOutput, totals: ConversationTotals | undefined): void {
  writeUsage(output, usageOf(totals))
}

function writeBookedOf(output: WireOutput, account: Reconciliation): void {
  writeBooked(output, { booked: bookedMessage(account) })
}

/** The members of a row that are written each time. */
function restOf({ conversation, clocks, open, slow, childConversations, corrected }: MetricsFacts, { judged, failures }: Judged) {
  const { firstMs, lastMs, trouble, subagents } = conversation
  const { activeMs } = clocks
  return {
    firstTime: firstMs === undefined ? undefined : timestampMessage(firstMs),
    lastTime: lastMs === undefined ? undefined : timestampMessage(lastMs),
    durationMs: firstMs === undefined || lastMs === undefined ? 0n : BigInt(Math.round(lastMs - firstMs)),
    activeMs: activeMs === undefined ? undefined : BigInt(activeMs),
    subagents: subagents.size + childConversations,
    open: open.map(openIntervalMessage),
    slow: slow.map(slownessMessage),
    judgedCalls: BigInt(judged),
    failedCalls: BigInt(failures),
    errorRate: judged > 0 ? failures / judged : undefined,
    apiErrors: BigInt(trouble.apiErrorCount),
    apiErrorKinds: apiErrorMessages(trouble),
    hookFailures: hookFailureMessages(trouble),
    corrected,
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
