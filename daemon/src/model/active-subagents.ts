// How many of a session's subagents and threads are at work.

import type { Conversation } from "./conversation.ts"
import { innerState, SILENT_MS } from "./hierarchy/node-state.ts"
import type { Roster } from "./roster.ts"
import type { SessionState } from "./session-state.ts"
import type { ToolCalls } from "./tool-calls.ts"

export interface SubagentWorld {
  readonly conversations: ReadonlyMap<string, Conversation>
  readonly roster: Roster
  readonly tools: ToolCalls
}

export interface ActiveSubagents {
  readonly count: number
  /** Silence makes them fewer then, unless something happens; Unix milliseconds, infinity where none is at work. */
  readonly untilMs: number
}

interface Run {
  readonly isOver: boolean
  readonly lastMs: number | undefined
  readonly hasOpenCall: boolean
}

/** None where no process is there that could run them. */
export function activeSubagents(session: SessionState, world: SubagentWorld, nowMs: number): ActiveSubagents {
  const conversation = session.process === undefined ? undefined : world.roster.conversationOf(session)
  let count = 0
  let untilMs = Number.POSITIVE_INFINITY
  if (conversation === undefined) return { count, untilMs }
  for (const { isOver, lastMs, hasOpenCall } of runsOf(session, conversation, world)) {
    const signs = { outcome: isOver ? ("done" as const) : undefined, lastMs, hasOpenCall, session, isAsking: false }
    if (innerState(signs, nowMs) !== "running") continue
    count++
    const silentMs = (lastMs ?? 0) + SILENT_MS
    if (silentMs > nowMs) untilMs = Math.min(untilMs, silentMs)
  }
  return { count, untilMs }
}

function* runsOf(session: SessionState, conversation: Conversation, { conversations, roster, tools }: SubagentWorld): Iterable<Run> {
  if (conversation.subagents.size > 0) {
    const callers = new Set(tools.open(conversation.id).map(({ subagentId }) => subagentId))
    for (const [id, { finished, course }] of conversation.subagents) {
      yield { isOver: finished, lastMs: course.lastMs, hasOpenCall: callers.has(id) }
    }
  }
  for (const id of roster.childrenOf(conversation.id)) {
    // One with a session of its own is at work there.
    if (roster.sessionOf(id) !== session) continue
    const thread = conversations.get(id)
    const isOver = thread?.inTurn !== true
    yield { isOver, lastMs: thread?.lastMs, hasOpenCall: !isOver && tools.isOpen(id, undefined) }
  }
}
