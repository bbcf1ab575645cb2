// What the Claude Code normaliser remembers between lines, and the one way facts leave it: past the question whose conversation a line of
// a forked file belongs to. `--fork-session` copies the parent's lines and names the owner on assistant lines alone, so older lines
// wait for the next assistant line to tell.

import type { ConversationSeen, TranscriptFact, TurnEnded } from "../../../domain/facts.ts"
import { type AgentCalls, startAgentCalls } from "../agent-calls.ts"
import type { Emit, TranscriptFile } from "../port.ts"
import { claudeIdentityOf } from "./files.ts"
import { type ModelAnswer, sayAnswerAtEnd } from "./model-answers.ts"

export interface ClaudeState {
  /** The file's own conversation: the path's, else the last line's. */
  conversationId: string | undefined
  readonly subagentId: string | undefined
  /** What was last said of the conversation, so that only changes are said again. */
  described: Partial<Record<DescribedMember, string>>
  /** Whether the file holds copies of another conversation's lines. */
  copy: "unknown" | "no" | "yes"
  originId: string | undefined
  deferred: TranscriptFact[]
  /** Time of the first line. */
  firstMs: number | undefined
  startSaid: boolean
  /** Latest time of a fact. */
  lastMs: number
  /** Last request said, and what was said. */
  requestKey: string | undefined
  requestSignature: string | undefined
  contextTokens: number | null | undefined
  /** Model of the last request, copies included. */
  lastModel: string | undefined
  /** Kind of subagent last said, in a subagent's file. */
  subagentType: string | undefined
  /** Running time that the last cost-state line told of, and the first time written after that line. */
  bookedDurationMs: number | undefined
  sinceBookedMs: number | undefined
  turnOpen: boolean
  /** Message that ended the last turn: its other lines do not open a new one. */
  endedByMessage: string | undefined
  /** Time of a command or note that starts a turn if the model answers it. */
  pendingTurnMs: number | undefined
  agentCalls: AgentCalls
  /** Of a subagent's file: whether its place was said, and the words that it was given. */
  placeSaid: boolean
  taskSaid: boolean
  /** Subagent that a line of progress last told of. */
  progressOf: string | undefined
  /** It is a command: a person gave it. */
  pendingIsPrompt: boolean
  /** Start of the open turn, or of the last one. */
  turnStartMs: number | undefined
  /** The last turn's end, and whose turn it was: a fork's copies end with the parent's. */
  turnEnd: TurnEnd | undefined
  /** Requests sent last, oldest first. */
  sent: { readonly id: string; readonly timeMs: number }[]
  /** Latest time of the lines that the next request is made of. */
  askedMs: number | undefined
  /** Time waited since then before the request was tried again. */
  retriedMs: number
  answer: ModelAnswer | undefined
  /** Calls that the last lines say were refused, without saying when. */
  refused: { readonly callId: string; readonly timeMs: number }[]
  /** Failures of hooks at the end of a turn that were written since its last summary, which tells of them once more. */
  stopFailures: number
}

export interface TurnEnd {
  readonly timeMs: number
  readonly conversationId: string
  readonly reason: TurnEnded["reason"]
  /** Its active part is said. */
  readonly isMeasured: boolean
}

export type DescribedMember =
  | "cwd"
  | "gitBranch"
  | "title"
  | "ownName"
  | "agentVersion"
  | "entrypoint"
  | "teamName"
  | "memberName"
  | "model"
  | "transcriptPath"
  | "agent"

/** Lines older than the file by more than this may be copies. */
const COPY_SLACK_MS = 5000
const MAX_DEFERRED = 500

export function startClaude(file: TranscriptFile): ClaudeState {
  const { conversationId, subagentId } = claudeIdentityOf(file.relativePath)
  return {
    conversationId,
    subagentId,
    described: {},
    copy: "unknown",
    originId: undefined,
    deferred: [],
    firstMs: undefined,
    startSaid: false,
    lastMs: 0,
    requestKey: undefined,
    requestSignature: undefined,
    contextTokens: undefined,
    lastModel: undefined,
    subagentType: undefined,
    bookedDurationMs: undefined,
    sinceBookedMs: undefined,
    turnOpen: false,
    endedByMessage: undefined,
    pendingTurnMs: undefined,
    agentCalls: startAgentCalls(),
    placeSaid: false,
    taskSaid: false,
    progressOf: undefined,
    pendingIsPrompt: false,
    turnStartMs: undefined,
    turnEnd: undefined,
    sent: [],
    askedMs: undefined,
    retriedMs: 0,
    answer: undefined,
    refused: [],
    stopFailures: 0,
  }
}

