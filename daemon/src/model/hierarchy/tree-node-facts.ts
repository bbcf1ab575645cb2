// All that is published of one node, gathered from the parts of the world that know it.

import type { Confidence } from "../../domain/agent.ts"
import { type Membership, membershipOf } from "../membership.ts"
import { sessionName } from "../session-name.ts"
import type { SessionState } from "../session-state.ts"
import type { ToolCalls } from "../tool-calls.ts"
import { isAgentTool } from "./agent-tools.ts"
import { Figures } from "./figures.ts"
import { rootOf, totalOf, type TreeNode } from "./forest.ts"
import type { Member } from "./member.ts"
import type { MemberBook } from "./member-book.ts"
import { courseOf, type MemberWorld, publishedId } from "./member-of.ts"
import type { SubagentPlace } from "./subagent.ts"
import { innerState, type NodeState, sessionState, SILENT_MS } from "./node-state.ts"

export interface NodeFacts {
  readonly id: string
  readonly kind: "session" | "subagent" | "thread"
  readonly parentId: string | undefined
  readonly link: LinkFacts | undefined
  readonly sessionId: string
  readonly conversationId: string | undefined
  readonly subagentId: string | undefined
  readonly name: string
  readonly description: string | undefined
  readonly state: NodeState
  readonly startedMs: number | undefined
  readonly endedMs: number | undefined
  readonly model: string | undefined
  readonly isBackground: boolean
  readonly team: string | undefined
  readonly workflowRunId: string | undefined
  readonly engagements: number
  readonly own: Figures
  readonly total: Figures
  readonly forkedFromConversationId: string | undefined
  /** All this holds until then unless something happens, Unix milliseconds. */
  readonly untilMs: number
  /** What happens elsewhere in the session may change it: while that waits, any of its agents may be the one who asks. */
  readonly hangsOnOthers: boolean
}

interface LinkFacts {
  readonly source: string
  readonly detail: string
  readonly confidence: Confidence
  readonly toolCallId: string | undefined
}

export interface NodeWorld extends MemberWorld {
  readonly members: MemberBook
  readonly tools: ToolCalls
  /** Model of a conversation's main agent. */
  modelOf(conversationId: string): string | undefined
  /** Unix milliseconds. */
  readonly now: () => number
}

/** How each kind of link is told, and how sure it is. */
const LINKS: Record<SubagentPlace["link"], readonly [detail: string, confidence: Confidence]> = {
  sidecar: ["its meta.json names the call that started it", "confirmed"],
  result: ["the result of the call that started it names it", "confirmed"],
  notification: ["a task notification names it and the call that started it", "confirmed"],
  progress: ["progress lines name it and the call that started it", "likely"],
  workflow: ["the result of a call names the workflow's run that it belongs to", "confirmed"],
  prompt: ["its first words are those that the call gave", "likely"],
  path: ["its transcript lies in the conversation's folder", "guess"],
}

/** A node that is published; a conversation of a session is part of that. Undefined where the world no longer knows it. */
export function nodeFacts(node: TreeNode, parent: TreeNode | undefined, world: NodeWorld): NodeFacts | undefined {
  const parentId = parent === undefined ? undefined : publishedId(parent)
  if (node.source.kind === "session") return sessionFacts(node, node.source.sessionId, parentId, world)
  return innerFacts(node, parentId, world)
}

function sessionFacts(node: TreeNode, sessionId: string, parentId: string | undefined, world: NodeWorld): NodeFacts | undefined {
  const session = world.roster.sessions.get(sessionId)
  if (session === undefined) return undefined
  const conversation = world.roster.conversationOf(session)
  const meta = conversation?.meta
  const member = membershipOf(session, conversation)
  const state = sessionState(session, conversation)
  const own = new Figures()
  for (const unit of node.children) if (unit.source.kind === "conversation" && unit.own !== undefined) own.add(1, unit.own)
  return {
    id: sessionId,
    kind: "session",
    parentId,
    link: parentId === undefined ? undefined : sessionLink(session, member, startOf(parentId, member, world)),
    sessionId,
    conversationId: session.conversationId,
    subagentId: undefined,
    name: sessionName(session, conversation),
    description: meta?.title,
    state,
    startedMs: session.process?.startedMs ?? meta?.startedMs ?? conversation?.firstMs,
    endedMs: session.gone?.timeMs ?? (isOver(state) ? conversation?.turnChangedMs : undefined),
    model: session.conversationId === undefined ? undefined : (world.modelOf(session.conversationId) ?? meta?.model),
    isBackground: session.process?.role === "background",
    team: member.memberName === undefined ? (parentId === undefined ? undefined : meta?.teamName) : member.teamName,
    workflowRunId: undefined,
    engagements: 1,
    own,
    total: totalOf(node),
    forkedFromConversationId: meta?.forkedFromConversationId,
    untilMs: Number.POSITIVE_INFINITY,
    hangsOnOthers: false,
  }
}

/** The call of a lead whose result names a member of its team, whichever of the lead's conversations it was made in. */
function startOf(leadSessionId: string, member: Membership, { roster, conversations }: NodeWorld): string | undefined {
  const lead = roster.sessions.get(leadSessionId)
  if (lead === undefined || member.memberName === undefined) return undefined
  const starts = roster
    .conversationIdsOf(lead)
    .flatMap((id) => conversations.get(id)?.namedStarts.find({ teamName: member.teamName, memberName: member.memberName }) ?? [])
  return starts.length === 1 ? starts[0]?.callId : undefined
}

