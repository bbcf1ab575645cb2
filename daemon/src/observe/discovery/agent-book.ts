// The agents that were stated, as they were stated last, and how each of them left. Only what is news goes in or out as a fact.

import type { AgentSeen, PresenceFact } from "../../domain/facts.ts"
import type { AgentProcess } from "../../work/scan/agent-process.ts"
import type { KnownProcess } from "./departures.ts"
import { goneReason } from "./gone-reason.ts"
import { type LostPane, lostPane, seatInTheEnd } from "./lost-pane.ts"
import { keepTimes, saysTheSame } from "./presence.ts"
import type { ServerBook } from "./server-book.ts"
import { isSharedWindow, type WindowSpan } from "./shared-threads.ts"

export interface StatedAgent extends KnownProcess {
  readonly seen: AgentSeen
  readonly process: AgentProcess
  /** Whether it is the first process of its pane. */
  readonly ledPane: boolean
  readonly lost: LostPane | undefined
  /** Set while it is alive and a good scan no longer takes it for an agent. */
  strangeSinceMs?: number
}

export interface AgentBook {
  all(): Iterable<StatedAgent>
  has(sessionId: string): boolean
  /** Takes down what is so now; answers the fact to state, undefined where it was stated before. */
  state(process: AgentProcess, seen: AgentSeen, ledPane: boolean): AgentSeen | undefined
  /** One lives that a scan which began then no longer takes for an agent. Answers whether it has left: once later scans agree. */
  noteStranger(sessionId: string, scanStartedMs: number): boolean
  /** It is gone. The reason is found in what it left behind, unless it is said. */
  depart(sessionId: string, reason?: string): void
  /** Whether it left at that time or later, Unix milliseconds: a scan that is older may still show it. */
  hasLeftSince(sessionId: string, timeMs: number): boolean
  /** The one session whose best hint names the conversation. */
  inConversation(conversationId: string): string | undefined
  /** Windows that have closed, of which nobody else tells. */
  closedWindows(): readonly WindowSpan[]
}

export interface AgentBookOptions {
  readonly servers: Pick<ServerBook, "panes" | "isCurrent" | "isGone">
  /** Whether the agent deleted its registry file. */
  readonly saidGoodbye: (pid: number) => boolean
  /** The agent's home, an absolute path. */
  readonly homeOf: (process: AgentProcess) => string
  readonly apply: (facts: readonly PresenceFact[]) => void
  readonly onLeft: (sessionId: string) => void
  /** Unix milliseconds. */
  readonly now: () => number
}

const MAX_CLOSED_WINDOWS = 200
const MAX_GONE = 1_000
/** Between the first scan that takes an agent for something else and the one that settles it. */
const STRANGE_MS = 300

export const createAgentBook = ({ servers, saidGoodbye, homeOf, apply, onLeft, now }: AgentBookOptions): AgentBook => {
  const stated = new Map<string, StatedAgent>()
  const goneAtMs = new Map<string, number>()
  const closedWindows: WindowSpan[] = []

  const reasonFor = (entry: StatedAgent, timeMs: number) =>
    goneReason({
      ...seatInTheEnd(entry, timeMs),
      panes: servers.panes(),
      isCurrent: (socket) => servers.isCurrent(socket) || servers.isGone(socket),
      saidGoodbye: saidGoodbye(entry.pid),
    })

  const depart = (sessionId: string, said?: string) => {
    const entry = stated.get(sessionId)
    if (entry === undefined) return
    const timeMs = now()
    const reason = said ?? reasonFor(entry, timeMs)
    stated.delete(sessionId)
    onLeft(sessionId)
    goneAtMs.set(sessionId, timeMs)
    if (goneAtMs.size > MAX_GONE) for (const old of [...goneAtMs.keys()].slice(0, MAX_GONE / 2)) goneAtMs.delete(old)
    const { process, seen } = entry
    if (isSharedWindow(process)) closedWindows.push({ home: homeOf(process), startMs: seen.startedMs, endMs: timeMs })
    if (closedWindows.length > MAX_CLOSED_WINDOWS) closedWindows.shift()
    apply([{ kind: "agent-gone", sessionId, timeMs, reason }])
  }

  return {
    all: () => stated.values(),
    has: (sessionId) => stated.has(sessionId),
    state: (process, said, ledPane) => {
      const { sessionId, timeMs } = said
      const before = stated.get(sessionId)
      const seen = keepTimes(said, before?.seen)
      const { pid, startTicks } = process
      const lost = lostPane(before, seen, timeMs)
      stated.set(sessionId, { sessionId, pid, startTicks, suspended: seen.suspended, seen, process, ledPane, lost })
      return before !== undefined && saysTheSame(before.seen, seen) ? undefined : seen
    },
    noteStranger: (sessionId, scanStartedMs) => {
      const entry = stated.get(sessionId)
      if (entry === undefined) return false
      entry.strangeSinceMs ??= now()
      if (scanStartedMs - entry.strangeSinceMs < STRANGE_MS) return false
      depart(sessionId, "runs another program now")
      return true
    },
    depart,
    hasLeftSince: (sessionId, timeMs) => (goneAtMs.get(sessionId) ?? -1) >= timeMs,
    inConversation: (conversationId) => {
      const found = [...stated.values()].filter(({ seen }) => seen.conversationHints[0]?.conversationId === conversationId)
      return found.length === 1 ? found[0]?.sessionId : undefined
    },
    closedWindows: () => closedWindows,
  }
}
