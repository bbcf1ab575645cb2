// Aligned tables that fit the terminal: when room is short the least important columns give way first, then leave. Into a file or a pipe
// everything goes whole, and one long text does not widen the lines of all others.

import { displayWidth } from "@vibecraft/shared/display-width"
import { truncate } from "@vibecraft/shared/safe-text"
import type { Paint, Style } from "./paint.ts"

export interface Column<Row> {
  readonly header: string
  /** The cell's text; safe to show, on one line. */
  readonly text: (row: Row) => string
  readonly style?: (row: Row) => Style | undefined
  /** Numbers go to the right. */
  readonly align?: "right"
  /** It is never shown narrower than this; absent means that it is shown whole or not at all. */
  readonly min?: number
  /** What is wider than this gives way before any other column is cut; absent means that all of it counts. */
  readonly enough?: number
  /** Higher stays longer. */
  readonly importance: number
  /** Which end stays when a cell is cut; the start unless told. */
  readonly keep?: "start" | "end"
}

export interface TableOptions {
  /** Cells of the terminal; Infinity where nothing is to be cut. */
  readonly width: number
  readonly paint: Paint
}

const GAP = 2
/** Where nothing is cut, a text wider than this is no measure for its column: it moves what follows in its own line, and no other. */
const WIDEST_PADDED = 60

/** Header and rows as lines, none wider than `width`. Columns without any text are left out. */
export function renderTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[], options: TableOptions): string[] {
  const { width, paint } = options
  const table = columns
    .map((column) => ({ column, cells: rows.map((row) => column.text(row)) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ""))
    .map(({ column, cells }) => ({ column, cells, natural: naturalWidth([column.header, ...cells], width) }))
  const widths = fitColumns(
    table.map(({ column, natural }) => ({
      natural,
      min: Math.min(natural, column.min ?? natural),
      enough: column.enough ?? natural,
      importance: column.importance,
    })),
    width,
  )
  const shown = table.map((entry, index) => ({ ...entry, width: widths[index] ?? 0 })).filter((entry) => entry.width > 0)
  const fit = (text: string, cells: number, { align, keep }: Column<Row>): string =>
    pad(width === Infinity ? text : truncate(text, cells, keep), cells, align)
  const lines = [shown.map(({ column, width: cells }) => paint("header", fit(column.header, cells, column))).join(" ".repeat(GAP))]
  for (const [index, row] of rows.entries()) {
    const cells = shown.map(({ column, cells: texts, width: wide }) => {
      const cell = texts[index] ?? ""
      return cell === "" ? " ".repeat(wide) : paint(column.style?.(row), fit(cell, wide, column))
    })
    lines.push(cells.join(" ".repeat(GAP)))
  }
  return lines.map((line) => line.trimEnd())
}

export interface ColumnWidths {
  readonly natural: number
  readonly min: number
  /** What is above this gives way before any other column is cut. */
  readonly enough?: number
  readonly importance: number
}

/** Widths that fit; 0 for a column that has to leave. The most important one always stays, cut to the whole width if it must be. */
export function fitColumns(columns: readonly ColumnWidths[], width: number): number[] {
  const widths = columns.map(({ natural }) => natural)
  const leastFirst = [...columns.entries()].sort(([, a], [, b]) => a.importance - b.importance)
  for (const leaving of [undefined, ...leastFirst.slice(0, -1)]) {
    if (leaving !== undefined) widths[leaving[0]] = 0
    const staying = leastFirst.filter(([index]) => widths[index] !== 0)
    for (const [index, { natural }] of staying) widths[index] = natural
    let over = total(widths) - width
    const narrow = (least: (column: ColumnWidths) => number): void => {
      for (const [index, column] of staying) {
        const now = widths[index] ?? 0
        const given = Math.max(0, Math.min(over, now - Math.max(column.min, least(column))))
        widths[index] = now - given
        over -= given
      }
    }
    narrow(({ natural, enough }) => enough ?? natural)
    narrow(({ min }) => min)
    if (over <= 0) return widths
  }
  const last = leastFirst.at(-1)?.[0]
  return widths.map((wide, index) => (index === last ? Math.min(wide, width) : 0))
}

function total(widths: readonly number[]): number {
  const shown = widths.filter((width) => width > 0)
  return shown.reduce((sum, width) => sum + width, 0) + GAP * Math.max(0, shown.length - 1)
}

/** Never 0, which would be a column that leaves. */
function naturalWidth(texts: readonly string[], room: number): number {
  const limit = room === Infinity ? WIDEST_PADDED : Infinity
  return texts.map(displayWidth).reduce((most, width) => (width > limit ? most : Math.max(most, width)), 1)
}

function pad(text: string, width: number, align: "right" | undefined): string {
  const space = " ".repeat(Math.max(0, width - displayWidth(text)))
  return align === "right" ? space + text : text + space
}
