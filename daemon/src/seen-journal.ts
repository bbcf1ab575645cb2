// When sessions were marked as seen, kept over restarts in one small file of the state folder. It holds ids and times, nothing else;
// a file that is missing or broken costs the marks and no more.

import { readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { SeenJournal } from "./model/unread.ts"

export interface SeenJournalOptions {
  readonly stateDir: string
  /** Unix milliseconds. */
  readonly now: () => number
  /** Hears why the file cannot be written; marks then last as long as the daemon. */
  readonly warn: (line: string) => void
}

/** Marks older than this speak of processes long gone. */
const KEPT_MS = 30 * 24 * 3_600_000

/** Opens the journal; makes it when there is none. */
export function openSeenJournal({ stateDir, now, warn }: SeenJournalOptions): SeenJournal {
  const path = join(stateDir, "seen.json")
  const kept = read(path)
  const sinceMs = kept?.sinceMs ?? now()
  const marks = kept?.marks ?? new Map<string, number>()
  const save = () => {
    const oldest = now() - KEPT_MS
    for (const [id, timeMs] of marks) if (timeMs < oldest) marks.delete(id)
    try {
      writeFileSync(`${path}.new`, JSON.stringify({ sinceMs, marks: Object.fromEntries(marks) }), { mode: 0o600 })
      renameSync(`${path}.new`, path)
    } catch (error) {
      warn(`cannot keep what was marked as seen in ${path}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  if (kept === undefined) save()
  return {
    sinceMs,
    markedMs: (id) => marks.get(id),
    mark: (id, timeMs) => {
      marks.set(id, timeMs)
      save()
    },
  }
}

function read(path: string): { sinceMs: number; marks: Map<string, number> } | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"))
    if (typeof value !== "object" || value === null || !("sinceMs" in value) || typeof value.sinceMs !== "number") return undefined
    const marks = "marks" in value && typeof value.marks === "object" && value.marks !== null ? Object.entries(value.marks) : []
    const isMark = (mark: [string, unknown]): mark is [string, number] => typeof mark[1] === "number"
    return { sinceMs: value.sinceMs, marks: new Map(marks.filter(isMark)) }
  } catch {
    return undefined
  }
}
