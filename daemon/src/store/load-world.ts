// The world out of the database.

import type { DatabaseSync } from "node:sqlite"
import type { CorrectionRecord } from "../model/corrections.ts"
import type { RateLimit } from "../model/rate-limits.ts"
import type { KeptSummary, StoredConversation, StoredSession, StoredWorld } from "../model/stored-world.ts"
import { DamagedError } from "./damage.ts"
import { fromJson } from "./json.ts"
import { Names } from "./names.ts"
import { statusChangeOf } from "./status-change-row.ts"

const LAST_CHANGES = "SELECT * FROM status_changes WHERE id IN (SELECT max(id) FROM status_changes GROUP BY session)"

export interface LoadedWorld extends Omit<StoredWorld, "activities"> {
  /** Whether there are sums of a conversation. */
  hasSummary(conversationId: string): boolean
  readonly names: Names
  readonly corrections: readonly CorrectionRecord[]
  /** Bytes of transcripts read so far, over all runs. */
  readonly bytesRead: number
}

/** What sums hold, by number: one more wherever they tell more, so that those which do not are made anew. */
const SUMS = 4

/** Throws DamagedError, or SQLite's error, where the database cannot be read. `pricesKey` stands for the prices in force. */
export function loadWorld(database: DatabaseSync, pricesKey: string): LoadedWorld {
  const rows = (sql: string) => database.prepare(sql).all()
  const names = new Names()
  names.load(rows("SELECT id, text FROM names ORDER BY id").map((row) => ({ id: Number(row["id"]), text: String(row["text"]) })))
  const nameOf = (id: unknown): string => {
    const text = names.text(Number(id))
    if (text === undefined) throw new DamagedError(`a conversation without a name (${Number(id)})`)
    return text
  }
  const meta = new Map(rows("SELECT name, value FROM meta").map((row) => [String(row["name"]), row["value"]]))
  const madeWith = `${SUMS} ${pricesKey}`
  if (meta.get("prices") !== madeWith) {
    // Sums hold money, so they are made anew from the requests.
    database.exec("DELETE FROM summaries")
    database.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES ('prices', ?)").run(madeWith)
  }
  const summaries = new Map(
    rows("SELECT conversation, state FROM summaries").map((row) => [nameOf(row["conversation"]), String(row["state"])]),
  )
  return {
    names,
    conversations: rows("SELECT id, state FROM conversations").map((row) => [nameOf(row["id"]), parse(row["state"]) as StoredConversation]),
    summary(id) {
      const text = summaries.get(id)
      return text === undefined ? undefined : (parse(text) as KeptSummary)
    },
    hasSummary: (id) => summaries.has(id),
    sessions: rows("SELECT id, state FROM sessions").map((row) => [String(row["id"]), parse(row["state"]) as StoredSession]),
    lastChanges: new Map(rows(LAST_CHANGES).map((row) => [String(row["session"]), statusChangeOf(row, names)])),
    limits: meta.has("limits") ? (parse(meta.get("limits")) as RateLimit[]) : [],
    corrections: rows("SELECT state FROM corrections ORDER BY id").map((row) => parse(row["state"]) as CorrectionRecord),
    bytesRead: Number(meta.get("bytes_read") ?? 0),
  }
}

function parse(text: unknown): unknown {
  try {
    return fromJson(String(text))
  } catch (cause) {
    throw new DamagedError("a state that is no JSON", { cause })
  }
}
