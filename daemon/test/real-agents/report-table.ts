// The table of a run: a row for each check, a column for each client and version.

import { type CheckRow, outcomeText } from "./check-log.ts"

export interface ClientReport {
  /** The column's head: client, version, mode. */
  readonly client: string
  readonly rows: readonly CheckRow[]
  /** Hosts other than loopback that it asked for and did not reach. */
  readonly hosts: readonly string[]
}

/** A screen that is cited may be long. */
const MAX_TEXT = 180

/** Markdown. Checks come in the order in which they were first run; one that a client was not put to is a dash. */
export function reportTable(reports: readonly ClientReport[]): string {
  const checks = [...new Set(reports.flatMap(({ rows }) => rows.map(({ check }) => check)))]
  const cell = (report: ClientReport, check: string): string => {
    const row = report.rows.find((one) => one.check === check)
    return row === undefined ? "-" : escaped(outcomeText(row.outcome))
  }
  const lines = [
    ["check", ...reports.map(({ client }) => client)],
    ["---", ...reports.map(() => "---")],
    ...checks.map((check) => [escaped(check), ...reports.map((report) => cell(report, check))]),
    ["hosts refused", ...reports.map(({ hosts }) => (hosts.length === 0 ? "none" : escaped(hosts.join(", "))))],
  ]
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n")
}

/** How many checks of all went how. */
export function reportSum(reports: readonly ClientReport[]): Readonly<Record<CheckRow["outcome"]["kind"], number>> {
  const outcomes = reports.flatMap(({ rows }) => rows.map(({ outcome }) => outcome.kind))
  const count = (kind: CheckRow["outcome"]["kind"]): number => outcomes.filter((one) => one === kind).length
  return { ok: count("ok"), unsure: count("unsure"), different: count("different"), unsupported: count("unsupported") }
}

/** Text of a client's screen is in it: nothing of that may become markup. */
function escaped(text: string): string {
  return text
    .slice(0, MAX_TEXT)
    .replaceAll(/[\p{C}\s]+/gu, " ")
    .replaceAll(/[|\\`<>*_[\]&]/gu, (sign) => `\\${sign}`)
}
