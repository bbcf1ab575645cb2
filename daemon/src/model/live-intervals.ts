// Intervals that run now: a tool, a turn, a permission that nobody has answered yet. They end when the agent says so, and at the latest when it
// is gone; what is read afterwards still puts their end right.

import type { ClockWord } from "./clock-samples.ts"
import type { Clocks } from "./clocks.ts"
import type { Conversation } from "./conversation.ts"
import type { Roster } from "./roster.ts"
import type { SessionState } from "./session-state.ts"
import type { SpanSeen } from "./spans.ts"
import { asksPermission, GONE, type StatusWord } from "./status.ts"
import type { ToolCalls } from "./tool-calls.ts"
import type { WorldHistory } from "./world-history.ts"

export interface OpenInterval {
  readonly clock: ClockWord
  readonly startMs: number
  /** Name of the tool, for the tool clock. */
  readonly tool?: string
  readonly subagentId?: string | undefined
}

export interface LiveIntervalsOptions {
  readonly clocks: Clocks
  readonly tools: ToolCalls
  readonly roster: Roster
  readonly conversations: ReadonlyMap<string, Conversation>
  readonly history: WorldHistory
  /** What is published of a conversation may have changed. */
  onConversation(conversationId: string): void
}

interface Wait {
  readonly conversationId: string
  readonly startMs: number
  /** Told by a screen or a title, which are looked at now and then. */
  readonly isEstimated: boolean
}

/** They tell nothing of whether a question was answered. */
const UNTELLING: ReadonlySet<string | undefined> = new Set(["stalled", "unknown"])

export class LiveIntervals {
  readonly #parts: LiveIntervalsOptions
  /** By session. */
  readonly #waits = new Map<string, Wait>()

  constructor(parts: LiveIntervalsOptions) {
    this.#parts = parts
  }

  /** What a session does was read anew; `before` is its status word until now. */
  statusRead(session: SessionState, before: StatusWord | undefined, nowMs: number): void {
    const { status, conversationId } = session
    if (status === undefined) return
    if (GONE.has(before) !== GONE.has(status.status)) {
      for (const id of this.#parts.roster.conversationIdsOf(session)) this.#parts.onConversation(id)
    }
    const wait = this.#waits.get(session.id)
    const sinceMs = Math.min(status.sinceMs ?? nowMs, nowMs)
    const isWaiting = asksPermission(status)
    if (wait !== undefined) {
      const isNext = isWaiting && session.process?.registry?.statusUpdatedMs !== undefined && sinceMs > wait.startMs
      if (UNTELLING.has(status.status)) return
      if (isWaiting && !isNext && wait.conversationId === conversationId) {
        // The registry knows better when it began than the screen that was looked at first.
        if (wait.isEstimated && status.source === "registry") this.#waitBegan(session.id, conversationId, sinceMs, false)
        return
      }
      this.#waits.delete(session.id)
      this.#parts.onConversation(wait.conversationId)
      this.#see({ ...wait, what: "permission", endMs: Math.max(wait.startMs, sinceMs), isCut: GONE.has(status.status) })
    }
    if (isWaiting && conversationId !== undefined) this.#waitBegan(session.id, conversationId, sinceMs, status.source !== "registry")
  }

  /** Its agent is gone: what ran, ran until then. */
  agentGone({ conversationId, gone }: SessionState): void {
    const conversation = conversationId === undefined ? undefined : this.#parts.conversations.get(conversationId)
    if (conversation === undefined || gone === undefined) return
    const { id, inTurn, turnChangedMs: startMs } = conversation
    if (inTurn === true && startMs !== undefined && startMs <= gone.timeMs) {
      this.#see({ what: "turn", conversationId: id, startMs, endMs: gone.timeMs, isCut: true })
    }
    this.#parts.tools.abandonAll(id, gone.timeMs)
    this.#parts.onConversation(id)
  }

  /** What runs in a conversation, oldest first. */
  openIn(conversationId: string): readonly OpenInterval[] {
    const { roster, tools, conversations } = this.#parts
    const session = roster.sessionOf(conversationId)
    if (session === undefined || GONE.has(session.status?.status) || session.earlierConversationIds.includes(conversationId)) return []
    const calls = tools
      .open(conversationId)
      .map(({ name, subagentId, startMs }) => ({ clock: "tool", startMs, tool: name, subagentId }) as const)
    const open: OpenInterval[] = calls.flatMap(({ startMs, ...call }) => (startMs === undefined ? [] : [{ ...call, startMs }]))
    const conversation = conversations.get(conversationId)
    if (conversation?.inTurn === true) open.push({ clock: "turn", startMs: conversation.turnChangedMs ?? 0 })
    const wait = this.#waits.get(session.id)
    if (wait?.conversationId === conversationId) open.push({ clock: "permission", startMs: wait.startMs })
    return open.sort((a, b) => a.startMs - b.startMs)
  }

  #waitBegan(sessionId: string, conversationId: string, startMs: number, isEstimated: boolean): void {
    this.#waits.set(sessionId, { conversationId, startMs, isEstimated })
    this.#parts.onConversation(conversationId)
  }

  #see(seen: SpanSeen): void {
    const { history, clocks } = this.#parts
    history.intervalSeen(seen.conversationId)
    for (const id of clocks.spans.see(seen)) this.#parts.onConversation(id)
  }
}
