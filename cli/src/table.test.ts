import { displayWidth } from "@vibecraft/shared/display-width"
import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { createPaint } from "./paint.ts"
import { type Column, fitColumns, renderTable } from "./table.ts"

interface Row {
  name: string
  count: string
  note: string
}

const COLUMNS: readonly Column<Row>[] = [
  { header: "NAME", text: ({ name }) => name, min: 4, importance: 3 },
  { header: "N", text: ({ count }) => count, align: "right", importance: 2, style: () => "good" },
  { header: "NOTE", text: ({ note }) => note, min: 4, importance: 1, keep: "end" },
]
const ROWS: readonly Row[] = [
  { name: "alpha", count: "7", note: "/a/long/path" },
  { name: "日本語", count: "1234", note: "" },
]
const plain = createPaint(false)
const table = (width: number, rows = ROWS, paint = plain) => renderTable(COLUMNS, rows, { width, paint })

describe("renderTable", () => {
  test("aligns by display width, numbers to the right", () => {
    expect(table(Infinity)).toEqual(["NAME       N  NOTE", "alpha      7  /a/long/path", "日本語  1234"])
  })

  test("the least important column is cut first, at the end that says less", () => {
    expect(table(20)).toEqual(["NAME       N  NOTE", "alpha      7  …/path", "日本語  1234"])
  })

  test("then it leaves", () => {
    expect(table(15)).toEqual(["NAME       N", "alpha      7", "日本語  1234"])
    expect(table(6)).toEqual(["NAME", "alpha", "日本語"])
    expect(table(3)).toEqual(["NA…", "al…", "日…"])
  })

  test("where nothing is cut, a long text is whole and moves the rest of its own line alone", () => {
    const long = "語".repeat(2000)
    const [header, alpha, other] = table(Infinity, [
      { name: "alpha", count: "7", note: "/a/long/path" },
      { name: long, count: "12", note: "x" },
    ])
    expect([header, alpha]).toEqual(["NAME    N  NOTE", "alpha   7  /a/long/path"])
    expect(other).toBe(`${long}  12  x`)
  })

  test("where nothing is cut, texts of a usual length stand in columns however different they are", () => {
    const wide = "w".repeat(60)
    const rows = [
      { name: wide, count: "7", note: "x" },
      { name: "a", count: "12", note: "y" },
    ]
    expect(table(Infinity, rows)).toEqual([`NAME${" ".repeat(58)} N  NOTE`, `${wide}   7  x`, `a${" ".repeat(61)}12  y`])
  })

  test("where nothing is cut, no column leaves for being without a header and full of long texts", () => {
    const columns: readonly Column<Row>[] = [{ header: "", text: ({ name }) => name, importance: 1 }]
    const name = "n".repeat(61)
    expect(renderTable(columns, [{ name, count: "", note: "" }], { width: Infinity, paint: plain })).toEqual(["", name])
  })

  test("where nothing is cut, one row changes nothing of the others, and every text is there", () => {
    const short = fc.string({ unit: fc.constantFrom("a", "b", "語", "é", "🙂"), minLength: 1, maxLength: 3 })
    const long = fc.string({ unit: fc.constantFrom("a", "b", "語", "é", "🙂"), minLength: 61, maxLength: 200 })
    const row = fc.record({ name: short, count: short, note: short })
    fc.assert(
      fc.property(fc.array(row, { minLength: 1 }), fc.record({ name: long, count: long, note: long }), (rows, outlier) => {
        const lines = table(Infinity, [...rows, outlier])
        expect(lines.slice(0, -1)).toEqual(table(Infinity, rows))
        expect(lines.at(-1)).toBe(`${outlier.name}  ${outlier.count}  ${outlier.note}`)
      }),
    )
  })

  test("columns without text are left out", () => {
    expect(table(Infinity, [{ name: "a", count: "", note: "" }])).toEqual(["NAME", "a"])
  })

  test("colour changes nothing else", () => {
    // oxlint-disable-next-line no-control-regex
    const stripped = table(20, ROWS, createPaint(true)).map((line) => line.replace(/\x1b\[[\d;]*m/g, "").trimEnd())
    expect(stripped).toEqual(table(20))
    expect(table(20, ROWS, createPaint(true))[1]).toContain("\x1b[32m   7\x1b[0m")
  })

  test("no line is ever wider than the terminal", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", " ", "語", "é", "🙂") })
    fc.assert(
      fc.property(fc.array(fc.record({ name: text, count: text, note: text })), fc.integer({ min: 1, max: 60 }), (rows, width) => {
        for (const line of table(width, rows)) expect(displayWidth(line)).toBeLessThanOrEqual(width)
      }),
    )
  })
})

describe("fitColumns", () => {
  test("what is more than enough goes before anything else is cut", () => {
    const columns = [
      { natural: 60, min: 10, enough: 30, importance: 2 },
      { natural: 20, min: 5, importance: 1 },
    ]
    expect(fitColumns(columns, 70)).toEqual([48, 20])
    expect(fitColumns(columns, 52)).toEqual([30, 20])
    expect(fitColumns(columns, 47)).toEqual([30, 15])
    expect(fitColumns(columns, 30)).toEqual([23, 5])
  })

  test("a column that leaves gives its room back to those that stay", () => {
    const columns = [
      { natural: 20, min: 10, importance: 3 },
      { natural: 20, min: 15, importance: 2 },
      { natural: 20, min: 15, importance: 1 },
    ]
    expect(fitColumns(columns, 64)).toEqual([20, 20, 20])
    expect(fitColumns(columns, 50)).toEqual([16, 15, 15])
    expect(fitColumns(columns, 42)).toEqual([20, 20, 0])
    expect(fitColumns(columns, 20)).toEqual([20, 0, 0])
    expect(fitColumns(columns, 8)).toEqual([8, 0, 0])
  })
})
