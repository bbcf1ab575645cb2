import { expect, test } from "vitest"
import type { CheckRow } from "./check-log.ts"
import { createCheckLog, ClientDiffers, DaemonDiffers, DaemonUnsure } from "./check-log.ts"
import { reportSum, reportTable } from "./report-table.ts"

const row = (check: string, outcome: CheckRow["outcome"]): CheckRow => ({ check, outcome })

test("what was not tried is said so and never counts as passed", async () => {
  const log = createCheckLog(() => {})
  expect(await log.check("a", async () => ({ lagMs: 12.4 }))).toBe(true)
  expect(await log.check("b", () => Promise.reject(new ClientDiffers("no dialog")))).toBe(false)
  expect(await log.check("c", () => Promise.reject(new DaemonDiffers("said idle")))).toBe(true)
  await log.check("d", () => Promise.reject(new Error("tmux is gone")))
  await log.check("u", () => Promise.reject(new DaemonUnsure("two fit")))
  log.skip("e", "b was not there")
  const report = { client: "x", rows: log.rows, hosts: [] }
  expect(reportSum([report])).toEqual({ ok: 1, unsure: 1, different: 2, unsupported: 2 })
  expect(reportTable([report])).toContain("| a | ok 12 ms |\n| b | not tried: no dialog |\n| c | DIFFERENT: said idle |")
})

test("a column for each client, a dash where it was not asked, no markup from a screen", () => {
  const table = reportTable([
    { client: "one", rows: [row("a", { kind: "ok" })], hosts: ["example.com"] },
    { client: "two", rows: [row("b", { kind: "unsupported", why: "it shows | <b>x</b>\n\u001b[1m`y`" })], hosts: [] },
  ])
  expect(table.split("\n")).toEqual([
    "| check | one | two |",
    "| --- | --- | --- |",
    "| a | ok | - |",
    "| b | - | not tried: it shows \\| \\<b\\>x\\</b\\> \\[1m\\`y\\` |",
    "| hosts refused | example.com | none |",
  ])
})
