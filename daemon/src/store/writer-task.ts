// The thread that writes: one message after the other, so that what it commits is always what was folded up to some moment. It keeps nothing but
// its connection, which it opens anew after an error.

import { closeSync, existsSync, openSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { parentPort, workerData } from "node:worker_threads"
import { type BatchWriter, createBatchWriter } from "./apply-batch.ts"
import { configure, PAGES_TO_WRITE_KIB } from "./configure.ts"
import { isDamage } from "./damage.ts"
import { backUp, compact, purge, saveCorrection } from "./maintenance.ts"
import { migrate } from "./migrate.ts"
import type { WriterAnswer, WriterRequest } from "./writer-message.ts"

const { path } = workerData as { readonly path: string }

let connection: { readonly database: DatabaseSync; readonly writer: BatchWriter } | undefined

parentPort?.on("message", (request: WriterRequest) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(answerTo(request))
  if (request.kind === "close") parentPort?.close()
})

function answerTo(request: WriterRequest): WriterAnswer {
  try {
    perform(request)
    return { kind: "done" }
  } catch (error) {
    disconnect()
    return { kind: "failed", message: error instanceof Error ? error.message : String(error), isDamage: isDamage(error) }
  }
}

function perform(request: WriterRequest): void {
  if (request.kind === "close") {
    connection?.database.exec("PRAGMA wal_checkpoint(TRUNCATE)")
    disconnect()
    return
  }
  const { database, writer } = (connection ??= connect())
  if (request.kind === "write") writer.apply(request.batch)
  else if (request.kind === "compact") compact(database)
  else if (request.kind === "backup") backUp(database, request.path)
  else if (request.kind === "purge") purge(database, request)
  else saveCorrection(database, request)
}

/** Where there was no place for one at the start it may have to be made; then only its owner can read it. */
function connect(): { database: DatabaseSync; writer: BatchWriter } {
  if (!existsSync(path)) closeSync(openSync(path, "w", 0o600))
  const database = new DatabaseSync(path)
  configure(database, PAGES_TO_WRITE_KIB)
  migrate(database)
  return { database, writer: createBatchWriter(database) }
}

function disconnect(): void {
  try {
    connection?.database.close()
  } catch {
    // It is of no more use either way.
  }
  connection = undefined
}