function sessionLink(session: SessionState, { teamName, memberName }: Membership, toolCallId: string | undefined): LinkFacts {
  const evidence = session.process?.evidence.find(({ field }) => field === "parent")
  if (session.process?.parentSessionId === undefined && session.process?.parentConversationId === undefined && memberName !== undefined) {
    const detail = `its transcript names it ${memberName} of team ${teamName ?? ""}`
    return { source: "team", detail: withCall(detail, toolCallId), confidence: "confirmed", toolCallId }
  }
  return {
    source: session.process?.role === "teammate" ? "team" : "process",
    detail: withCall(evidence?.detail ?? "a tool of its parent started its process", toolCallId),
    confidence: evidence?.confidence ?? "likely",
    toolCallId,
  }
}

function withCall(detail: string, toolCallId: string | undefined): string {
  return toolCallId === undefined ? detail : `${detail}; the result of the call that started it names it too`
}

function innerFacts(node: TreeNode, parentId: string | undefined, world: NodeWorld): NodeFacts | undefined {
  const { source } = node
  if (source.kind === "session") return undefined
  const conversation = world.conversations.get(source.conversationId)
  if (conversation === undefined) return undefined
  const subagent = source.kind === "subagent" ? conversation.subagent(source.subagentId) : undefined
  const member = world.members.of(node)
  const session = sessionAbove(node, world)
  const course = courseOf(node, world)
  const hasOpenCall = world.tools.isOpen(source.conversationId, source.kind === "subagent" ? source.subagentId : undefined)
  const isAsking = session?.status?.status === "waiting" && isOnlyOneOpen(node, session, world)
  const outcome = member?.engagements === 1 ? member.outcome : lastOutcome(member, course?.ends.at(-1)?.[1])
  const state = innerState({ outcome, lastMs: course?.lastMs, hasOpenCall, session, isAsking }, world.now())
  return {
    id: publishedId(node),
    kind: source.kind === "subagent" ? "subagent" : "thread",
    parentId,
    link: subagent === undefined ? threadLink(conversation.meta) : subagentLink(subagent.placeAmong(conversation.namedStarts)),
    sessionId: session?.id ?? "",
    conversationId: source.conversationId,
    subagentId: source.kind === "subagent" ? source.subagentId : undefined,
    name: member?.agentType ?? (subagent === undefined ? "thread" : "agent"),
    description: subagent === undefined ? (conversation.meta.ownName ?? conversation.meta.title) : subagent.description,
    state,
    startedMs: member?.startMs,
    endedMs: isOver(state) ? (member?.lastEndMs ?? course?.lastMs) : undefined,
    model: course?.model?.name ?? (subagent === undefined ? conversation.meta.model : undefined),
    isBackground: member?.isBackground ?? false,
    team: subagent?.teamName,
    workflowRunId: subagent?.workflowRunId,
    engagements: member?.engagements ?? 1,
    own: node.own ?? new Figures(),
    total: totalOf(node),
    forkedFromConversationId: subagent === undefined ? conversation.meta.forkedFromConversationId : undefined,
    untilMs: state === "running" || state === "waiting" ? (course?.lastMs ?? 0) + SILENT_MS : Number.POSITIVE_INFINITY,
    hangsOnOthers: !isOver(state) && session?.status?.status === "waiting",
  }
}

function lastOutcome(member: Member | undefined, lastEnd: Member["outcome"]): Member["outcome"] {
  return member?.lastEndMs === undefined ? undefined : (lastEnd ?? member.outcome)
}

function isOver(state: NodeState): boolean {
  return state === "done" || state === "failed" || state === "interrupted"
}

function subagentLink({ link, toolCallId }: SubagentPlace): LinkFacts {
  const [detail, confidence] = LINKS[link]
  return { source: link, detail, confidence, toolCallId }
}

function threadLink({
  parentConversationId,
  spawnCallId,
}: {
  readonly parentConversationId?: string | undefined
  readonly spawnCallId?: string | undefined
}): LinkFacts {
  const detail = spawnCallId === undefined ? `its rollout names thread ${parentConversationId ?? ""}` : "the call that started it names it"
  // Calls of Codex are told apart by their thread, which stands before the slash.
  const toolCallId = spawnCallId?.slice(spawnCallId.indexOf("/") + 1)
  return { source: "thread", detail, confidence: "confirmed", toolCallId }
}

/** The session that a subagent or thread runs in. */
function sessionAbove(node: TreeNode, { roster }: NodeWorld): SessionState | undefined {
  for (let above = node.parent; above !== undefined; above = above.parent) {
    if (above.source.kind === "session") return roster.sessions.get(above.source.sessionId)
  }
  return undefined
}

/** Whether, of all calls that may be what a session asks about, the open ones are this node's alone. */
function isOnlyOneOpen(node: TreeNode, session: SessionState, { tools }: NodeWorld): boolean {
  const { source } = node
  if (source.kind === "session" || session.conversationId === undefined || rootOf(node) === node) return false
  const askers = new Set(
    [...new Set([session.conversationId, source.conversationId])]
      .flatMap((id) => tools.open(id))
      .filter(({ name }) => !isAgentTool(name))
      .map(({ conversationId, subagentId }) => `${conversationId}/${subagentId ?? ""}`),
  )
  return askers.size === 1 && askers.has(`${source.conversationId}/${source.kind === "subagent" ? source.subagentId : ""}`)
}
