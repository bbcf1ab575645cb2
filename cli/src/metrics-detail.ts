// The metrics of one session at length: everything that the table has no room for.

import { clockWord, slowText } from "@vibecraft/shared/clock-words"
import { formatAge, formatDuration, formatLatency } from "@vibecraft/shared/format-duration"
import { formatCostLong, formatMoney } from "@vibecraft/shared/format-money"
import { formatTokens } from "@vibecraft/shared/format-tokens"
import {
  type Booked,
  type Corrected,
  type Metrics,
  type OpenInterval,
  type Tokens,
  type ToolMetrics,
} from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { safeText, truncate } from "@vibecraft/shared/safe-text"
import { agentWord } from "@vibecraft/shared/status-words"
import { FEW_SAMPLES, hasFewSamples, LATENCY_COLUMNS } from "./latency-columns.ts"
import { errorText, type MetricsRow, rowLabel } from "./metrics-table.ts"
import { statusStyle, statusText } from "./session-table.ts"
import { signedMoney, signedTokens } from "./signed.ts"
import { type Column, type TableOptions, renderTable } from "./table.ts"
import { renderTrouble } from "./trouble-tables.ts"

/** One block per row, an empty line between them. */
export function renderDetails(rows: readonly MetricsRow[], nowMs: number, options: TableOptions): string[] {
  return rows.flatMap((row, index) => [...(index === 0 ? [] : [""]), ...renderDetail(row, nowMs, options)])
}

function renderDetail(row: MetricsRow, nowMs: number, options: TableOptions): string[] {
  const { metrics, session } = row
  const { paint } = options
  const status = session === undefined ? "" : paint(statusStyle(session), statusText(session, nowMs))
  const slow = metrics.slow.map((each) => `  ${paint("bad", truncate(`slow: ${slowText(each)}`, Math.max(20, options.width - 2)))}`)
  const lines = [[paint("bold", rowLabel(row)), status].filter((part) => part !== "").join("  ")]
  lines.push(...slow)
  for (const [label, text] of facts(metrics, nowMs)) {
    lines.push(`  ${paint("dim", label.padEnd(13))} ${truncate(text, Math.max(20, options.width - 16))}`)
  }
  if (metrics.latency.length > 0) lines.push("", ...indent(renderTable(LATENCY_COLUMNS, metrics.latency, inner(options))))
  if (metrics.tools.length > 0) lines.push("", ...indent(renderTable(TOOL_COLUMNS, metrics.tools, inner(options))))
  lines.push(...indent(renderTrouble(metrics, nowMs, inner(options))))
  if (hasFewSamples(metrics.latency)) lines.push("", paint("dim", truncate(`  ${FEW_SAMPLES}`, options.width)))
  return lines
}

function facts(metrics: Metrics, nowMs: number): [label: string, text: string][] {
  const { requests, apiErrors, subagents, models, corrected, booked } = metrics
  const errors = errorText(metrics)
  return [
    ["conversation", safeText(metrics.conversationId)],
    ["agent", [agentWord(metrics.agent), ...models.map((model) => safeText(model))].join(" ")],
    ["tokens", metrics.tokens === undefined ? "none" : tokensText(metrics.tokens)],
    ["cost", safeText(formatCostLong(metrics.cost))],
    ...(corrected === undefined ? [] : [["by hand", correctedText(corrected)] satisfies [string, string]]),
    ...(booked === undefined || booked.hidden.length === 0 ? [] : [["hidden", hiddenText(booked)] satisfies [string, string]]),
    ["requests", `${requests}${apiErrors > 0n ? `, ${apiErrors} failed or retried` : ""}`],
    ["tool errors", errors === "" ? "no call judged" : errors],
    ["time", timeText(metrics)],
    ...(booked?.totalMs === undefined ? [] : [["its own clocks", ownClocksText(booked)] satisfies [string, string]]),
    ...(metrics.open.length > 0
      ? [["runs now", metrics.open.map((open) => openText(open, nowMs)).join(", ")] satisfies [string, string]]
      : []),
    ...(subagents > 0 ? [["subagents", `${subagents}, their figures are included`] satisfies [string, string]] : []),
  ]
}

function timeText({ durationMs, activeMs }: Metrics): string {
  const active = activeMs === undefined ? "" : `, ${formatDuration(activeMs)} at work in turns`
  return `${formatDuration(durationMs)} from first to last${active}`
}

