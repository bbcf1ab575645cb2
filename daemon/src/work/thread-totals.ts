// What Codex counted itself: the tokens of each thread in its own index. It is read without leaving a trace: where a Codex may be writing
// the index is opened beside it, read-only; where none is, as a file that nobody changes, so that SQLite makes no files of its own there.

import { existsSync, readdirSync, statSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { pathToFileURL } from "node:url"

export interface ThreadTotalsTask {
  /** Codex homes; folders that are none are passed over. */
  readonly homes: readonly string[]
}

export interface ThreadTotals {
  readonly threads: readonly { readonly id: string; readonly tokens: number }[]
  /** Indexes that are there and cannot be read, with why. */
  readonly problems: readonly string[]
}

const MAX_THREADS = 100_000

export function readThreadTotals({ homes }: ThreadTotalsTask): ThreadTotals {
  const threads: { id: string; tokens: number }[] = []
  const problems: string[] = []
  for (const home of homes) {
    const path = indexOf(home)
    if (path === undefined) continue
    try {
      threads.push(...readIndex(path))
    } catch (error) {
      problems.push(`${path}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return { threads, problems }
}

/** The newest index: its number goes up with its schema. */
function indexOf(home: string): string | undefined {
  let names: string[]
  try {
    names = readdirSync(home)
  } catch {
    return undefined
  }
  const numbers = names.flatMap((name) => Number(/^state_(?<number>\d{1,6})\.sqlite$/u.exec(name)?.groups?.["number"] ?? Number.NaN))
  const newest = Math.max(...numbers.filter(Number.isFinite))
  return Number.isFinite(newest) ? `${home}/state_${newest}.sqlite` : undefined
}

function readIndex(path: string): { id: string; tokens: number }[] {
  const url = pathToFileURL(path)
  if (!isBeingWritten(path)) url.searchParams.set("immutable", "1")
  url.searchParams.set("mode", "ro")
  using database = new DatabaseSync(url, { readOnly: true, timeout: 1000 })
  const rows = database.prepare("SELECT id, tokens_used AS tokens FROM threads LIMIT ?").all(MAX_THREADS)
  return rows.flatMap(({ id, tokens }) => (typeof id === "string" && typeof tokens === "number" ? [{ id, tokens }] : []))
}

/** A writer has shared memory beside the index, and changes that are not in it yet. */
function isBeingWritten(path: string): boolean {
  return existsSync(`${path}-shm`) && (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0
}
