import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { openSeenJournal } from "./seen-journal.ts"

const DAY_MS = 24 * 3_600_000
let stateDir: string
let nowMs: number
let warnings: string[]

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), "seen-"))
  nowMs = 1_000
  warnings = []
})
afterEach(() => rmSync(stateDir, { recursive: true, force: true }))

const open = (folder = stateDir) => openSeenJournal({ stateDir: folder, now: () => nowMs, warn: (line) => warnings.push(line) })

test("marks and the first start survive a restart, in a file that only its owner reads", () => {
  open().mark("a", 2_000)
  nowMs = 9_000
  const again = open()
  expect([again.sinceMs, again.markedMs("a"), again.markedMs("b")]).toEqual([1_000, 2_000, undefined])
  expect(statSync(join(stateDir, "seen.json")).mode & 0o777).toBe(0o600)
})

test("old marks leave", () => {
  const journal = open()
  journal.mark("old", nowMs)
  nowMs += 31 * DAY_MS
  journal.mark("new", nowMs)
  expect(JSON.parse(readFileSync(join(stateDir, "seen.json"), "utf8"))).toEqual({ sinceMs: 1_000, marks: { new: nowMs } })
})

test.each(["", "{", "[]", "null", '{"sinceMs":"x"}', '{"sinceMs":5,"marks":{"a":"b"}}', '{"sinceMs":5,"marks":7}'])(
  "a broken file (%s) costs the marks alone",
  (text) => {
    writeFileSync(join(stateDir, "seen.json"), text)
    const journal = open()
    expect(journal.markedMs("a")).toBeUndefined()
    journal.mark("a", 3)
    expect(open().markedMs("a") ?? 3).toBe(3)
  },
)

test("a folder that cannot be written to is told of, and marks last as long as the daemon", () => {
  const journal = open(join(stateDir, "missing"))
  journal.mark("a", 5)
  expect(journal.markedMs("a")).toBe(5)
  expect(warnings.length).toBeGreaterThan(0)
})
