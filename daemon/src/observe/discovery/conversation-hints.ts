// Which conversation a process says it is in, best evidence first. Where two answers fit, none is given and the reason is said:
// a wrong conversation shows one window's work in another.

import type { Evidence } from "../../domain/agent.ts"
import type { ConversationHint } from "../../domain/facts.ts"
import type { AgentProcess } from "../../work/scan/agent-process.ts"
import type { RegistryFile } from "./registry-file.ts"

export interface HintQuestion {
  readonly agent: AgentProcess
  readonly registry: RegistryFile | undefined
  /** Codex windows whose threads live in a shared server, by the same CODEX_HOME: how to tell them apart. */
  readonly shared: SharedThreads | undefined
  readonly timeMs: number
}

/** Threads that a shared Codex server holds, as seen from one window. */
export interface SharedThreads {
  /** Threads begun since this window started. */
  readonly threadIds: readonly string[]
  /** Windows that could have begun them, this one included. */
  readonly windows: number
}

export interface HintFinding {
  readonly hints: readonly ConversationHint[]
  readonly evidence: Omit<Evidence, "timeMs">
}

export const conversationHints = (question: HintQuestion): HintFinding => {
  const hints = question.agent.agent === "claude" ? claudeHints(question) : codexHints(question)
  const [best] = hints
  if (best !== undefined) return { hints, evidence: best.evidence }
  return { hints, evidence: { field: "conversation", source: "process", detail: whyNone(question), confidence: "likely" } }
}

const claudeHints = ({ agent, registry, timeMs }: HintQuestion): ConversationHint[] => {
  const hints: ConversationHint[] = []
  const add = (conversationId: string, trust: ConversationHint["trust"], source: Evidence["source"], detail: string) => {
    if (hints.some((hint) => hint.conversationId === conversationId)) return
    const confidence = trust === "authoritative" ? "confirmed" : "likely"
    hints.push({ conversationId, trust, evidence: { field: "conversation", source, detail, confidence, timeMs } })
  }
  // Files without procStart come from versions that do not rewrite the id on /clear.
  if (registry?.procStart !== undefined)
    add(registry.entry.conversationId, "authoritative", "registry", `its registry file, started at tick ${registry.procStart}`)
  else {
    const child = youngestToolChild(agent)
    if (child !== undefined)
      add(child.conversationId, "authoritative", "environment", `its child ${child.pid} carries CLAUDE_CODE_SESSION_ID`)
    if (registry !== undefined)
      add(registry.entry.conversationId, "start", "registry", "its registry file, of a version that does not follow /clear")
  }
  if (agent.namedConversation !== undefined) add(agent.namedConversation, "start", "process", "named on its command line")
  return hints
}

const youngestToolChild = ({ pid, children }: AgentProcess): { pid: number; conversationId: string } | undefined => {
  let youngest: { pid: number; conversationId: string; startTicks: number } | undefined
  for (const { environment, startTicks, pid: childPid } of children) {
    const conversationId = environment.CLAUDE_CODE_SESSION_ID
    if (environment.CLAUDE_PID !== String(pid) || conversationId === undefined) continue
    if (youngest === undefined || Number(startTicks) > youngest.startTicks)
      youngest = { pid: childPid, conversationId, startTicks: Number(startTicks) }
  }
  return youngest
}

const codexHints = ({ agent, shared, timeMs }: HintQuestion): ConversationHint[] => {
  const hint = (conversationId: string, trust: ConversationHint["trust"], detail: string): ConversationHint => ({
    conversationId,
    trust,
    evidence: { field: "conversation", source: "process", detail, confidence: trust === "authoritative" ? "confirmed" : "likely", timeMs },
  })
  const [newest] = agent.openThreads
  if (newest !== undefined) {
    const what =
      newest.rolloutPath === undefined ? "holds the writer lock of its newest thread" : "holds the rollout of its newest thread open"
    return [hint(newest.id, "authoritative", what)]
  }
  if (agent.namedConversation !== undefined) return [hint(agent.namedConversation, "start", "named on its command line")]
  const only = shared?.windows === 1 && shared.threadIds.length === 1 ? shared.threadIds[0] : undefined
  return only === undefined
    ? []
    : [hint(only, "start", "the only thread that the shared server began since this window opened, and the only window")]
}

const whyNone = ({ agent, shared }: HintQuestion): string => {
  if (agent.agent === "claude" && agent.inContainer) return "runs in a container: registry files there name processes by other numbers"
  if (agent.agent === "claude") return "no registry file of this process, no child that names it, no id on the command line"
  if (shared === undefined) return "holds no rollout open: no prompt yet, or its threads live in a server that is not seen"
  if (shared.threadIds.length === 0) return "its threads live in a shared server, which began none since this window opened"
  return `${shared.threadIds.length} threads of the shared server and ${shared.windows} windows fit: cannot tell`
}

/** Time in a UUIDv7, Unix milliseconds; undefined for other versions. */
export const timeOfThreadId = (id: string): number | undefined =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-7/i.test(id) ? Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : undefined
