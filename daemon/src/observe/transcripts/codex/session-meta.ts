// The first lines of a rollout: what the thread is, who started it, and whether another thread's history follows.

import { cleanText } from "../clean-text.ts"
import { asObject, asString, asTimeMs, type JsonObject } from "../json-fields.ts"
import type { Emit, TranscriptFile } from "../port.ts"
import { type CodexState, describe } from "./state.ts"

export function sessionMeta(state: CodexState, file: TranscriptFile, value: JsonObject, emit: Emit): void {
  const payload = asObject(value["payload"])
  if (payload === undefined) return
  const id = asString(payload["id"], 200)
  const timeMs = asTimeMs(payload["timestamp"]) ?? asTimeMs(value["timestamp"])
  // A second one, of another thread, heads a copy of that thread's history.
  if (state.described.transcriptPath !== undefined) {
    if (id !== undefined && id !== state.threadId) state.inReplay = true
    return
  }
  state.threadId = id ?? state.threadId
  if (timeMs !== undefined) state.lastMs = Math.max(state.lastMs, timeMs)
  const forkedFrom = asString(payload["forked_from_id"], 200)
  const ownFrom = payload["subagent_history_start_ordinal"]
  if (typeof ownFrom === "number") state.ownFromOrdinal = ownFrom
  if (forkedFrom !== undefined) state.inReplay = true
  const subagent = asObject(payload["source"])?.["subagent"]
  const spawn = asObject(asObject(subagent)?.["thread_spawn"])
  describe(
    state,
    {
      transcriptPath: file.path,
      cwd: asString(payload["cwd"]),
      gitBranch: asString(asObject(payload["git"])?.["branch"], 300),
      agentVersion: asString(payload["cli_version"], 100),
      entrypoint: asString(payload["originator"], 100),
      parentConversationId: asString(payload["parent_thread_id"], 200) ?? asString(spawn?.["parent_thread_id"], 200),
      forkedFromConversationId: forkedFrom,
      subagentType: cleanText(payload["agent_role"] ?? spawn?.["agent_role"] ?? (typeof subagent === "string" ? subagent : undefined), 100),
    },
    emit,
    timeMs,
  )
}
