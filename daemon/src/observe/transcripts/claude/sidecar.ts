// Small files beside Claude Code's transcripts: what a subagent is and who called it, and the name a person gave a session.

import { cleanText } from "../clean-text.ts"
import { asString, type JsonObject } from "../json-fields.ts"
import type { Emit, TranscriptFile } from "../port.ts"
import { claudeIdentityOf } from "./files.ts"

export function claudeSidecar(file: TranscriptFile, value: JsonObject, emit: Emit): void {
  const { conversationId, subagentId } = claudeIdentityOf(file.relativePath)
  if (conversationId === undefined) return
  if (subagentId === undefined) {
    const ownName = cleanText(value["customTitle"])
    if (ownName !== undefined) emit({ kind: "conversation-seen", conversationId, agent: "claude", ownName })
    return
  }
  const parentSubagentId = asString(value["parentAgentId"], 200)
  const toolCallId = asString(value["toolUseId"], 200)
  const agentType = cleanText(value["agentType"])
  const description = cleanText(value["description"])
  emit({
    kind: "subagent-seen",
    conversationId,
    subagentId,
    // Early versions wrote no more than the kind.
    ...(toolCallId === undefined && parentSubagentId === undefined ? {} : { link: "sidecar" }),
    ...(value["requestShape"] === "background" ? { isBackground: true } : {}),
    ...(parentSubagentId === undefined ? {} : { parentSubagentId }),
    ...(toolCallId === undefined ? {} : { toolCallId }),
    ...(agentType === undefined ? {} : { agentType }),
    ...(description === undefined ? {} : { description }),
    ...(value["finished"] === true ? { finished: true } : {}),
  })
}
