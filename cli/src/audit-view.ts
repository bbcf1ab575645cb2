// An audit for people: what agrees in a line, what does not in a table with the reason behind it.

import { formatMoney } from "@vibecraft/shared/format-money"
import { AuditCause, type AuditDifference, type AuditRow } from "@vibecraft/shared/gen/vibecraft/v1/audit_pb"
import type { AuditResponse } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import { safeLabel, safeText } from "@vibecraft/shared/safe-text"
import { modelLabel } from "@vibecraft/shared/session-label"
import { agentWord } from "@vibecraft/shared/status-words"
import { type CcusageReport } from "./ccusage.ts"
import { compareWithCcusage, type Comparison, total } from "./ccusage-comparison.ts"
import { type Column, renderTable, type TableOptions } from "./table.ts"

/** The agents' own figures. `all` shows the conversations too whose figures are equal. */
export function renderAudit(audit: Pick<AuditResponse, "rows" | "summary" | "problems">, all: boolean, options: TableOptions): string[] {
  const { paint } = options
  const { compared = 0, equal = 0, explained = 0, unexplained = 0, hiddenNanosUsd = 0n } = audit.summary ?? {}
  const rows = audit.rows.filter((row) => row.differences.length > 0 || (all && isCompared(row)))
  const lines = [
    paint("bold", "The agents' own figures"),
    compared === 0
      ? "No agent says anything of its own: Claude Code does since 2.1.241 when it exits, Codex keeps an index of threads."
      : countsLine(compared, equal, explained, unexplained, options),
  ]
  if (hiddenNanosUsd > 0n)
    lines.push(`Hidden in all: ${money(hiddenNanosUsd)}, spent on calls that leave no line; it is in no other figure.`)
  if (rows.length > 0) lines.push("", ...renderTable(AUDIT_COLUMNS, rows, options))
  for (const problem of audit.problems) lines.push("", paint("attention", `Not read: ${safeText(problem)}`))
  return lines
}

/** ccusage's figures. */
export function renderComparison(rows: readonly AuditRow[], report: CcusageReport, all: boolean, options: TableOptions): string[] {
  const { paint } = options
  const compared = compareWithCcusage(rows, report.conversations)
  const equal = compared.filter(({ reason }) => reason === undefined).length
  const explained = compared.filter(({ reason, isExplained }) => reason !== undefined && isExplained).length
  const shown = compared.filter(({ reason }) => all || reason !== undefined)
  return [
    paint("bold", safeLabel(report.version, 40)),
    countsLine(compared.length, equal, explained, compared.length - equal - explained, options),
    ...(shown.length === 0 ? [] : ["", ...renderTable(CCUSAGE_COLUMNS, shown, options)]),
  ]
}

function countsLine(compared: number, equal: number, explained: number, unexplained: number, { paint }: TableOptions): string {
  const rest = unexplained === 0 ? "none unexplained" : paint("attention", `${unexplained} unexplained`)
  return `${compared} ${compared === 1 ? "conversation" : "conversations"} compared: ${equal} equal, ${explained} explained, ${rest}.`
}

function isCompared({ booked, threadTokens }: AuditRow): boolean {
  return booked !== undefined || threadTokens !== undefined
}

const AUDIT_COLUMNS: readonly Column<AuditRow>[] = [
  { header: "NAME", text: (row) => label(row, row.conversationId), style: () => "bold", min: 12, enough: 24, importance: 5 },
  { header: "AGENT", text: ({ agent }) => agentWord(agent), importance: 1 },
  { header: "OURS", text: ours, align: "right", importance: 4 },
  { header: "ITS OWN", text: itsOwn, align: "right", importance: 3 },
  { header: "WHY", text: why, style: whyStyle, min: 20, importance: 2 },
]

const CCUSAGE_COLUMNS: readonly Column<Comparison>[] = [
  {
    header: "NAME",
    text: ({ row, conversationId }) => label(row, conversationId),
    style: () => "bold",
    min: 12,
    enough: 24,
    importance: 5,
  },
  { header: "OURS", text: ({ ours: tokens }) => count(total(tokens)), align: "right", importance: 4 },
  { header: "CCUSAGE", text: ({ theirs }) => count(total(theirs)), align: "right", importance: 3 },
  {
    header: "WHY",
    text: ({ reason, isExplained }) => (reason === undefined ? "equal" : isExplained ? reason : `perhaps: ${reason}`),
    min: 20,
    importance: 2,
  },
]

function label(row: AuditRow | undefined, conversationId: string): string {
  const name = safeLabel(row?.name ?? "", 60)
  const id = safeText(conversationId).slice(-12)
  return name === "" || name === safeText(conversationId).slice(0, 8) ? id : `${name} ${id}`
}

function ours(row: AuditRow): string {
  return row.booked === undefined ? count(Number(row.tokens?.total ?? 0n)) : money(row.cost?.nanosUsd ?? 0n)
}

function itsOwn(row: AuditRow): string {
  return row.booked === undefined ? count(Number(row.threadTokens ?? 0n)) : money(row.booked.nanosUsd)
}

function why(row: AuditRow): string {
  return row.differences.length === 0 ? "equal" : row.differences.map((difference) => differenceText(difference, row)).join("; ")
}

function whyStyle(row: AuditRow): "attention" | undefined {
  return row.differences.some(({ cause }) => cause === AuditCause.UNEXPLAINED) ? "attention" : undefined
}

function differenceText(difference: AuditDifference, row: AuditRow): string {
  const amount = row.booked === undefined ? signed(difference.tokens, count) : signed(difference.nanosUsd, (nanos) => money(BigInt(nanos)))
  return `${amount} ${causeText(difference.cause, row)}`
}

function causeText(cause: AuditCause, { booked, forkedFromConversationId }: AuditRow): string {
  switch (cause) {
    case AuditCause.HIDDEN_CALLS: {
      const models = booked?.hidden.map(({ model }) => modelLabel(model)).join(", ") ?? ""
      return `hidden: calls without a line (${models})`
    }
    case AuditCause.INHERITED:
      return `inherited from ${safeText(forkedFromConversationId).slice(-12)}, where it counts`
    case AuditCause.UNBOOKED:
      return "never booked: its process was killed"
    case AuditCause.PRICE:
      return booked?.hasUnknownModel === true ? "its own guess of an unknown model's price" : "another price for the same tokens"
    case AuditCause.GOES_ON:
      return "used since it last said"
    case AuditCause.RESTARTED_TOTAL:
      return "its total was restarted"
    case AuditCause.NO_TRANSCRIPT:
      return "no transcript was there to read"
    default:
      return "not explained"
  }
}

function signed(value: bigint, text: (value: number) => string): string {
  return value < 0n ? `-${text(Number(-value))}` : `+${text(Number(value))}`
}

/** To a hundredth of a cent: an audit is about small differences. */
function money(nanosUsd: bigint): string {
  const units = (nanosUsd + 50_000n) / 100_000n
  return units % 100n === 0n || units === 0n
    ? formatMoney(nanosUsd)
    : `$${units / 10_000n}.${(units % 10_000n).toString().padStart(4, "0")}`
}

function count(tokens: number): string {
  return tokens.toLocaleString("en-US")
}