/** Says what is new of the file's own conversation. */
export function describe(
  state: ClaudeState,
  file: TranscriptFile,
  members: Partial<Record<Exclude<DescribedMember, "agent">, string | undefined>>,
  emit: Emit,
): void {
  if (state.conversationId === undefined) return
  const { described } = state
  let change: Record<string, string> | undefined
  // A subagent's file says nothing of the conversation but that there is one.
  if (state.subagentId === undefined) {
    if (described.transcriptPath !== file.path) change = { transcriptPath: file.path }
    for (const name in members) {
      const value = members[name as keyof typeof members]
      if (value !== undefined && described[name as DescribedMember] !== value) (change ??= {})[name] = value
    }
  }
  if (described.agent !== undefined && change === undefined) return
  Object.assign(state.described, change, { agent: "claude" })
  emit({ kind: "conversation-seen", conversationId: state.conversationId, agent: "claude", ...change } satisfies ConversationSeen)
}

/** Keeps a fact until its owner is known. */
export function defer(state: ClaudeState, fact: TranscriptFact, emit: Emit): void {
  state.deferred.push(fact)
  if (state.deferred.length > MAX_DEFERRED) settle(state, state.originId, emit)
}

/**
 * A line has told that it and, as far as they may be copies, the lines before it are `ownerId`'s.
 * `isLive`: the line is too young to be a copy, so what waited was older than the file.
 */
export function ownerSeen(state: ClaudeState, ownerId: string, timeMs: number, isLive: boolean, emit: Emit): void {
  if (state.copy === "no") return
  if (ownerId !== state.conversationId) {
    settle(state, ownerId, emit)
    if (state.originId !== ownerId && state.conversationId !== undefined && state.subagentId === undefined) {
      emit({ kind: "conversation-seen", conversationId: state.conversationId, agent: "claude", forkedFromConversationId: ownerId })
    }
    state.copy = "yes"
    state.originId = ownerId
    return
  }
  const own = splitOwn(state, isLive)
  settle(state, state.originId, emit)
  const first = own[0]
  const ownStartMs = first !== undefined && "timeMs" in first ? first.timeMs : timeMs
  sayStart(state, state.copy === "yes" ? ownStartMs : (state.firstMs ?? ownStartMs), emit)
  for (const fact of own) emit(fact)
  state.copy = "no"
}

/** Nothing follows for now: what waits is the file's own, in a fork from its last prompt on. */
export function settleAtEnd(state: ClaudeState, emit: Emit): void {
  sayAnswerAtEnd(state, emit)
  if (state.deferred.length === 0) return
  const own = splitOwn(state, false)
  settle(state, state.originId, emit)
  if (state.copy === "unknown" && state.firstMs !== undefined) sayStart(state, state.firstMs, emit)
  for (const fact of own) emit(fact)
}

/** Takes from what waits the facts that are the file's own: in a fork, those from its first own prompt on. */
function splitOwn(state: ClaudeState, isLive: boolean): TranscriptFact[] {
  if (state.copy !== "yes") return state.deferred.splice(0)
  const from = isLive ? -1 : state.deferred.findLastIndex((fact) => fact.kind === "turn-started")
  return from < 0 ? [] : state.deferred.splice(from)
}

export function mayBeCopy(file: TranscriptFile, timeMs: number): boolean {
  return file.birthMs > 0 && timeMs < file.birthMs - COPY_SLACK_MS
}

function settle(state: ClaudeState, ownerId: string | undefined, emit: Emit): void {
  const deferred = state.deferred
  state.deferred = []
  for (const fact of deferred) {
    if (ownerId === undefined || ownerId === state.conversationId) emit(fact)
    // What fills the context of the copy is not the parent's.
    else if (fact.kind !== "context-seen") emit({ ...fact, conversationId: ownerId })
  }
}

function sayStart(state: ClaudeState, startedMs: number, emit: Emit): void {
  if (state.startSaid || state.conversationId === undefined || state.subagentId !== undefined) return
  state.startSaid = true
  emit({ kind: "conversation-seen", conversationId: state.conversationId, agent: "claude", startedMs })
}