/** What the agent says its model requests and tools took, side by side or not. */
function ownClocksText({ modelMs = 0n, modelWithoutRetriesMs = 0n, toolMs = 0n, totalMs = 0n }: Booked): string {
  const retries = modelMs > modelWithoutRetriesMs ? `, ${formatLatency(modelMs - modelWithoutRetriesMs)} of it waiting to try again` : ""
  return `model ${formatLatency(modelMs)}${retries}; tools ${formatLatency(toolMs)}; running ${formatLatency(totalMs)}`
}

/** "Bash 3m", "permission 12s": what runs, and for how long. */
function openText({ clock, tool, startedTime }: OpenInterval, nowMs: number): string {
  return `${tool === undefined ? clockWord(clock) : safeText(tool)} ${formatAge(startedTime, nowMs)}`
}

/** What the agent booked for calls that left no line. */
function hiddenText({ hidden }: Booked): string {
  const parts = hidden.map(
    ({ model, tokens, nanosUsd }) => `${formatMoney(nanosUsd)} ${safeText(model)} (${formatTokens(tokens?.total ?? 0n)})`,
  )
  return `${parts.join(", ")}: booked by the agent for calls without a line, not in the figures above`
}

/** What corrections change, class by class; the lines above are as measured. */
function correctedText({ tokens, cost, corrections }: Corrected): string {
  const parts =
    tokens === undefined
      ? []
      : CLASSES.filter(([, count]) => count(tokens) !== 0n).map(([word, count]) => `${signedTokens(count(tokens))} ${word}`)
  const count = corrections === 1 ? "1 correction" : `${corrections} corrections`
  return `${[...parts, signedMoney(cost?.nanosUsd ?? 0n)].join(", ")} (${count}), not in the figures above`
}

const CLASSES: readonly (readonly [word: string, count: (tokens: Tokens) => bigint])[] = [
  ["in", ({ input }) => input],
  ["out", ({ output }) => output],
  ["reasoning", ({ reasoning }) => reasoning],
  ["cache read", ({ cacheRead }) => cacheRead],
  ["cache write", ({ cacheWrite5m }) => cacheWrite5m],
  ["cache write 1 h", ({ cacheWrite1h }) => cacheWrite1h],
]

function tokensText(tokens: Tokens): string {
  const { input, output, reasoning, cacheRead, cacheWrite5m, cacheWrite1h, total } = tokens
  const parts = [
    `${formatTokens(input)} in`,
    `${formatTokens(output)} out${reasoning > 0n ? ` (${formatTokens(reasoning)} reasoning)` : ""}`,
  ]
  if (cacheRead > 0n) parts.push(`${formatTokens(cacheRead)} cache read`)
  if (cacheWrite5m > 0n) parts.push(`${formatTokens(cacheWrite5m)} cache write`)
  if (cacheWrite1h > 0n) parts.push(`${formatTokens(cacheWrite1h)} cache write 1 h`)
  return `${formatTokens(total)}: ${parts.join(", ")}`
}

const TOOL_COLUMNS: readonly Column<ToolMetrics>[] = [
  { header: "TOOL", text: ({ name }) => safeText(name), min: 8, importance: 9 },
  { header: "CALLS", text: ({ calls }) => `${calls}`, align: "right", importance: 8 },
  {
    header: "FAILED",
    text: ({ failures }) => `${failures}`,
    style: ({ failures }) => (failures > 0 ? "bad" : "dim"),
    align: "right",
    importance: 7,
  },
  { header: "P50", text: ({ latency }) => (latency === undefined ? "" : formatLatency(latency.p50Ms)), align: "right", importance: 4 },
  { header: "P95", text: ({ latency }) => (latency === undefined ? "" : formatLatency(latency.p95Ms)), align: "right", importance: 6 },
  { header: "P99", text: ({ latency }) => (latency === undefined ? "" : formatLatency(latency.p99Ms)), align: "right", importance: 5 },
  { header: "MAX", text: ({ latency }) => (latency === undefined ? "" : formatLatency(latency.maxMs)), align: "right", importance: 3 },
]

function inner(options: TableOptions): TableOptions {
  return { ...options, width: options.width - 2 }
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => (line === "" ? "" : `  ${line}`))
}
