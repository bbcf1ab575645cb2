// Folds what transcripts say into conversations, the ledger and the tool calls.

import type { ConversationSeen, ModelCallSeen, ToolStarted, TranscriptFact, TurnEnded } from "../domain/facts.ts"
import { Conversation } from "./conversation.ts"
import { keyHash } from "./key-hash.ts"
import type { SpanSeen } from "./spans.ts"
import type { ToolCall } from "./tool-call.ts"
import type { WorldHistory } from "./world-history.ts"
import type { WorldParts } from "./world-parts.ts"

export interface TranscriptFoldOptions extends WorldParts {
  readonly history: WorldHistory
  /** What is published of a conversation may have changed. */
  onConversation(conversationId: string): void
  /** Who sits where has to be decided anew. */
  onSeats(): void
}

export class TranscriptFold {
  readonly #parts: TranscriptFoldOptions

  constructor(parts: TranscriptFoldOptions) {
    this.#parts = parts
  }

  fold(fact: TranscriptFact): void {
    const { ledger, tools, clocks, reconciler, usage, history, activities, hierarchy } = this.#parts
    history.rouse(fact)
    const conversation = this.#conversation(fact.conversationId)
    this.#parts.onConversation(conversation.id)
    if ("timeMs" in fact) conversation.touch(fact.timeMs)
    const turnStartedMs = conversation.inTurn === true && fact.kind === "turn-ended" ? conversation.turnChangedMs : undefined
    switch (fact.kind) {
      case "conversation-seen":
        this.#conversationSeen(conversation, fact)
        break
      case "request-seen":
        for (const [id, timeMs] of ledger.see(fact)) {
          this.#parts.onConversation(id)
          history.touched(id)
          this.#touchAll(reconciler.requestChanged(id, timeMs))
        }
        break
      case "tool-started":
        this.#toolStarted(fact)
        break
      case "tool-ended":
        this.#callTouched(tools.ended(fact))
        conversation.trouble.toolEnded(tools.callOf(fact.callId)?.name ?? "", fact)
        break
      case "model-call-seen":
        this.#touchAll(clocks.spans.see(answerSpan(fact)))
        break
      case "turn-started":
        if (fact.subagentId === undefined) conversation.turnStarted(fact.timeMs)
        if (fact.idleSinceMs !== undefined) {
          clocks.spans.see({ what: "idle", conversationId: conversation.id, startMs: fact.idleSinceMs, endMs: fact.timeMs })
        }
        break
      case "turn-ended":
        if (fact.subagentId === undefined) conversation.turnEnded(fact)
        if (fact.startedMs !== undefined) clocks.spans.see(turnSpan(fact, fact.startedMs))
        tools.abandon(conversation.id, fact.subagentId, fact.timeMs)
        break
      case "context-seen":
        if (fact.subagentId === undefined) conversation.contextSeen(fact)
        break
      case "api-error-seen":
        if (conversation.trouble.apiErrorSeen(fact)) hierarchy.apiErrorSeen(conversation, fact.subagentId)
        break
      case "hook-failed":
        conversation.trouble.hookFailed(fact)
        break
      case "subagent-seen":
        conversation.subagent(fact.subagentId).see(fact)
        break
      case "agents-started":
        // A run of a workflow is spoken of by other calls too.
        if (fact.workflowRunId === undefined || tools.callOf(fact.callId)?.name === "Workflow") conversation.agentsStarted(fact)
        break
      case "booked-cost-seen":
        this.#touchAll(reconciler.bookedSeen(fact))
        break
      case "rate-limit-seen":
        usage.limits.see(fact)
        break
      case "compacted":
      case "active":
        break
      default:
        fact satisfies never
    }
    hierarchy.fold(fact, conversation, tools)
    activities.see(fact, conversation, turnStartedMs)
  }

  #conversationSeen(conversation: Conversation, fact: ConversationSeen): void {
    const { parentConversationId } = conversation.meta
    conversation.describe(fact)
    this.#noteFork(conversation)
    this.#moved(conversation, parentConversationId)
    this.#parts.onSeats()
  }

  #noteFork({ id, meta }: Conversation): void {
    const { forkedFromConversationId: parentId, startedMs } = meta
    if (parentId !== undefined) this.#touchAll(this.#parts.reconciler.forked(id, parentId, startedMs))
  }

  /** A row counts the children of its conversation, and names the session that it is in through its parents. */
  #moved({ id, meta }: Conversation, lastParentId: string | undefined): void {
    const { roster, conversations } = this.#parts
    const { parentConversationId: parentId } = meta
    if (parentId === undefined || parentId === lastParentId) return
    roster.adopt(parentId, id, lastParentId)
    for (const touched of [parentId, lastParentId, ...roster.below(id)]) {
      if (touched !== undefined && conversations.has(touched)) this.#parts.onConversation(touched)
    }
  }

  #touchAll(conversationIds: readonly string[]): void {
    for (const id of conversationIds) this.#parts.history.touched(id)
    for (const id of conversationIds) if (this.#parts.conversations.has(id)) this.#parts.onConversation(id)
  }

  /** A copy of a call may show that it is another conversation's. */
  #toolStarted(fact: ToolStarted): void {
    const { tools } = this.#parts
    const home = tools.homeOf(keyHash(fact.callId))
    const call = tools.started(fact)
    this.#callTouched(call)
    if (home !== undefined && call !== undefined && home !== call.conversationId) this.#touchAll([home])
  }

  #callTouched(call: ToolCall | undefined): void {
    if (call !== undefined) this.#parts.onConversation(call.conversationId)
  }

  #conversation(id: string): Conversation {
    const { conversations } = this.#parts
    let conversation = conversations.get(id)
    if (conversation === undefined) conversations.set(id, (conversation = new Conversation(id)))
    return conversation
  }
}

function answerSpan({ conversationId, subagentId, key, model, startedMs, timeMs, basis }: ModelCallSeen): SpanSeen {
  return { what: "model", conversationId, subagentId, key, model, startMs: startedMs, endMs: timeMs, isEstimated: basis === "estimated" }
}

function turnSpan({ conversationId, subagentId, timeMs, durationMs }: TurnEnded, startMs: number): SpanSeen {
  return { what: "turn", conversationId, subagentId, startMs, endMs: timeMs, activeMs: durationMs }
}
