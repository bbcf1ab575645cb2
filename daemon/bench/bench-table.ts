// One aligned table of figures.

import type { BenchRow } from "./bench-row.ts"

const DIGITS = 3

export function formatTable(rows: readonly BenchRow[]): string {
  const cells = rows.map(({ name, value, unit, budget }) => [name, figure(value), unit, budget === undefined ? "" : `budget ${budget}`])
  const widths = [0, 1, 2].map((column) => Math.max(0, ...cells.map((row) => row[column]?.length ?? 0)))
  return cells
    .map(([name = "", value = "", unit = "", budget = ""]) =>
      `${name.padEnd(widths[0] ?? 0)}  ${value.padStart(widths[1] ?? 0)} ${unit.padEnd(widths[2] ?? 0)}  ${budget}`.trimEnd(),
    )
    .join("\n")
}

/** Three significant digits, and all digits of a whole number. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return "-"
  if (Number.isInteger(value) || Math.abs(value) >= 10 ** DIGITS) return Math.round(value).toLocaleString("en-US")
  return String(Number(value.toPrecision(DIGITS)))
}
