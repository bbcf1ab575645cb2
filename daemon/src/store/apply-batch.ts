// Writes one batch: all of it or, where anything fails, nothing.

import type { DatabaseSync, StatementSync } from "node:sqlite"
import type { Batch, StatusChangeRow } from "./batch.ts"
import { mergePieces } from "./entry-codec.ts"

export interface BatchWriter {
  /** Throws SQLite's error; then the database is as it was before. */
  apply(batch: Batch): void
}

/** Fewer than this are as good as one. */
const MANY_PIECES = 8

/** `beforeStep` is called before each statement; tests let it throw or kill. */
export function createBatchWriter(database: DatabaseSync, beforeStep: () => void = () => {}): BatchWriter {
  const statements = new Map<string, StatementSync>()
  const run = (sql: string, ...values: (string | number | Uint8Array | null)[]): void => {
    beforeStep()
    let statement = statements.get(sql)
    if (statement === undefined) statements.set(sql, (statement = database.prepare(sql)))
    statement.run(...values)
  }

  function write(batch: Batch): void {
    for (const { id, text } of batch.names) run("INSERT OR REPLACE INTO names (id, text) VALUES (?, ?)", id, text)
    for (const { id, state } of batch.conversations) {
      run("INSERT INTO conversations (id, state) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state", id, state)
    }
    for (const { conversation, entries } of batch.pieces) {
      run("INSERT INTO pieces (conversation, entries) VALUES (?, ?)", conversation, entries)
      run("DELETE FROM summaries WHERE conversation = ?", conversation)
    }
    for (const conversation of batch.staleSummaries) run("DELETE FROM summaries WHERE conversation = ?", conversation)
    for (const conversation of batch.tidy) tidy(conversation)
    for (const { id, state, samples } of batch.summaries) {
      run("INSERT OR REPLACE INTO summaries (conversation, state, samples) VALUES (?, ?, ?)", id, state, samples)
    }
    for (const id of batch.goneCursors) run("DELETE FROM cursors WHERE id = ?", id)
    for (const { id, path, dev, ino, state } of batch.cursors) {
      run(
        "INSERT INTO cursors (id, path, dev, ino, state) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET " +
          "path = excluded.path, dev = excluded.dev, ino = excluded.ino, state = excluded.state",
        id,
        path,
        dev,
        ino,
        state,
      )
    }
    for (const { id, seenMs, state } of batch.sessions) {
      run("INSERT OR REPLACE INTO sessions (id, seen_ms, state) VALUES (?, ?, ?)", id, seenMs, state)
    }
    for (const row of batch.statusChanges) addStatusChange(row)
    if (batch.statusChanges.length > 0) run("DELETE FROM status_changes WHERE time_ms < ?", batch.statusChangesSinceMs)
    for (const key of batch.goneActivities) run("DELETE FROM activities WHERE key = ?", key)
    for (const { key, id, timeMs, conversation, state } of batch.activities) {
      run(
        "INSERT OR REPLACE INTO activities (key, id, time_ms, conversation, state) VALUES (?, ?, ?, ?, ?)",
        key,
        id,
        timeMs,
        conversation,
        state,
      )
    }
    for (const [name, value] of Object.entries(batch.meta)) run("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", name, value)
  }

  function addStatusChange({ session, conversation, change: { from, to, timeMs } }: StatusChangeRow): void {
    run(
      "INSERT INTO status_changes (session, conversation, time_ms, from_status, to_status, reason, source, confidence) " +
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      session,
      conversation,
      timeMs,
      from ?? null,
      to.status,
      to.reason,
      to.source,
      to.confidence,
    )
  }

  function tidy(conversation: number): void {
    const rows = database.prepare("SELECT entries FROM pieces WHERE conversation = ? ORDER BY id").all(conversation)
    if (rows.length < MANY_PIECES) return
    const merged = mergePieces(rows.map((row) => row["entries"] as Uint8Array))
    run("DELETE FROM pieces WHERE conversation = ?", conversation)
    run("INSERT INTO pieces (conversation, entries) VALUES (?, ?)", conversation, merged)
  }

  return {
    apply(batch) {
      beforeStep()
      database.exec("BEGIN IMMEDIATE")
      try {
        write(batch)
        beforeStep()
        database.exec("COMMIT")
      } catch (error) {
        if (database.isTransaction) database.exec("ROLLBACK")
        throw error
      }
    },
  }
}
