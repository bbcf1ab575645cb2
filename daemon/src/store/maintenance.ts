// What people ask of the store by hand: less of it, a copy of it, a word of their own in it.

import { closeSync, existsSync, openSync } from "node:fs"
import type { DatabaseSync } from "node:sqlite"

/** Forgets readings of files that are gone, and gives the room of what was removed back to the disk. */
export function compact(database: DatabaseSync): void {
  const remove = database.prepare("DELETE FROM cursors WHERE id = ?")
  for (const { id, path } of database.prepare("SELECT id, path FROM cursors").all()) {
    if (!existsSync(String(path))) remove.run(Number(id))
  }
  database.exec("VACUUM")
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)")
}

/** Writes a copy that only its owner can read. Throws where there is something already. */
export function backUp(database: DatabaseSync, path: string): void {
  try {
    // Empty, it may be written to; made by us, it is readable by nobody else from the first moment.
    closeSync(openSync(path, "wx", 0o600))
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown error"
    throw new Error(code === "EEXIST" ? `${path} exists; it is left as it is` : `${path} cannot be written (${code})`, { cause })
  }
  database.prepare("VACUUM INTO ?").run(path)
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
    // What a session did before it was in a conversation goes with the first that goes.
    const without = database.prepare(
      "DELETE FROM status_changes WHERE conversation = 0 AND session IN (SELECT session FROM status_changes WHERE conversation = ?)",
    )
    for (const id of conversations) without.run(id)
    for (const table of ["pieces", "summaries", "status_changes", "activities"]) {
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
