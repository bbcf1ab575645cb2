// One message-like line of Claude Code, with what every handler needs of it: whose it is, when it was, and where its facts go.

import { asObject, asString, asTimeMs, type JsonObject } from "../json-fields.ts"
import type { Emit, TranscriptFile } from "../port.ts"
import { type ClaudeState, defer, mayBeCopy, ownerSeen } from "./state.ts"

export interface ClaudeLine {
  readonly state: ClaudeState
  readonly file: TranscriptFile
  readonly value: JsonObject
  /** The line's time, else the last one seen: a line without a time still counts. */
  readonly timeMs: number
  /** Whether the line bears that time itself. */
  readonly hasTime: boolean
  /** Who it is of, ready to be spread into a fact. */
  readonly who: { readonly conversationId: string; readonly subagentId?: string }
  /** Whether another conversation's agent wrote it. */
  readonly isCopy: boolean
  readonly isSidechain: boolean
  /** For facts that are whose the line is. */
  readonly say: Emit
  /** For facts that name their owner. */
  readonly emit: Emit
}

/** Undefined where neither the line nor the path names a conversation. */
export function toClaudeLine(state: ClaudeState, file: TranscriptFile, value: JsonObject, emit: Emit): ClaudeLine | undefined {
  const own = asString(value["sessionId"], 200) ?? state.conversationId
  if (own === undefined) return undefined
  if (own !== state.conversationId) adoptConversation(state, own)
  const writtenMs = asTimeMs(value["timestamp"])
  const timeMs = writtenMs ?? (state.lastMs > 0 ? state.lastMs : Math.max(1, Math.floor(file.birthMs)))
  state.firstMs ??= timeMs
  state.sinceBookedMs ??= timeMs
  const named = namedOwner(value)
  const subagentId = asString(value["agentId"], 200) ?? state.subagentId
  // An assistant line tells its owner: by name where it is a copy, by naming nobody where it is not. The client's own notices do not.
  const tells = named !== undefined || (value["type"] === "assistant" && asObject(value["message"])?.["model"] !== "<synthetic>")
  const conversationId = named ?? own
  const who = subagentId === undefined ? { conversationId } : { conversationId, subagentId }
  const isLive = !mayBeCopy(file, timeMs)
  if (tells || isLive) ownerSeen(state, conversationId, timeMs, isLive, emit)
  const isSettled = tells || state.copy === "no"
  state.lastMs = Math.max(state.lastMs, timeMs)
  const say: Emit = isSettled ? emit : (fact) => defer(state, fact, emit)
  return {
    state,
    file,
    value,
    timeMs,
    hasTime: writtenMs !== undefined,
    who,
    isCopy: conversationId !== own,
    isSidechain: value["isSidechain"] === true,
    say,
    emit,
  }
}

function namedOwner(value: JsonObject): string | undefined {
  return asString(value["requestSessionId"], 200) ?? asString(asObject(value["forkedFrom"])?.["sessionId"], 200)
}

/** Lines may name another conversation than the path does (old resumes, flat agent files): the lines are right. */
function adoptConversation(state: ClaudeState, conversationId: string): void {
  state.conversationId = conversationId
  state.described = {}
  state.startSaid = false
}
