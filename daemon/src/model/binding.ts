// Which conversation a process is in. The agent's own word binds at once; where there is none, a conversation binds only if it began in
// the process's folder after the process did, belongs to nobody else, and no other process could have begun it. A teammate's arguments and each
// line of its conversation name its team and its name there, so these two tell who could have begun what. Anything
// less is said to be unknown, with the reason: a wrong conversation shows one person's words and money under another's name.

import type { AgentSeen, ConversationHint } from "../domain/facts.ts"
import type { Evidence } from "../domain/agent.ts"
import type { Conversation } from "./conversation.ts"
import { isSameMember } from "./membership.ts"
import type { SessionState } from "./session-state.ts"

/** Clocks of the process table and of transcripts may differ by so much. */
const CLOCK_SLACK_MS = 5_000

export type Binding = { readonly conversationId: string; readonly evidence: Evidence } | { readonly unknown: string }

export interface BindingWorld {
  /** Sessions whose process is alive. */
  readonly live: Iterable<SessionState>
  readonly conversations: Iterable<Conversation>
  /** The session that is or was in a conversation, if one ever was bound to it. */
  owner(conversationId: string): SessionState | undefined
}

/** Decides for one live session. `undefined` means: as it is. */
export function bindingOf(session: SessionState, world: BindingWorld, nowMs: number): Binding | undefined {
  const process = session.process
  if (process === undefined) return undefined
  const authoritative = process.conversationHints.find((hint) => hint.trust === "authoritative")
  if (authoritative !== undefined) return bound(authoritative)
  const byBirth = bindByBirth(session, process, world, nowMs)
  if (byBirth !== undefined && "conversationId" in byBirth) return byBirth
  if (session.conversationId !== undefined) return undefined
  const start = process.conversationHints.find((hint) => hint.trust === "start" && isFree(world, hint.conversationId, session))
  return start === undefined ? byBirth : bound(start)
}

function bound(hint: ConversationHint): Binding {
  return { conversationId: hint.conversationId, evidence: hint.evidence }
}

function bindByBirth(session: SessionState, process: AgentSeen, world: BindingWorld, nowMs: number): Binding | undefined {
  const { cwd } = process
  if (cwd === undefined) return session.conversationId === undefined ? { unknown: "its working folder cannot be read" } : undefined
  const rivals = rivalsOf(session, process, world)
  const candidates = candidatesFor(session, process, world)
  const [only] = candidates
  if (only === undefined) {
    return session.conversationId === undefined ? { unknown: "no conversation has begun in its folder since it started" } : undefined
  }
  if (rivals > 0) return unknown(session, `${rivals + 1} ${process.agent} processes in one folder could be in it`)
  if (candidates.length > 1) return unknown(session, `${candidates.length} conversations began in its folder since it started`)
  return {
    conversationId: only.id,
    evidence: {
      field: "conversation_id",
      source: "transcript",
      ...(process.membership === undefined
        ? { detail: "the only conversation begun in its folder since it started", confidence: "likely" }
        : { detail: `its lines are ${process.membership.memberName}'s, as its arguments name it`, confidence: "confirmed" }),
      timeMs: nowMs,
    },
  }
}

function unknown(session: SessionState, reason: string): Binding | undefined {
  return session.conversationId === undefined ? { unknown: reason } : undefined
}

/** Live processes of the same agent in the same folder whose conversation is not told by authority. */
function rivalsOf(session: SessionState, process: AgentSeen, world: BindingWorld): number {
  let rivals = 0
  for (const other of world.live) {
    if (other === session || other.process === undefined) continue
    const sameSeat =
      other.process.agent === process.agent &&
      other.process.cwd === process.cwd &&
      isSameMember(other.process.membership, process.membership)
    if (sameSeat && !other.process.conversationHints.some((hint) => hint.trust === "authoritative")) rivals++
  }
  return rivals
}

function candidatesFor(session: SessionState, process: AgentSeen, world: BindingWorld): Conversation[] {
  const candidates: Conversation[] = []
  for (const conversation of world.conversations) {
    const { agent, cwd, startedMs, parentConversationId } = conversation.meta
    if (agent !== process.agent || cwd !== process.cwd || parentConversationId !== undefined) continue
    if (!isSameMember(conversation.meta, process.membership)) continue
    if (startedMs === undefined || startedMs < process.startedMs - CLOCK_SLACK_MS) continue
    if (world.owner(conversation.id) === undefined) candidates.push(conversation)
  }
  return session.conversationId === undefined ? candidates : newerThan(session.conversationId, candidates, world)
}

/** Once bound, only what began later can take over (a new thread in the same process). */
function newerThan(currentId: string, candidates: Conversation[], world: BindingWorld): Conversation[] {
  for (const conversation of world.conversations) {
    if (conversation.id !== currentId) continue
    const since = conversation.meta.startedMs ?? 0
    return candidates.filter((candidate) => (candidate.meta.startedMs ?? 0) > since)
  }
  return candidates
}

function isFree(world: BindingWorld, conversationId: string, session: SessionState): boolean {
  const owner = world.owner(conversationId)
  return owner === undefined || owner === session || owner.gone !== undefined
}
