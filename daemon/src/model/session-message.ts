// A session as the contract publishes it.

import { create } from "@bufbuild/protobuf"
import { timestampFromMs } from "@bufbuild/protobuf/wkt"
import { Agent, Confidence as ConfidenceCode, EvidenceSchema, type Host, Role } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import {
  CurrentToolSchema,
  PaneSchema,
  type Session,
  SessionSchema,
  Status,
  type StatusChange,
  StatusChangeSchema,
} from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import type { AgentKind, AgentRole, Confidence, Evidence } from "../domain/agent.ts"
import type { PaneRef } from "../domain/facts.ts"
import type { Conversation } from "./conversation.ts"
import { sessionName, sessionTitle } from "./session-name.ts"
import type { SessionState } from "./session-state.ts"
import type { StatusReading, StatusWord } from "./status.ts"
import type { StatusChange as Change } from "./status-history.ts"
import type { ToolCall } from "./tool-call.ts"

export const AGENT_CODE: Record<AgentKind, Agent> = { claude: Agent.CLAUDE, codex: Agent.CODEX }

const ROLE_CODE: Record<AgentRole, Role> = {
  interactive: Role.INTERACTIVE,
  headless: Role.HEADLESS,
  teammate: Role.TEAMMATE,
  background: Role.BACKGROUND,
  "attach-view": Role.ATTACH_VIEW,
}

export const STATUS_CODE: Record<StatusWord, Status> = {
  starting: Status.STARTING,
  working: Status.WORKING,
  waiting: Status.WAITING,
  idle: Status.IDLE,
  stalled: Status.STALLED,
  offline: Status.OFFLINE,
  ended: Status.ENDED,
  unknown: Status.UNKNOWN,
}

export const CONFIDENCE_CODE: Record<Confidence, ConfidenceCode> = {
  confirmed: ConfidenceCode.CONFIRMED,
  likely: ConfidenceCode.LIKELY,
  guess: ConfidenceCode.GUESS,
}

export interface SessionFacts {
  readonly host: Host
  readonly session: SessionState
  readonly conversation: Conversation | undefined
  /** Open calls of the main agent, oldest first. */
  readonly openTools: readonly ToolCall[]
  readonly activeSubagents: number
  readonly isSlow: boolean
  readonly parentSessionId: string | undefined
  readonly contextUsedRatio: number | undefined
  /** Model of the main agent's last request. */
  readonly model: string | undefined
}

export function sessionMessage(facts: SessionFacts): Session {
  const { session, conversation } = facts
  const { process } = session
  const meta = conversation?.meta
  const status = session.status
  const isLive = process !== undefined && session.gone === undefined
  return create(SessionSchema, {
    id: session.id,
    host: facts.host,
    agent: AGENT_CODE[process?.agent ?? conversation?.agent ?? "claude"],
    command: process?.command ?? "",
    role: process === undefined ? Role.UNSPECIFIED : ROLE_CODE[process.role],
    name: sessionName(session, conversation),
    earlierConversationIds: [...session.earlierConversationIds],
    status: STATUS_CODE[status?.status ?? "unknown"],
    statusReason: status?.reason ?? "",
    statusSinceTime: timestampFromMs(session.statusSinceMs),
    statusConfidence: CONFIDENCE_CODE[status?.confidence ?? "guess"],
    statusSource: status?.source ?? "",
    startedTime: timestampFromMs(process?.startedMs ?? meta?.startedMs ?? conversation?.firstMs ?? session.discoveredMs),
    lastActivityTime: timestampFromMs(lastActivityMs(session, conversation)),
    activeSubagents: facts.activeSubagents,
    discoveredTime: timestampFromMs(session.discoveredMs),
    evidence: evidenceOf(session, conversation, status).map(evidenceMessage),
    unread: session.unread,
    slow: facts.isSlow,
    ...defined("markedSeenTime", session.markedSeenMs === undefined ? undefined : timestampFromMs(session.markedSeenMs)),
    ...defined("title", sessionTitle(session, conversation)),
    ...defined("conversationId", session.conversationId),
    ...defined("cwd", process?.cwd ?? meta?.cwd),
    ...defined("gitBranch", meta?.gitBranch),
    ...defined("model", facts.model ?? meta?.model),
    ...defined("pid", process?.pid),
    ...defined("currentTool", isLive ? currentTool(facts.openTools) : undefined),
    ...defined("contextUsedRatio", facts.contextUsedRatio),
    ...defined("pane", process?.pane === undefined ? undefined : paneMessage(process.pane)),
    ...defined("parentSessionId", facts.parentSessionId),
    ...defined("agentVersion", process?.registry?.version ?? meta?.agentVersion),
  })
}

