// How the daemon is, for a person: where it lives, what it can see, what went wrong.

import { displayWidth } from "@vibecraft/shared/display-width"
import { formatBytes } from "@vibecraft/shared/format-bytes"
import { formatAge, formatDuration } from "@vibecraft/shared/format-duration"
import { formatFirstRead } from "@vibecraft/shared/format-first-read"
import { formatTokens } from "@vibecraft/shared/format-tokens"
import { SourceHealth, type GetStatusResponse, type Problem, type Source } from "@vibecraft/shared/gen/vibecraft/v1/daemon_service_pb"
import { safeText, truncate } from "@vibecraft/shared/safe-text"
import type { Style } from "./paint.ts"
import { type Column, type TableOptions, renderTable } from "./table.ts"
import { wrap } from "./wrap.ts"

const HEALTH = new Map<number, { text: string; style: Style }>([
  [SourceHealth.OK, { text: "● ok", style: "good" }],
  [SourceHealth.ABSENT, { text: "○ absent", style: "dim" }],
  [SourceHealth.DEGRADED, { text: "▲ partly", style: "attention" }],
  [SourceHealth.FAILED, { text: "× failed", style: "bad" }],
])

export function renderStatus(status: GetStatusResponse, nowMs: number, options: TableOptions): string[] {
  const { paint } = options
  const host = safeText(status.host?.name ?? "")
  const title = `vibecraftd ${safeText(status.version)}`
  const lines = [`${paint("bold", title)}  up ${formatDuration(status.uptimeMs)}, pid ${status.pid}${host === "" ? "" : ` on ${host}`}`]
  for (const [label, text] of facts(status)) {
    if (text !== "") lines.push(`  ${paint("dim", label.padEnd(8))} ${truncate(text, Math.max(20, options.width - 11))}`)
  }
  lines.push("", paint("bold", "What it looks at"))
  lines.push(...(status.sources.length === 0 ? ["  nothing yet"] : section(SOURCE_COLUMNS, status.sources, options)))
  lines.push("")
  if (status.problems.length === 0) return [...lines, "No problems."]
  return [...lines, paint("bold", "Problems, latest first"), ...status.problems.flatMap((problem) => problemLines(problem, nowMs, options))]
}

function facts(status: GetStatusResponse): readonly (readonly [label: string, text: string])[] {
  const { counters } = status
  const memory = `${status.rssBytes === 0n ? "unknown" : formatBytes(status.rssBytes)}, event loop p99 ${status.eventLoopDelayP99Ms.toFixed(1)} ms late`
  return [
    ["url", safeText(status.url)],
    ["socket", safeText(status.socket)],
    ["state", safeText(status.stateDir)],
    ["log", "its standard error, JSON lines"],
    ["scope", safeText(status.scope)],
    ["memory", memory],
    ["read", formatFirstRead(status.firstRead) ?? "caught up"],
    ...(counters === undefined
      ? []
      : [
          ["", readText(counters)] as const,
          ["counted", `${counters.requests} model requests, ${counters.toolCalls} tool calls`] as const,
          ["scans", `${counters.scans}${counters.failedScans > 0n ? `, ${counters.failedScans} failed in part` : ""}`] as const,
          ["watched", `by ${counters.watchers} ${counters.watchers === 1 ? "stream" : "streams"}`] as const,
        ]),
  ]
}

function readText(counters: NonNullable<GetStatusResponse["counters"]>): string {
  const passedOver = [
    [counters.badLines, "not JSON"],
    [counters.hugeLines, "too long"],
    [counters.unknownLines, "of unknown type"],
  ] as const
  const parts = passedOver.filter(([count]) => count > 0n).map(([count, why]) => `${formatTokens(count)} ${why}`)
  const read = `${counters.files} files, ${formatBytes(counters.bytesRead)}, ${formatTokens(counters.lines)} lines`
  return parts.length === 0 ? read : `${read}; passed over: ${parts.join(", ")}`
}

function section<Row>(columns: readonly Column<Row>[], rows: readonly Row[], options: TableOptions): string[] {
  const [, ...lines] = renderTable(columns, rows, { ...options, width: options.width - 2 })
  return lines.map((line) => `  ${line}`)
}

const SOURCE_COLUMNS: readonly Column<Source>[] = [
  {
    header: "",
    text: ({ health }) => HEALTH.get(health)?.text ?? "? unknown",
    style: ({ health }) => HEALTH.get(health)?.style,
    importance: 9,
  },
  { header: "", text: ({ kind }) => safeText(kind), importance: 8 },
  { header: "", text: ({ name }) => safeText(name), min: 12, importance: 6, keep: "end" },
  { header: "", text: ({ detail }) => safeText(detail), style: () => "dim", min: 16, importance: 7 },
]

/** What it was and how often on one line, what to do about it below. */
function problemLines(problem: Problem, nowMs: number, { width, paint }: TableOptions): string[] {
  const { kind, subject, detail, count, lastTime } = problem
  const often = count > 1n ? `, ${count} times` : ""
  const when = lastTime === undefined ? "" : `, ${formatAge(lastTime, nowMs)} ago`
  const head = truncate(safeText(kind), 40)
  const where = truncate(safeText(subject), Math.max(20, width - displayWidth(head + often + when) - 4), "end")
  return [
    `  ${paint("attention", head)}  ${where}${paint("dim", often + when)}`,
    ...wrap(safeText(detail), Math.max(20, width - 4)).map((line) => `    ${line}`),
  ]
}
