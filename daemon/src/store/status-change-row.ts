// A change of status out of its row.

import type { Confidence, EvidenceSource } from "../domain/agent.ts"
import type { StatusWord } from "../model/status.ts"
import type { StatusChange } from "../model/status-history.ts"
import type { Names } from "./names.ts"

export function statusChangeOf(row: Record<string, unknown>, names: Names): StatusChange {
  const from = row["from_status"] as StatusWord | null
  const to = {
    status: row["to_status"] as StatusWord,
    reason: String(row["reason"]),
    source: row["source"] as EvidenceSource,
    confidence: row["confidence"] as Confidence,
  }
  const conversationId = names.text(Number(row["conversation"]))
  return { ...(from === null ? {} : { from }), to, timeMs: Number(row["time_ms"]), conversationId }
}
