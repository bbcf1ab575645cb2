// Opens the database on the main thread: checks that it is ours and of a version that is known, brings it up to date, and sets it aside where
// it is damaged.

import { closeSync, openSync, readSync, renameSync, statSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { configure, PAGES_TO_READ_KIB } from "./configure.ts"
import { DamagedError, isDamage, takeDamageMark } from "./damage.ts"
import { migrate, SCHEMA_VERSION, versionOf } from "./migrate.ts"
import { StoreTooNewError } from "./store-errors.ts"

export interface OpenedDatabase {
  readonly database: DatabaseSync
  /** It could be neither opened nor made: kept in memory, and nothing will outlive the daemon. Why. */
  readonly unusable: string | undefined
  /** Where a damaged one was moved to, and what was wrong with it. */
  readonly setAside: { readonly path: string; readonly reason: string } | undefined
}

/** Bytes of the file's header that say what it is. */
const MAGIC = "SQLite format 3\0"
const USER_VERSION_AT = 60

/**
 * Opens or makes the database. `check` reads what the daemon needs; what it finds damaged sets the file aside.
 * @throws StoreTooNewError for one of a newer version, which is not touched.
 */
export function openDatabase(path: string, nowMs: number, check: (database: DatabaseSync) => void): OpenedDatabase {
  refuseNewer(path)
  try {
    if (takeDamageMark(path)) throw new DamagedError("it was found to be damaged when it was last used")
    return { database: openChecked(path, check), unusable: undefined, setAside: undefined }
  } catch (error) {
    if (error instanceof StoreTooNewError) throw error
    if (!isDamage(error)) return inMemory(error, undefined)
    const aside = setAside(path, nowMs)
    if (aside === undefined) return inMemory(error, undefined)
    const set = { path: aside, reason: messageOf(error) }
    try {
      return { database: openChecked(path, check), unusable: undefined, setAside: set }
    } catch (again) {
      return inMemory(again, set)
    }
  }
}

function openChecked(path: string, check: (database: DatabaseSync) => void): DatabaseSync {
  const previous = process.umask(0o077)
  let database: DatabaseSync
  try {
    database = new DatabaseSync(path)
  } finally {
    process.umask(previous)
  }
  try {
    configure(database, PAGES_TO_READ_KIB)
    const version = versionOf(database)
    if (version > SCHEMA_VERSION) throw new StoreTooNewError(path, version, SCHEMA_VERSION)
    if (version < SCHEMA_VERSION) {
      migrate(database)
      // The version stands in the file's header then, where an older daemon looks without opening it.
      database.exec("PRAGMA wal_checkpoint(TRUNCATE)")
    }
    check(database)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** Looks into the file without SQLite, which would touch it: opening a database may write. */
function refuseNewer(path: string): void {
  const header = Buffer.alloc(USER_VERSION_AT + 4)
  try {
    const fd = openSync(path, "r")
    try {
      if (readSync(fd, header, 0, header.length, 0) < header.length) return
    } finally {
      closeSync(fd)
    }
  } catch {
    return
  }
  if (header.toString("latin1", 0, MAGIC.length) !== MAGIC) return
  const version = header.readInt32BE(USER_VERSION_AT)
  if (version > SCHEMA_VERSION) throw new StoreTooNewError(path, version, SCHEMA_VERSION)
}

/** Moves it and its log out of the way; undefined where it cannot be moved. */
function setAside(path: string, nowMs: number): string | undefined {
  const time = new Date(nowMs).toISOString().replaceAll(/[:.]/gu, "-")
  const aside = `${path}.corrupt-${time}`
  try {
    renameSync(path, aside)
  } catch {
    return undefined
  }
  for (const suffix of ["-wal", "-shm"]) {
    try {
      if (statSync(path + suffix).isFile()) renameSync(path + suffix, aside + suffix)
    } catch {
      // There was none.
    }
  }
  return aside
}

function inMemory(error: unknown, aside: OpenedDatabase["setAside"]): OpenedDatabase {
  const database = new DatabaseSync(":memory:")
  migrate(database)
  return { database, unusable: messageOf(error), setAside: aside }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
