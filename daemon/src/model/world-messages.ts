// What the world publishes, built from what is true when it is asked for and kept until what it shows changes.

import type { Host } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import type { Session } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { activeSubagents } from "./active-subagents.ts"
import { contextUsedRatio } from "./context-window.ts"
import type { Clocks } from "./clocks.ts"
import { Conversation } from "./conversation.ts"
import { Deadlines } from "./deadlines.ts"
import type { Ledger } from "./ledger.ts"
import type { LiveIntervals } from "./live-intervals.ts"
import type { Reconciler } from "./reconciler.ts"
import type { Roster } from "./roster.ts"
import { MetricsRow } from "./rows/metrics-row.ts"
import { PublishedRow } from "./rows/published-row.ts"
import { sessionMessage } from "./session-message.ts"
import { SLOW_THRESHOLDS, SlowJudge, type SlowThresholds } from "./slow-judge.ts"
import { GONE } from "./status.ts"
import type { ToolCall } from "./tool-call.ts"
import type { ToolCalls } from "./tool-calls.ts"
import type { UsageBooks } from "./usage-books.ts"

/** The parts of the world that messages are made of. */
export interface WorldMessagesOptions {
  readonly host: Host
  readonly conversations: ReadonlyMap<string, Conversation>
  readonly roster: Roster
  readonly ledger: Ledger
  readonly tools: ToolCalls
  readonly clocks: Clocks
  readonly live: LiveIntervals
  /** From when on something is called slow; undefined for the usual. */
  readonly slow: SlowThresholds | undefined
  readonly reconciler: Reconciler
  readonly usage: UsageBooks
  /** Unix milliseconds. */
  readonly now: () => number
}

export class WorldMessages {
  readonly #world: WorldMessagesOptions
  readonly #sessions = new Map<string, Session>()
  readonly #untilMs = new Deadlines()
  readonly #rows = new Map<string, PublishedRow>()
  /** Of conversations whose session lives: a row that is over hardly ever changes, and there are many. */
  readonly #writers = new Map<string, MetricsRow>()
  readonly slow: SlowJudge

  constructor(options: WorldMessagesOptions) {
    this.#world = options
    this.slow = new SlowJudge({
      samples: options.clocks.samples,
      thresholds: options.slow ?? SLOW_THRESHOLDS,
      sessionOf: (id) => options.roster.sessionOf(id)?.id ?? id,
      modelOf: (id) => this.modelOf(id),
    })
  }

  /** Throws for an id that is no session's. */
  session(id: string): Session {
    const cached = this.#sessions.get(id)
    if (cached !== undefined) return cached
    const { host, roster, now } = this.#world
    const session = roster.sessions.get(id)
    if (session === undefined) throw new Error(`no session ${id}`)
    const conversation = roster.conversationOf(session)
    const active = activeSubagents(session, this.#world, now())
    const model = conversation && this.modelOf(conversation.id)
    const message = sessionMessage({
      host,
      session,
      conversation,
      model,
      openTools: this.mainTools(conversation),
      isSlow: conversation !== undefined && this.slow.of(conversation.id).length > 0,
      activeSubagents: active.count,
      parentSessionId: roster.parentOf(session),
      contextUsedRatio:
        conversation?.context === undefined ? undefined : contextUsedRatio(conversation.context, model, conversation.largestContextTokens),
    })
    this.#sessions.set(id, message)
    this.#untilMs.set(id, active.untilMs)
    return message
  }

  row(conversationId: string): PublishedRow {
    const cached = this.#rows.get(conversationId)
    if (cached !== undefined) return cached
    const { host, conversations, roster, ledger, tools, clocks, live, reconciler, usage } = this.#world
    const bytes = this.#writerOf(conversationId).write({
      host,
      sessionId: roster.sessionOf(conversationId)?.id ?? "",
      conversation: conversations.get(conversationId) ?? new Conversation(conversationId),
      totals: ledger.totals(conversationId),
      tools: tools.totals(conversationId),
      clocks: clocks.figuresOf(conversationId),
      open: live.openIn(conversationId),
      slow: this.slow.of(conversationId),
      childConversations: roster.childrenOf(conversationId).size,
      reconciliation: reconciler.resultOf(conversationId),
      corrected: usage.correctedOf(conversationId),
    })
    const row = new PublishedRow(conversationId, bytes)
    this.#rows.set(conversationId, row)
    return row
  }

  sessionChanged(id: string): void {
    this.#sessions.delete(id)
  }

  /** Sessions that time alone has changed since they were published. */
  takeDue(): readonly string[] {
    return this.#untilMs.takeDue(this.#world.now())
  }

  rowChanged(conversationId: string): void {
    this.#rows.delete(conversationId)
    if (this.#writers.has(conversationId) && this.#isOver(conversationId)) this.#writers.delete(conversationId)
  }

  #writerOf(conversationId: string): MetricsRow {
    let writer = this.#writers.get(conversationId)
    if (writer !== undefined) return writer
    writer = new MetricsRow()
    if (!this.#isOver(conversationId)) this.#writers.set(conversationId, writer)
    return writer
  }

  #isOver(conversationId: string): boolean {
    return GONE.has(this.#world.roster.sessionOf(conversationId)?.status?.status)
  }

  /** Model of the main agent's last request, else what the transcript names. */
  modelOf(conversationId: string): string | undefined {
    return this.#world.ledger.lastModel(conversationId) ?? this.#world.conversations.get(conversationId)?.meta.model
  }

  /** Open calls of the main agent, oldest first. */
  mainTools(conversation: Conversation | undefined): readonly ToolCall[] {
    return conversation === undefined ? [] : this.#world.tools.open(conversation.id).filter((call) => call.subagentId === undefined)
  }
}