export function statusChangeMessage({ from, to, timeMs }: Change): StatusChange {
  return create(StatusChangeSchema, {
    from: from === undefined ? Status.UNSPECIFIED : STATUS_CODE[from],
    to: STATUS_CODE[to.status],
    reason: to.reason,
    source: to.source,
    confidence: CONFIDENCE_CODE[to.confidence],
    time: timestampFromMs(timeMs),
  })
}

/** The last time its transcript grew or its status changed; for one without a process the transcript alone says. */
export function lastActivityMs(session: SessionState, conversation: Conversation | undefined): number {
  const grewMs = conversation?.lastMs
  if (session.process === undefined) return grewMs ?? session.discoveredMs
  return Math.max(grewMs ?? 0, session.process.startedMs, session.statusSinceMs)
}

function currentTool(open: readonly ToolCall[]) {
  const tool = open.at(-1)
  if (tool === undefined) return undefined
  return create(CurrentToolSchema, {
    name: tool.name,
    startedTime: timestampFromMs(tool.startMs ?? 0),
    running: open.length,
    ...defined("target", tool.target),
  })
}

function paneMessage(pane: PaneRef) {
  return create(PaneSchema, { ...pane })
}

function evidenceOf(session: SessionState, conversation: Conversation | undefined, status: StatusReading | undefined): readonly Evidence[] {
  // That the process itself names no conversation is no news once it is known by other evidence.
  const isBoundOtherwise = session.bindingEvidence !== undefined && session.process?.conversationHints.length === 0
  const evidence = (session.process?.evidence ?? []).filter(({ field }) => field !== "conversation" || !isBoundOtherwise)
  const transcript = conversation?.meta.transcriptPath
  if (session.process === undefined && transcript !== undefined) {
    const timeMs = conversation?.lastMs ?? session.discoveredMs
    evidence.push({ field: "conversation_id", source: "transcript", detail: transcript, confidence: "confirmed", timeMs })
  }
  if (session.bindingEvidence !== undefined) evidence.push(session.bindingEvidence)
  const timeMs = session.process?.timeMs ?? session.discoveredMs
  if (session.unboundReason !== undefined) {
    evidence.push({
      field: "conversation_id",
      source: "transcript",
      detail: `unknown: ${session.unboundReason}`,
      confidence: "guess",
      timeMs,
    })
  }
  if (status !== undefined) {
    evidence.push({
      field: "status",
      source: status.source,
      detail: status.reason,
      confidence: status.confidence,
      timeMs: session.statusSinceMs,
    })
  }
  const seen = new Set<string>()
  return evidence.filter(({ field, source, detail }) => {
    const key = `${field}\0${source}\0${detail}`
    return seen.has(key) ? false : seen.add(key)
  })
}

function evidenceMessage(evidence: Evidence) {
  return create(EvidenceSchema, {
    field: evidence.field,
    source: evidence.source,
    detail: evidence.detail,
    confidence: CONFIDENCE_CODE[evidence.confidence],
    seenTime: timestampFromMs(evidence.timeMs),
  })
}

/** Leaves a member out where there is no value: in the contract absent means unknown. */
function defined<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V })
}
