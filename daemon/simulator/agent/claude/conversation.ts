// One conversation of Claude Code while it is written: its lanes, its books, its running total.

import { type Books, createBooks } from "../books.ts"
import type { Clock } from "../clock.ts"
import { createContext } from "../context.ts"
import type { Random } from "../random.ts"
import { type CostState, createCostState } from "./cost-state.ts"
import { type Lane, lastUuid, transcriptPath } from "./transcript.ts"

export interface RunningSubagent {
  readonly lane: Lane
  readonly parent: Lane
  /** The call that started it. */
  readonly callId: string
  readonly meta: Readonly<Record<string, unknown>>
  readonly metaPath: string
  readonly startedMs: number
  /** Its answer comes as a report. */
  readonly isBackground: boolean
}

export interface Conversation {
  readonly lane: Lane
  readonly subagents: Map<string, RunningSubagent>
  /** Those that have answered. */
  readonly finished: Map<string, RunningSubagent>
  readonly books: Books
  readonly cost: CostState
  /** False when its file was there before. */
  readonly isFresh: boolean
  title?: string
  name?: string
  turns: number
}

export function createLane(of: {
  clock: Clock
  random: Random
  sessionId: string
  path: string
  model: string
  subagentId?: string
}): Lane {
  const { random, subagentId } = of
  return {
    ...(subagentId === undefined ? {} : { subagentId }),
    path: of.path,
    sessionId: of.sessionId,
    context: createContext(random, subagentId === undefined ? "1h" : "5m"),
    model: of.model,
    parentUuid: lastUuid(of.path),
    promptId: random.uuid(),
    promptText: "",
    turnStartedMs: of.clock.now(),
    turnWaitedMs: 0,
    lines: 0,
    open: new Map(),
    abort: new AbortController(),
  }
}

/** A new one, or the one whose file is there. */
export function openConversation(of: {
  clock: Clock
  random: Random
  sessionId: string
  configDir: string
  cwd: string
  model: string
}): Conversation {
  const path = transcriptPath(of.configDir, of.cwd, of.sessionId)
  const lane = createLane({ ...of, path })
  return {
    lane,
    subagents: new Map(),
    finished: new Map(),
    books: createBooks({ conversationId: of.sessionId, transcriptPath: path, agent: "claude" }),
    cost: createCostState(of.clock.now()),
    isFresh: lane.parentUuid === null,
    turns: 0,
  }
}
