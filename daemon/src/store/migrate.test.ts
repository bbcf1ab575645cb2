import { DatabaseSync } from "node:sqlite"
import { describe, expect, test } from "vitest"
import { migrate, SCHEMA_VERSION, versionOf } from "./migrate.ts"

/** What a daemon of a version may have left. */
const LEFT: readonly ((database: DatabaseSync) => void)[] = [
  () => {},
  (database) => {
    database.exec(`
      INSERT INTO names VALUES (1, 'one'), (2, 'claude-opus-5-5');
      INSERT INTO conversations VALUES (1, '{"meta":{}}');
      INSERT INTO pieces (conversation, entries) VALUES (1, x'0102');
      INSERT INTO summaries VALUES (1, '{}');
      INSERT INTO cursors VALUES (7, '/a', 1, 2, '{}');
      INSERT INTO meta VALUES ('bytes_read', 12);
    `)
  },
  (database) => database.exec("INSERT INTO corrections VALUES (1, 'one', '{}')"),
  (database) => database.exec("INSERT INTO sessions VALUES ('s', 1, '{}')"),
  (database) => database.exec("INSERT INTO status_changes VALUES (1, 's', 1, 5, NULL, 'idle', 'done', 'registry', 'confirmed')"),
  (database) => database.exec("INSERT INTO activities VALUES (1, 2, 3, 4, '{}')"),
  (database) => database.exec("INSERT INTO summaries VALUES (2, '{}', x'00')"),
]

function contentOf(database: DatabaseSync): Record<string, unknown[]> {
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name").all()
  return Object.fromEntries(tables.map(({ name }) => [String(name), database.prepare(`SELECT * FROM ${String(name)}`).all()]))
}

function schemaOf(database: DatabaseSync): unknown[] {
  return database.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY name").all()
}

describe("a database of each earlier version", () => {
  const current = new DatabaseSync(":memory:")
  migrate(current)

  test.each(LEFT.map((_, version) => version))("%i becomes what a new one is, and keeps what it holds", (version) => {
    const database = new DatabaseSync(":memory:")
    for (let step = 0; step <= version; step++) {
      migrate(database, step)
      LEFT[step]?.(database)
    }
    const before = contentOf(database)
    migrate(database)
    expect(versionOf(database)).toBe(SCHEMA_VERSION)
    expect(schemaOf(database)).toEqual(schemaOf(current))
    expect(contentOf(database)).toMatchObject(before)
  })

  test("is tried of every version there is", () => expect(LEFT.length).toBe(SCHEMA_VERSION + 1))
})

test("a step that fails leaves the version before", () => {
  const database = new DatabaseSync(":memory:")
  migrate(database, 1)
  database.exec("CREATE TABLE corrections (other)")
  expect(() => migrate(database)).toThrow(/corrections/u)
  expect(versionOf(database)).toBe(1)
  expect(database.isTransaction).toBe(false)
})
