// Which agent started an agent. What a tool's environment says is believed only while it can be true: variables leak into every
// shell of a tmux server that was once started by an agent, so a named parent must be alive, older and not contradicted by a terminal.

import type { Evidence } from "../../domain/agent.ts"
import type { AgentProcess } from "../../work/scan/agent-process.ts"

export interface ParentFinding {
  readonly parentSessionId?: string
  readonly parentConversationId?: string
  readonly evidence: Omit<Evidence, "timeMs">
}

export interface Family {
  /** Agents that are alive and no helpers, by pid. */
  readonly byPid: ReadonlyMap<number, AgentProcess>
  sessionIdOf(agent: AgentProcess): string
  /** The one session that is or was in a conversation; undefined when there is none or several. */
  sessionInConversation(conversationId: string): string | undefined
}

/** Finds the parent, or says that nothing names one. */
export const parentOf = (agent: AgentProcess, family: Family): ParentFinding => {
  if (agent.teammate !== undefined) return leadOf(agent, family)
  const nearest = nearestAgent(agent, family)
  if (nearest !== undefined) {
    return found({ parentSessionId: family.sessionIdOf(nearest) }, "process", `process ${nearest.pid} is its ancestor`, "confirmed")
  }
  const threadId = agent.environment.CODEX_THREAD_ID
  const named = namedByPid(agent, family)
  // Both are set where one agent runs inside the other; the inner one has inherited the outer one's variable.
  const codexIsInner = threadId !== undefined && named?.environment.CODEX_THREAD_ID !== threadId
  if (named !== undefined && !codexIsInner) {
    return found(
      { parentSessionId: family.sessionIdOf(named) },
      "environment",
      `CLAUDE_PID names the living agent ${named.pid}`,
      "confirmed",
    )
  }
  if (threadId !== undefined && agent.terminal === undefined) {
    const session = family.sessionInConversation(threadId)
    const ids = { parentConversationId: threadId, ...(session === undefined ? {} : { parentSessionId: session }) }
    return found(ids, "environment", `CODEX_THREAD_ID names ${threadId}`, "likely")
  }
  return {
    evidence: {
      field: "parent",
      source: "process",
      detail: `no agent among its ancestors, ${agent.isClosed ? "and its environment may not be read" : "none named in its environment"}`,
      confidence: "likely",
    },
  }
}

const leadOf = ({ teammate }: AgentProcess, family: Family): ParentFinding => {
  const lead = teammate?.leadConversationId
  if (lead === undefined)
    return { evidence: { field: "parent", source: "process", detail: "a teammate whose arguments name no lead", confidence: "likely" } }
  const session = family.sessionInConversation(lead)
  const ids = { parentConversationId: lead, ...(session === undefined ? {} : { parentSessionId: session }) }
  return found(ids, "process", `--parent-session-id of teammate ${teammate?.agentId}`, "confirmed")
}

const nearestAgent = (agent: AgentProcess, { byPid }: Family): AgentProcess | undefined => {
  for (const { pid, kind } of agent.ancestors) {
    const agentThere = byPid.get(pid)
    if (agentThere !== undefined) return agentThere
    if (kind !== "other") return undefined
  }
  return undefined
}

const namedByPid = (agent: AgentProcess, { byPid }: Family): AgentProcess | undefined => {
  // Numbers of processes there mean others here.
  if (agent.inContainer) return undefined
  const named = byPid.get(Number(agent.environment.CLAUDE_PID))
  if (named === undefined || named.agent !== "claude" || named.pid === agent.pid) return undefined
  const isOlder = Number(named.startTicks) <= Number(agent.startTicks)
  return isOlder && agent.terminal === undefined ? named : undefined
}

const found = (
  ids: { readonly parentSessionId?: string; readonly parentConversationId?: string },
  source: Evidence["source"],
  detail: string,
  confidence: Evidence["confidence"],
): ParentFinding => ({ ...ids, evidence: { field: "parent", source, detail, confidence } })
