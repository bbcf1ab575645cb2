// What reports tell of a conversation besides sums: whose it is, where it ran, what to call it, how full its context is.

import type { AgentKind } from "../domain/agent.ts"
import { contextUsedRatio } from "./context-window.ts"
import type { Conversation } from "./conversation.ts"
import type { Roster } from "./roster.ts"
import { conversationName, sessionName } from "./session-name.ts"

export interface UsageConversation {
  readonly agent: AgentKind
  /** Folder; empty where not known. */
  readonly project: string
  /** Empty where it has none. */
  readonly sessionId: string
  readonly sessionName: string
  readonly name: string
  /** Type of one of its subagents, or of itself for undefined: "main", "unknown", or as the agent names it. */
  subagentType(subagentId: string | undefined): string
  /** Tokens in the context and the used share of the window, where they are known. */
  readonly contextUsedTokens: number | undefined
  readonly contextUsedRatio: number | undefined
}

const MAIN = "main"
const UNKNOWN = "unknown"

/** `conversation` is undefined where nothing but usage is known of it; `model` is that of its main agent's last request. */
export function usageConversation(
  id: string,
  conversation: Conversation | undefined,
  roster: Roster,
  model: string | undefined,
): UsageConversation {
  const session = roster.sessionOf(id)
  const isChild = conversation?.meta.parentConversationId !== undefined
  const context = conversation?.context
  const own = conversation?.meta.subagentType ?? (isChild ? UNKNOWN : MAIN)
  return {
    agent: conversation?.agent ?? "claude",
    project: conversation?.meta.cwd ?? "",
    sessionId: session?.id ?? "",
    sessionName: session === undefined ? conversationName(id, conversation) : sessionName(session, roster.conversationOf(session)),
    name: conversationName(id, conversation),
    subagentType: (subagentId) => (subagentId === undefined ? own : (conversation?.subagents.get(subagentId)?.agentType ?? UNKNOWN)),
    contextUsedTokens: context?.usedTokens ?? undefined,
    contextUsedRatio:
      context === undefined || conversation === undefined ? undefined : contextUsedRatio(context, model, conversation.largestContextTokens),
  }
}
