import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { markDamaged } from "./damage.ts"
import { loadWorld } from "./load-world.ts"
import { SCHEMA_VERSION } from "./migrate.ts"
import { openDatabase } from "./open-database.ts"
import { StoreTooNewError } from "./store-errors.ts"

let dir: string
let path: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "vc-store-"))
  path = join(dir, "vibecraft.db")
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const NOW = Date.UTC(2026, 10, 20, 10)
const open = () => openDatabase(path, NOW, (database) => void loadWorld(database, "p"))

/** Enough rows that the file has many pages. */
function fill(): void {
  const { database } = open()
  const put = database.prepare("INSERT INTO names (text) VALUES (?)")
  for (let n = 0; n < 3000; n++) put.run(`name ${n} ${"x".repeat(60)}`)
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)")
  database.close()
}

describe("openDatabase", () => {
  test("makes a new one that only its owner can read, and finds it again", () => {
    const first = open()
    first.database.exec("INSERT INTO names VALUES (1, 'a')")
    first.database.close()
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const again = open()
    expect(again.database.prepare("SELECT text FROM names").all()).toEqual([{ text: "a" }])
    expect(again).toMatchObject({ unusable: undefined, setAside: undefined })
    again.database.close()
  })

  test("refuses one of a newer version and leaves every byte of it", () => {
    fill()
    const newer = new DatabaseSync(path)
    newer.exec(`PRAGMA journal_mode = DELETE; PRAGMA user_version = ${SCHEMA_VERSION + 1}`)
    newer.close()
    const before = readFileSync(path)
    expect(open).toThrow(StoreTooNewError)
    expect(open).toThrow(/newer Vibecraft \(schema \d+, this one knows \d+\).*upgrade/u)
    expect(readFileSync(path).equals(before)).toBe(true)
    expect(readdirSync(dir)).toEqual(["vibecraft.db"])
  })

  test("refuses a newer one whose version still stands in its log alone", () => {
    fill()
    const newer = new DatabaseSync(path)
    newer.exec(`PRAGMA wal_autocheckpoint = 0; PRAGMA user_version = ${SCHEMA_VERSION + 1}`)
    // As a crash leaves it: the log beside the file.
    const copy = join(dir, "copy.db")
    for (const suffix of ["", "-wal"]) copyFileSync(path + suffix, copy + suffix)
    newer.close()
    path = copy
    expect(open).toThrow(StoreTooNewError)
  })

  const damages: readonly (readonly [string, () => void])[] = [
    ["text", () => writeFileSync(path, "this is no database, but it is long enough to look like one".repeat(200))],
    ["a file of zeros in its second half", () => writeFileSync(path, zeroed(readFileSync(path)))],
    ["a file cut short", () => truncateSync(path, Math.floor(statSync(path).size / 2))],
    ["one that was found damaged when it was used", () => markDamaged(path)],
    ["a state that is no JSON", () => inDatabase("INSERT INTO conversations VALUES (1, 'no json')")],
    ["a conversation without a name", () => inDatabase("INSERT INTO conversations VALUES (99999, '{}')")],
  ]

  test.each(damages)("sets aside %s, and makes a new one", (_what, damage) => {
    fill()
    damage()
    const opened = open()
    expect(opened.unusable).toBeUndefined()
    expect(opened.setAside?.path).toBe(`${path}.corrupt-2026-11-20T10-00-00-000Z`)
    expect(opened.setAside?.reason).not.toBe("")
    expect(opened.database.prepare("SELECT count(*) n FROM names").get()).toEqual({ n: 0 })
    opened.database.close()
    expect(readdirSync(dir)).toEqual(expect.arrayContaining(["vibecraft.db", "vibecraft.db.corrupt-2026-11-20T10-00-00-000Z"]))
    const again = open()
    expect(again.setAside).toBeUndefined()
    again.database.close()
  })

  test("goes on in memory where there can be none, and says why", () => {
    mkdirSync(path)
    const opened = open()
    expect(opened.unusable).toMatch(/unable to open|directory/u)
    expect(opened.database.prepare("SELECT count(*) n FROM names").get()).toEqual({ n: 0 })
  })
})

function zeroed(bytes: Buffer): Buffer {
  return bytes.fill(0, Math.floor(bytes.length / 2))
}

function inDatabase(sql: string): void {
  const database = new DatabaseSync(path)
  database.exec(sql)
  database.close()
}
