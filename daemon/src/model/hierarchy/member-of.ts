// Reads a child out of the forest as its parent's patterns see it.

import type { ToolOutcome } from "../../domain/facts.ts"
import type { Conversation } from "../conversation.ts"
import { membershipOf } from "../membership.ts"
import type { Roster } from "../roster.ts"
import { FAILURES } from "../judged-outcome.ts"
import type { Course, Launch } from "./course.ts"
import { nodeKey, type TreeNode } from "./forest.ts"
import { type Member, type MemberOutcome, runsOf, type ToldEnd } from "./member.ts"
import type { Subagent } from "./subagent.ts"

export interface MemberWorld {
  readonly conversations: ReadonlyMap<string, Conversation>
  readonly roster: Roster
}

/** As a node is published: a conversation of a session is the session. */
export function publishedId(node: TreeNode): string {
  const { source, parent } = node
  if (source.kind === "session") return source.sessionId
  if (source.kind === "conversation" && parent?.source.kind === "session") return parent.source.sessionId
  return nodeKey(source)
}

/** The call that started a node, as its parent made it. */
export function launchOf({ source, parent }: TreeNode, world: MemberWorld): Launch | undefined {
  const maker = source.kind === "session" || parent === undefined ? undefined : courseOf(parent, world)
  if (maker === undefined || maker.launches.length === 0 || source.kind === "session") return undefined
  const conversation = world.conversations.get(source.conversationId)
  if (conversation === undefined) return undefined
  if (source.kind === "conversation") return maker.launch(conversation.meta.spawnCallId)
  return maker.launch(conversation.subagent(source.subagentId).placeAmong(conversation.namedStarts).toolCallId)
}

/** Undefined before its first sign of life. */
export function memberOf(node: TreeNode, launch: Launch | undefined, world: MemberWorld): Member | undefined {
  const { source } = node
  if (source.kind === "session") return sessionMember(node, world)
  const conversation = world.conversations.get(source.conversationId)
  if (conversation === undefined) return undefined
  if (source.kind === "conversation") return threadMember(node, conversation, launch)
  return subagentMember(node, conversation.subagent(source.subagentId), launch)
}

function subagentMember(node: TreeNode, subagent: Subagent, launch: Launch | undefined): Member | undefined {
  const isBackground = subagent.isBackground || launch?.isBackground === true || launch?.outcome === "background"
  const runs = runsOf(subagent.course, launch, toldEnd(subagent, launch, isBackground))
  if (runs === undefined) return undefined
  const { agentType = launch?.agentType, workflowRunId, teamName: team } = subagent
  return { id: publishedId(node), agentType, launch, isBackground, workflowRunId, team, ...runs }
}

function toldEnd(subagent: Subagent, launch: Launch | undefined, isBackground: boolean): ToldEnd | undefined {
  const { finishedMs, finished, course } = subagent
  const outcome = subagent.hasFailed ? "failed" : subagent.wasStopped ? "interrupted" : "done"
  if (!isBackground && launch?.endMs !== undefined) {
    return { timeMs: launch.endMs, outcome: outcomeOf(launch.outcome), mayBeLate: false }
  }
  if (!isBackground && launch?.abandonedMs !== undefined) return { timeMs: launch.abandonedMs, outcome: "interrupted", mayBeLate: true }
  if (finishedMs !== undefined) return { timeMs: finishedMs, outcome, mayBeLate: true }
  // Its sidecar says so and nothing says when.
  const isOver = finished && course.ends.length === 0 && course.lastMs !== undefined
  return isOver ? { timeMs: course.lastMs ?? 0, outcome, mayBeLate: false } : undefined
}

function outcomeOf(outcome: ToolOutcome | undefined): MemberOutcome {
  if (outcome === undefined || outcome === "ok") return "done"
  return FAILURES.has(outcome) ? "failed" : "interrupted"
}

function threadMember(node: TreeNode, conversation: Conversation, launch: Launch | undefined): Member | undefined {
  const runs = runsOf(conversation.course(undefined), launch, undefined)
  if (runs === undefined) return undefined
  const isBackground = launch?.isBackground === true
  const agentType = conversation.meta.subagentType ?? launch?.agentType
  return { id: publishedId(node), agentType, launch, isBackground, workflowRunId: undefined, team: undefined, ...runs }
}

function sessionMember(node: TreeNode, { roster }: MemberWorld): Member | undefined {
  const session = node.source.kind === "session" ? roster.sessions.get(node.source.sessionId) : undefined
  if (session === undefined) return undefined
  const { process, gone } = session
  const conversation = roster.conversationOf(session)
  const startMs = process?.startedMs ?? conversation?.firstMs
  if (startMs === undefined) return undefined
  const isOver = process === undefined && conversation?.inTurn === false
  const endMs = gone?.timeMs ?? (isOver ? conversation?.turnChangedMs : undefined)
  const outcome = endMs === undefined ? undefined : conversation?.inTurn === true ? "interrupted" : (conversation?.lastTurnEnd ?? "done")
  const { teamName, memberName } = membershipOf(session, conversation)
  const isMember = process?.role === "teammate" || memberName !== undefined
  return {
    id: publishedId(node),
    agentType: undefined,
    startMs,
    endMs,
    outcome,
    lastEndMs: endMs,
    engagements: 1,
    launch: undefined,
    isBackground: false,
    workflowRunId: undefined,
    team: isMember ? (teamName ?? "") : undefined,
  }
}

/** What a node's own agent did; undefined for a session, whose conversations did it. */
export function courseOf({ source }: TreeNode, { conversations }: MemberWorld): Course | undefined {
  if (source.kind === "session") return undefined
  return conversations.get(source.conversationId)?.course(source.kind === "subagent" ? source.subagentId : undefined)
}
