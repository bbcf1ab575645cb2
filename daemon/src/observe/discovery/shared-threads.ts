// Newer Codex keeps the threads of all its windows in one server process, so an open file no longer says which window shows it.
// Here the windows and threads of one CODEX_HOME are put side by side in time.

import type { AgentProcess } from "../../work/scan/agent-process.ts"
import { type SharedThreads, timeOfThreadId } from "./conversation-hints.ts"

/** When a window was open; `endMs` absent while it is. */
export interface WindowSpan {
  readonly home: string
  readonly startMs: number
  readonly endMs?: number
}

export interface SharedThreadsQuestion {
  readonly agents: readonly AgentProcess[]
  readonly homeOf: (agent: AgentProcess) => string
  readonly startedMsOf: (agent: AgentProcess) => number
  /** Windows that have closed: their threads stay open in the server. */
  readonly closed: readonly WindowSpan[]
}

/** A thread's id may be made this much before the window's start as the kernel tells it. */
const SLACK_MS = 1_000

/** Whether a process is a window whose threads, if any, live elsewhere. */
export const isSharedWindow = (agent: AgentProcess): boolean =>
  agent.agent === "codex" && agent.role === "interactive" && agent.openThreads.length === 0

/** For each window that holds no thread itself: the threads of its server that it could show. Empty where there is no such server. */
export const sharedThreadsOf = ({ agents, homeOf, startedMsOf, closed }: SharedThreadsQuestion): Map<number, SharedThreads> => {
  const found = new Map<number, SharedThreads>()
  const servers = agents.filter((agent) => agent.role === "infra" && agent.command === "codex app-server")
  const windows = agents.filter(isSharedWindow)
  for (const window of windows) {
    const home = homeOf(window)
    const own = servers.filter((server) => homeOf(server) === home)
    if (own.length === 0) continue
    const sinceMs = startedMsOf(window) - SLACK_MS
    const threads = own.flatMap(({ openThreads }) => openThreads.map(({ id }) => ({ id, timeMs: timeOfThreadId(id) })))
    const begun = threads.filter(({ timeMs }) => timeMs === undefined || timeMs >= sinceMs)
    const others = windows.filter((other) => other !== window && homeOf(other) === home).length
    const past = closed.filter((span) => span.home === home && (span.endMs ?? Infinity) >= sinceMs).length
    found.set(window.pid, { threadIds: begun.map(({ id }) => id), windows: 1 + others + past })
  }
  return found
}
