// A report for spreadsheets: one line a row, exact numbers, no total. Texts that a spreadsheet would take for a formula are made plain.

import { Certainty } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { UsageGroup, type UsageRow } from "@vibecraft/shared/gen/vibecraft/v1/usage_pb"
import { safeText } from "@vibecraft/shared/safe-text"
import { agentWord } from "@vibecraft/shared/status-words"

interface CsvColumn {
  readonly name: string
  readonly text: (row: UsageRow) => string
}

const CERTAINTY_WORD = new Map<number, string>([
  [Certainty.PRICED, "priced"],
  [Certainty.ESTIMATED, "estimated"],
  [Certainty.UNPRICED, "unpriced"],
])

const AGENT: CsvColumn = { name: "agent", text: ({ agent }) => agentWord(agent) }
const PROJECT: CsvColumn = { name: "project", text: ({ project = "" }) => plain(project) }
const NAME: CsvColumn = { name: "name", text: ({ name = "" }) => plain(name) }
const SESSION: CsvColumn = { name: "session_id", text: ({ sessionId = "" }) => plain(sessionId) }

const GROUP_COLUMNS = new Map<UsageGroup, readonly CsvColumn[]>([
  [UsageGroup.DAY, [{ name: "day", text: periodOf }]],
  [UsageGroup.WEEK, [{ name: "week_of", text: periodOf }]],
  [UsageGroup.MONTH, [{ name: "month", text: periodOf }]],
  [UsageGroup.BLOCK, [{ name: "block_start", text: periodOf }, AGENT]],
  [UsageGroup.MODEL, [{ name: "model", text: ({ model = "" }) => plain(model) }]],
  [UsageGroup.PROJECT, [PROJECT]],
  [UsageGroup.SESSION, [SESSION, NAME, AGENT, PROJECT]],
  [
    UsageGroup.CONVERSATION,
    [{ name: "conversation_id", text: ({ conversationId = "" }) => plain(conversationId) }, SESSION, NAME, AGENT, PROJECT],
  ],
  [UsageGroup.AGENT, [AGENT]],
  [UsageGroup.SUBAGENT_TYPE, [{ name: "subagent", text: ({ subagentType = "" }) => plain(subagentType) }]],
])

const SUM_COLUMNS: readonly CsvColumn[] = [
  { name: "requests", text: ({ requests }) => `${requests}` },
  { name: "input_tokens", text: ({ tokens }) => `${tokens?.input ?? 0n}` },
  { name: "output_tokens", text: ({ tokens }) => `${tokens?.output ?? 0n}` },
  { name: "reasoning_tokens", text: ({ tokens }) => `${tokens?.reasoning ?? 0n}` },
  { name: "cache_read_tokens", text: ({ tokens }) => `${tokens?.cacheRead ?? 0n}` },
  { name: "cache_write_5m_tokens", text: ({ tokens }) => `${tokens?.cacheWrite5m ?? 0n}` },
  { name: "cache_write_1h_tokens", text: ({ tokens }) => `${tokens?.cacheWrite1h ?? 0n}` },
  { name: "total_tokens", text: ({ tokens }) => `${tokens?.total ?? 0n}` },
  { name: "cost_usd", text: ({ cost }) => dollars(cost?.nanosUsd ?? 0n) },
  { name: "certainty", text: ({ cost }) => CERTAINTY_WORD.get(cost?.certainty ?? 0) ?? "" },
  { name: "unpriced_models", text: ({ cost }) => plain(cost?.unpricedModels.join(" ") ?? "") },
  { name: "corrected_tokens", text: ({ corrected }) => `${corrected?.tokens?.total ?? 0n}` },
  { name: "corrected_cost_usd", text: ({ corrected }) => dollars(corrected?.cost?.nanosUsd ?? 0n) },
]

/** Header and rows. A column that two groups share stands once. */
export function usageCsv(rows: readonly UsageRow[], groups: readonly UsageGroup[]): string[] {
  const columns = [...groups.flatMap((group) => GROUP_COLUMNS.get(group) ?? []), ...SUM_COLUMNS]
  const distinct = columns.filter(({ name }, index) => columns.findIndex((other) => other.name === name) === index)
  return [distinct.map(({ name }) => name).join(","), ...rows.map((row) => distinct.map(({ text }) => quoted(text(row))).join(","))]
}

function periodOf({ period = "" }: UsageRow): string {
  return safeText(period)
}

/** Spreadsheets run what starts like this. */
function plain(text: string): string {
  const safe = safeText(text)
  return /^[=+\-@]/.test(safe) ? `'${safe}` : safe
}

function quoted(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** All nine decimals, so that sums of rows are sums of amounts. */
export function dollars(nanosUsd: bigint): string {
  const sign = nanosUsd < 0n ? "-" : ""
  const digits = (nanosUsd < 0n ? -nanosUsd : nanosUsd).toString().padStart(10, "0")
  return `${sign}${digits.slice(0, -9)}.${digits.slice(-9)}`
}
