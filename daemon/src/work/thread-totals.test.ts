import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { readThreadTotals } from "./thread-totals.ts"

let home: string
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), "vibecraft-threads-"))))
afterEach(() => rmSync(home, { recursive: true, force: true }))

function index(name: string, rows: readonly (readonly [string, number | string | null])[]): DatabaseSync {
  const database = new DatabaseSync(join(home, name))
  database.exec("PRAGMA journal_mode = WAL; CREATE TABLE threads (id TEXT PRIMARY KEY, tokens_used, title TEXT)")
  for (const [id, tokens] of rows) database.prepare("INSERT INTO threads VALUES (?, ?, 'secret')").run(id, tokens)
  return database
}

test("reads the newest index, and leaves no file behind", () => {
  index("state_4.sqlite", [["old", 1]]).close()
  index("state_12.sqlite", [
    ["a", 21_000],
    ["b", 0],
    ["odd", "many"],
    ["none", null],
  ]).close()
  const before = readdirSync(home).toSorted()
  expect(readThreadTotals({ homes: [home, join(home, "nowhere")] })).toEqual({
    threads: [
      { id: "a", tokens: 21_000 },
      { id: "b", tokens: 0 },
    ],
    problems: [],
  })
  expect(readdirSync(home).toSorted()).toEqual(before)
})

test("sees what a running writer has committed", () => {
  const database = index("state_5.sqlite", [["a", 1]])
  try {
    database.exec("UPDATE threads SET tokens_used = 42")
    expect(readThreadTotals({ homes: [home] }).threads).toEqual([{ id: "a", tokens: 42 }])
  } finally {
    database.close()
  }
})

test("names an index that cannot be read", () => {
  writeFileSync(join(home, "state_5.sqlite"), "no database")
  mkdirSync(join(home, "other"))
  new DatabaseSync(join(home, "other", "state_5.sqlite")).close()
  const { threads, problems } = readThreadTotals({ homes: [home, join(home, "other")] })
  expect(threads).toEqual([])
  expect(problems).toEqual([expect.stringContaining("state_5.sqlite: "), expect.stringContaining("no such table")])
})
