// What people ask of the store by hand: less of it, a copy of it, a word of their own in it.

import { chmodSync, existsSync } from "node:fs"
import type { DatabaseSync } from "node:sqlite"

/** Gives the room of what was removed back to the disk. */
export function compact(database: DatabaseSync): void {
  database.exec("VACUUM")
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)")
}

/** Writes a copy that only its owner can read. Throws where there is something already. */
export function backUp(database: DatabaseSync, path: string): void {
  if (existsSync(path)) throw new Error(`${path} exists; it is left as it is`)
  const previous = process.umask(0o077)
  try {
    database.prepare("VACUUM INTO ?").run(path)
  } finally {
    process.umask(previous)
  }
  chmodSync(path, 0o600)
}

export interface PurgeOrder {
  /** Numbers of their names. */
  readonly conversations: readonly number[]
  readonly conversationIds: readonly string[]
}

/** Removes all that is kept of conversations, and overwrites where it stood. Cursors stay: what was read is not to come back. */
export function purge(database: DatabaseSync, { conversations, conversationIds }: PurgeOrder): void {
  database.exec("PRAGMA secure_delete = ON; BEGIN IMMEDIATE")
  try {
    for (const table of ["pieces", "summaries"]) {
      const remove = database.prepare(`DELETE FROM ${table} WHERE conversation = ?`)
      for (const id of conversations) remove.run(id)
    }
    for (const sql of ["DELETE FROM conversations WHERE id = ?", "DELETE FROM names WHERE id = ?"]) {
      const remove = database.prepare(sql)
      for (const id of conversations) remove.run(id)
    }
    const remove = database.prepare("DELETE FROM corrections WHERE conversation = ?")
    for (const id of conversationIds) remove.run(id)
    database.exec("COMMIT")
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK")
    throw error
  } finally {
    database.exec("PRAGMA secure_delete = OFF")
  }
  compact(database)
}

export interface CorrectionOrder {
  readonly id: number
  readonly conversationId: string
  /** JSON. */
  readonly state: string
}

/** Writes a correction, in place of one with the same number. On disk when this returns. */
export function saveCorrection(database: DatabaseSync, { id, conversationId, state }: CorrectionOrder): void {
  database.exec("PRAGMA synchronous = FULL")
  try {
    database.prepare("INSERT OR REPLACE INTO corrections (id, conversation, state) VALUES (?, ?, ?)").run(id, conversationId, state)
  } finally {
    database.exec("PRAGMA synchronous = NORMAL")
  }
}
