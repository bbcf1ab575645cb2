// What the agent has written, counted as it writes: the oracle that tests compare the daemon with.

import type { AgentKind } from "../../src/domain/agent.ts"
import type { ToolOutcome } from "../../src/domain/facts.ts"
import type { TokenUsage } from "../../src/domain/usage.ts"
import type { ConversationTruth, SubagentTruth, ToolTruth } from "./control.ts"

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** The books of one conversation. */
export interface Books {
  request(model: string, usage: TokenUsage, subagentId?: string): void
  toolStarted(callId: string, name: string, timeMs: number, subagentId?: string): void
  toolWaited(callId: string, ms: number): void
  toolEnded(callId: string, outcome: ToolOutcome, timeMs: number): void
  prompted(): void
  turnEnded(): void
  apiError(): void
  subagentStarted(subagentId: string): void
  subagentEnded(subagentId: string): void
  truth(): ConversationTruth
}

const none = (): Mutable<TokenUsage> => ({ input: 0, output: 0, reasoning: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 })

function add(to: Mutable<TokenUsage>, usage: TokenUsage): void {
  for (const key of Object.keys(to) as (keyof TokenUsage)[]) to[key] += usage[key]
}

export function createBooks(of: { conversationId: string; transcriptPath: string; agent: AgentKind }): Books {
  const tokens = none()
  const models = new Set<string>()
  const tools = new Map<string, ToolTruth>()
  const subagents = new Map<string, Mutable<SubagentTruth> & { tokens: Mutable<TokenUsage> }>()
  const count = { requests: 0, prompts: 0, turnsEnded: 0, apiErrors: 0 }
  return {
    request(model, usage, subagentId) {
      count.requests++
      models.add(model)
      add(tokens, usage)
      const subagent = subagentId === undefined ? undefined : subagents.get(subagentId)
      if (subagent === undefined) return
      subagent.requests++
      add(subagent.tokens, usage)
    },
    toolStarted(callId, name, startedMs, subagentId) {
      tools.set(callId, { callId, name, startedMs, waitedMs: 0, ...(subagentId === undefined ? {} : { subagentId }) })
    },
    toolWaited(callId, ms) {
      const tool = tools.get(callId)
      if (tool !== undefined) tool.waitedMs += ms
    },
    toolEnded(callId, outcome, endedMs) {
      const tool = tools.get(callId)
      if (tool !== undefined) Object.assign(tool, { outcome, endedMs })
    },
    prompted: () => void count.prompts++,
    turnEnded: () => void count.turnsEnded++,
    apiError: () => void count.apiErrors++,
    subagentStarted: (subagentId) => void subagents.set(subagentId, { subagentId, tokens: none(), requests: 0, finished: false }),
    subagentEnded(subagentId) {
      const subagent = subagents.get(subagentId)
      if (subagent !== undefined) subagent.finished = true
    },
    truth: () => ({ ...of, ...count, tokens, models: [...models], tools: [...tools.values()], subagents: [...subagents.values()] }),
  }
}
