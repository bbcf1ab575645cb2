import { expect, test } from "vitest"
import { figure, formatTable } from "./bench-table.ts"

test("prints three significant digits, and whole numbers whole", () => {
  expect([0.012345, 9.876, 123.456, 1234.5, 180, 1_234_567, Number.NaN].map(figure)).toEqual([
    "0.0123",
    "9.88",
    "123",
    "1,235",
    "180",
    "1,234,567",
    "-",
  ])
})

test("aligns names left and figures right, and leaves out what has no budget", () => {
  const table = formatTable([
    { name: "append", value: 12.3, unit: "ms", budget: "<= 25" },
    { name: "cold read, 2 workers", value: 1200, unit: "MB/s" },
  ])
  expect(table.split("\n")).toEqual(["append                 12.3 ms    budget <= 25", "cold read, 2 workers  1,200 MB/s"])
})
