// What the Codex normaliser remembers between lines of one thread's file.

import type { ConversationSeen } from "../../../domain/facts.ts"
import { type AgentCalls, startAgentCalls } from "../agent-calls.ts"
import type { Emit, TranscriptFile } from "../port.ts"
import { threadIdOf } from "./files.ts"
import type { CodexCounts } from "./usage.ts"

export interface CodexState {
  threadId: string | undefined
  /** Copied history of another thread is being passed over. */
  inReplay: boolean
  /** Where the file says at which line its own history starts. */
  ownFromOrdinal: number | undefined
  model: string | undefined
  tier: string | undefined
  described: Partial<Record<DescribedMember, string>>
  /** Cumulative counts of the last token_count, replayed ones included. */
  totals: CodexCounts | undefined
  /** How many token_count events were counted: the position that names them in every copy of the file. */
  counted: number
  /** The file names each response; token_count says nothing more about usage. */
  hasRecords: boolean
  windowTokens: number | undefined
  contextTokens: number | null | undefined
  /** Model of the last request. */
  lastModel: string | undefined
  /** What was last said of each limit of the account, by its name. */
  limitsSaid: Record<string, string>
  /** Calls without an end, oldest first. */
  openCalls: { callId: string; name: string; startMs: number }[]
  /** Ends of web searches said by an event, whose response item is still to come. */
  searchesSaid: number
  searches: number
  lastMs: number
  agentCalls: AgentCalls
  /** Threads that it started, oldest first, with the calls that did. */
  threads: { threadId: string; callId: string }[]
  /** When the turn started whose first words are still to come. */
  turnStartMs: number | undefined
  /** Start of the running turn; end of the last one, until the next starts. */
  turnBeganMs: number | undefined
  turnEndMs: number | undefined
  /** Latest time of the lines that the next request is made of. */
  askedMs: number | undefined
  /** The answer whose lines were read last. */
  answer: { readonly startedMs: number; endMs: number } | undefined
  /** Compactions told: the position that names them in every copy of the file. */
  compactions: number
}

export type DescribedMember = Exclude<keyof ConversationSeen, "kind" | "conversationId" | "startedMs" | "agent">

export function startCodex(file: TranscriptFile): CodexState {
  return {
    threadId: threadIdOf(file.relativePath),
    inReplay: false,
    ownFromOrdinal: undefined,
    model: undefined,
    tier: undefined,
    described: {},
    totals: undefined,
    counted: 0,
    hasRecords: false,
    windowTokens: undefined,
    contextTokens: undefined,
    lastModel: undefined,
    limitsSaid: {},
    openCalls: [],
    searchesSaid: 0,
    searches: 0,
    lastMs: 0,
    agentCalls: startAgentCalls(),
    threads: [],
    turnStartMs: undefined,
    turnBeganMs: undefined,
    turnEndMs: undefined,
    askedMs: undefined,
    answer: undefined,
    compactions: 0,
  }
}

/** Says what is new of the thread. */
export function describe(
  state: CodexState,
  members: Partial<Record<DescribedMember, string | undefined>>,
  emit: Emit,
  startedMs?: number,
): void {
  if (state.threadId === undefined) return
  const change: Partial<Record<DescribedMember, string>> = {}
  for (const [name, value] of Object.entries(members) as [DescribedMember, string | undefined][]) {
    if (value !== undefined && state.described[name] !== value) change[name] = value
  }
  if (Object.keys(change).length === 0 && startedMs === undefined) return
  Object.assign(state.described, change)
  const started = startedMs === undefined ? {} : { startedMs }
  emit({ kind: "conversation-seen", conversationId: state.threadId, agent: "codex", ...started, ...change })
}
