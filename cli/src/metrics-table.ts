// Metrics as a table, one line per conversation: tokens, money, latency, errors, tools.

import { slowText } from "@vibecraft/shared/clock-words"
import { formatDuration, formatLatency } from "@vibecraft/shared/format-duration"
import { formatCost } from "@vibecraft/shared/format-money"
import { formatPercent } from "@vibecraft/shared/format-ratio"
import { formatTokens } from "@vibecraft/shared/format-tokens"
import { Certainty, Clock, type Metrics } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import type { Session } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { safeText } from "@vibecraft/shared/safe-text"
import { modelLabel, sessionLabel } from "@vibecraft/shared/session-label"
import { agentWord } from "@vibecraft/shared/status-words"
import { type Column, type TableOptions, renderTable } from "./table.ts"

/** A conversation's figures and the session that is or was in it, where that is known. */
export interface MetricsRow {
  readonly metrics: Metrics
  readonly session: Session | undefined
}

export function renderMetrics(rows: readonly MetricsRow[], options: TableOptions): string[] {
  return renderTable(COLUMNS, rows, options)
}

/**
 * Rows in the order of the sessions, the conversation that one is in before others of it; those of unknown sessions come last, in the order
 * they came.
 */
export function joinSessions(metrics: readonly Metrics[], sessions: readonly Session[]): MetricsRow[] {
  const byId = new Map(sessions.map((session, place) => [session.id, { session, place }]))
  return metrics
    .map((row) => ({ metrics: row, known: byId.get(row.sessionId) }))
    .sort(
      (a, b) =>
        (a.known?.place ?? sessions.length) - (b.known?.place ?? sessions.length) ||
        Number(isCurrent(b.metrics, b.known?.session)) - Number(isCurrent(a.metrics, a.known?.session)),
    )
    .map(({ metrics: row, known }) => ({ metrics: row, session: known?.session }))
}

/** What to call the row: other conversations of a session, earlier ones and threads that it started, by their ids below it. */
export function rowLabel({ metrics, session }: MetricsRow): string {
  const id = safeText(metrics.conversationId)
  if (session === undefined) return `${agentWord(metrics.agent)} ${id.slice(0, 8)}`
  if (isCurrent(metrics, session)) return sessionLabel(session)
  return `${session.earlierConversationIds.includes(metrics.conversationId) ? "earlier" : "↳ thread"} ${id.slice(-8)}`
}

/** Where a session's conversation is not known, any but an earlier one may be it. */
function isCurrent({ conversationId }: Metrics, session: Session | undefined): boolean {
  if (session === undefined) return false
  const { conversationId: current, earlierConversationIds } = session
  return current === undefined ? !earlierConversationIds.includes(conversationId) : current === conversationId
}

/** "12 % (3/25)"; empty where no call was judged. */
export function errorText({ errorRate, failedCalls, judgedCalls }: Metrics): string {
  return errorRate === undefined ? "" : `${formatPercent(errorRate)} (${failedCalls}/${judgedCalls})`
}

/** "1.2 s (34)": the 95th percentile and of how many. */
function p95Text(metrics: Metrics, clock: Clock): string {
  const latency = metrics.latency.find((entry) => entry.clock === clock)
  return latency === undefined ? "" : `${formatLatency(latency.p95Ms)} (${latency.count})`
}

function toolsText({ toolCounts }: Metrics): string {
  const counts = Object.entries(toolCounts).sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
  return counts.map(([name, count]) => `${safeText(name)} ${count}`).join(", ")
}

function tokens(metrics: Metrics, count: (tokens: NonNullable<Metrics["tokens"]>) => bigint): string {
  return metrics.tokens === undefined ? "" : formatTokens(count(metrics.tokens))
}

const COLUMNS: readonly Column<MetricsRow>[] = [
  { header: "NAME", text: rowLabel, style: () => "bold", min: 14, enough: 28, importance: 12 },
  {
    header: "AGENT",
    text: ({ metrics }) => [agentWord(metrics.agent), ...metrics.models.map((model) => modelLabel(model))].join(" "),
    min: 7,
    enough: 18,
    importance: 4,
  },
  { header: "TOKENS", text: ({ metrics }) => tokens(metrics, ({ total }) => total), align: "right", importance: 10 },
  { header: "IN", text: ({ metrics }) => tokens(metrics, ({ input }) => input), style: () => "dim", align: "right", importance: 5 },
  { header: "OUT", text: ({ metrics }) => tokens(metrics, ({ output }) => output), style: () => "dim", align: "right", importance: 6 },
  {
    header: "CACHE R",
    text: ({ metrics }) => tokens(metrics, ({ cacheRead }) => cacheRead),
    style: () => "dim",
    align: "right",
    importance: 3,
  },
  {
    header: "CACHE W",
    text: ({ metrics }) => tokens(metrics, ({ cacheWrite5m, cacheWrite1h }) => cacheWrite5m + cacheWrite1h),
    style: () => "dim",
    align: "right",
    importance: 3,
  },
  {
    header: "COST",
    text: ({ metrics }) => formatCost(metrics.cost),
    style: ({ metrics }) => (metrics.cost?.certainty === Certainty.UNPRICED ? "attention" : undefined),
    align: "right",
    importance: 11,
  },
  { header: "TOOL P95 (N)", text: ({ metrics }) => p95Text(metrics, Clock.TOOL), align: "right", importance: 9 },
  { header: "MODEL P95 (N)", text: ({ metrics }) => p95Text(metrics, Clock.MODEL), align: "right", importance: 7 },
  {
    header: "ERRORS",
    text: ({ metrics }) => errorText(metrics),
    style: ({ metrics }) => ((metrics.errorRate ?? 0) > 0 ? "bad" : undefined),
    align: "right",
    importance: 8,
  },
  {
    header: "SLOW",
    text: ({ metrics }) => metrics.slow.map(slowText).join("; "),
    style: () => "bad",
    min: 8,
    enough: 24,
    importance: 8,
  },
  { header: "TIME", text: ({ metrics }) => formatDuration(metrics.durationMs), align: "right", importance: 7 },
  { header: "TOOLS", text: ({ metrics }) => toolsText(metrics), min: 10, enough: 20, importance: 2 },
]
