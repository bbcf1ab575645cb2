// Everything the fold may learn. Observers emit facts; nothing else changes the world.
// Facts cross the worker boundary by structured clone, so they are plain data. Each is idempotent:
// the same line read twice, in whatever order, leaves the same world.

import type { AgentKind, AgentRole, Evidence } from "./agent.ts"
import type { PriceFactors, TokenUsage } from "./usage.ts"

export type Fact = TranscriptFact | PresenceFact

/** Facts read from transcripts. Times are Unix milliseconds as the agent wrote them. */
export type TranscriptFact =
  | ConversationSeen
  | RequestSeen
  | ModelCallSeen
  | ToolStarted
  | ToolEnded
  | TurnStarted
  | TurnEnded
  | ContextSeen
  | Compacted
  | ApiErrorSeen
  | HookFailed
  | SubagentSeen
  | AgentsStarted
  | BookedCostSeen
  | RateLimitSeen
  | Active

/** Facts about processes and panes. */
export type PresenceFact = AgentSeen | AgentGone

interface InConversation {
  /** The agent's own id: Claude Code's sessionId, Codex's thread id. */
  readonly conversationId: string
}

interface InTranscript extends InConversation {
  /** The subagent that did it; absent for the main agent. */
  readonly subagentId?: string
  readonly timeMs: number
}

/** What a conversation is. Later values win member by member; an absent member says nothing. */
export interface ConversationSeen extends InConversation {
  readonly kind: "conversation-seen"
  readonly agent: AgentKind
  /** Path of the main transcript. */
  readonly transcriptPath?: string
  /** Time of the first line, else the file's birth. */
  readonly startedMs?: number
  readonly cwd?: string
  readonly gitBranch?: string
  /** A title that the agent made up. */
  readonly title?: string
  /** A name that a person gave. */
  readonly ownName?: string
  readonly agentVersion?: string
  /** How it was run, as the transcript says: "cli", "sdk-cli", "codex-tui", "codex_exec"… */
  readonly entrypoint?: string
  /** Model of the main agent's last request or turn. */
  readonly model?: string
  /** The conversation that started this one as a subagent (Codex thread spawn, review). Its session is the parent's. */
  readonly parentConversationId?: string
  /** The call of that conversation that started it. */
  readonly spawnCallId?: string
  /** The conversation whose history this one copied. */
  readonly forkedFromConversationId?: string
  /** What kind of subagent it is, where it is one ("explorer", "review"…). */
  readonly subagentType?: string
  /** The agent team it is a member of, and its name there. */
  readonly teamName?: string
  readonly memberName?: string
}

/** One copy of one billed request. Copies of a key are merged field by field to their maximum. */
export interface RequestSeen extends InTranscript {
  readonly kind: "request-seen"
  /** The agent's own id of the response: message.id, response_id; else a line's uuid, else a position that is the same in every copy. */
  readonly key: string
  /** The HTTP request id; two requests of one key with different ids and different usage are two (gateways that reuse ids). */
  readonly requestId?: string
  /** A copy on a side chain yields to one on the main chain. */
  readonly sidechain: boolean
  readonly model: string
  /** The model of the request before, in the order of the file, where that is another one. */
  readonly switchedFrom?: string
  readonly usage: TokenUsage
  readonly factors?: PriceFactors
}

/**
 * One answer of the model, from the request sent to the response complete, as far as it is written. Copies of a key are merged: the earliest
 * start and the latest end hold, and a measured start outranks an estimated one.
 */
export interface ModelCallSeen extends InTranscript {
  readonly kind: "model-call-seen"
  /** The same as the request's. */
  readonly key: string
  readonly model: string
  readonly startedMs: number
  /** `timeMs` is when its last block was complete. `measured`: both ends are logged; `estimated`: the start is that of the line before. */
  readonly basis: "measured" | "estimated"
}

/** A tool call was made. Calls are told apart by callId over all files, so a fork's copy is the same call. */
export interface ToolStarted extends InTranscript {
  readonly kind: "tool-started"
  readonly callId: string
  readonly name: string
  /** What it works on, at most 200 characters. */
  readonly target?: string
  /** What was asked for, where the call starts a subagent. */
  readonly spawn?: SpawnRequest
}

/** A call's request for a subagent, without its words. */
export interface SpawnRequest {
  readonly agentType?: string
  /** Hash of the task's words: equal for the same task given again. */
  readonly task?: number
  readonly isBackground?: boolean
  /** Calls whose results the task quotes. */
  readonly usesResultsOf?: readonly string[]
  /** Hash of the answer that it stands in: calls of one answer are made together. */
  readonly batch?: number
}

/**
 * How a call ended. `failed`, `command-failed` (an exit code), `model-error` (bad input, unknown tool) and `timeout` are failures; `denied` (by policy), `rejected` (by the
 * person), `interrupted` and `cancelled` are not judged; `background` goes on after its result.
 */
export type ToolOutcome =
  | "ok"
  | "failed"
  | "command-failed"
  | "model-error"
  | "timeout"
  | "denied"
  | "rejected"
  | "interrupted"
  | "cancelled"
  | "background"

export interface ToolEnded extends InTranscript {
  readonly kind: "tool-ended"
  readonly callId: string
  readonly outcome: ToolOutcome
  /** As the agent measured it; absent means the difference of the two times. */
  readonly durationMs?: number
  /** When it started, where only the end is written (Codex items). */
  readonly startedMs?: number
  /** Name, where only the end is written. */
  readonly name?: string
  /** A person was asked and answered before it ran, or said no. */
  readonly wasAsked?: boolean
  /** The first words of what went wrong, at most 200 characters; absent where nothing did. */
  readonly example?: string
}

export interface TurnStarted extends InTranscript {
  readonly kind: "turn-started"
  /** End of the turn before, where the file has one: it was idle since. */
  readonly idleSinceMs?: number
  /** The first words of the prompt, at most 200 characters. Never stored. */
  readonly prompt?: string
  /** Nobody prompted: a background task reported its end, or the agent went on by itself. */
  readonly isReport?: boolean
}

export interface TurnEnded extends InTranscript {
  readonly kind: "turn-ended"
  readonly reason: "done" | "interrupted" | "failed"
  /** When it started; absent where the file does not tell. */
  readonly startedMs?: number
  /** The time it was at work as the agent measured it, waits for a person left out. */
  readonly durationMs?: number
}

/** Context in use after a main-agent response; `usedTokens` null after a compaction until the next response. */
export interface ContextSeen extends InTranscript {
  readonly kind: "context-seen"
  readonly usedTokens: number | null
  /** The window as the agent reports it; absent means: known by the model. */
  readonly windowTokens?: number
}

/** The context was cut down to a summary. */
export interface Compacted extends InTranscript {
  readonly kind: "compacted"
  /** The line's uuid, so that a copy is the same one. */
  readonly key: string
  readonly trigger: "manual" | "auto" | "unknown"
  readonly durationMs?: number
}

/** A model request failed: retried, or for good. */
export interface ApiErrorSeen extends InTranscript {
  readonly kind: "api-error-seen"
  /** The line's uuid, so that a copy is the same error. */
  readonly key: string
  /** The agent's word: "rate_limit", "server_error"… */
  readonly error: string
  readonly final: boolean
  /** How long the agent waits before it tries again. */
  readonly retryInMs?: number
  /** The first words of the message, at most 200 characters. */
  readonly example?: string
}

/** A hook of the user's failed or blocked. */
export interface HookFailed extends InTranscript {
  readonly kind: "hook-failed"
  /** The line's uuid, so that a copy is the same failure. */
  readonly key: string
  /** Event and matcher as the agent writes them: "PreToolUse:Bash". */
  readonly hook: string
  readonly outcome: "blocked" | "failed" | "cancelled"
  readonly durationMs?: number
  /** The first words of what it said, at most 200 characters. */
  readonly example?: string
}

/** How a subagent's place in the tree is known, best first. `path`: only whose conversation it belongs to. */
export type SubagentLink = "sidecar" | "result" | "notification" | "progress" | "prompt" | "path"

/** What is known of a subagent. Later values win member by member, but for the place in the tree: there the better link wins. */
export interface SubagentSeen extends InConversation {
  readonly kind: "subagent-seen"
  readonly subagentId: string
  readonly link?: SubagentLink
  readonly parentSubagentId?: string
  readonly toolCallId?: string
  readonly agentType?: string
  readonly description?: string
  readonly isBackground?: boolean
  /** The run of a workflow that it belongs to. */
  readonly workflowRunId?: string
  readonly finished?: boolean
  /** When its parent was told of its end. */
  readonly finishedMs?: number
  /** The team it is a member of. */
  readonly teamName?: string
  /** Hash of the words it was given, as its own transcript has them. */
  readonly task?: number
  /** How it ended, where its parent was told. */
  readonly hasFailed?: boolean
  readonly wasStopped?: boolean
}

/** The result of a call names what it started, though no transcript of it: a run of a workflow, or a member of a team. */
export interface AgentsStarted extends InTranscript {
  readonly kind: "agents-started"
  readonly callId: string
  readonly workflowRunId?: string
  readonly teamName?: string
  readonly memberName?: string
}

/**
 * What the agent itself has booked for a conversation so far: its subagents, calls that leave no line, and, in a fork, what the parent had
 * booked until then. Cumulative over resumes: the last one holds.
 */
export interface BookedCostSeen extends InConversation {
  readonly kind: "booked-cost-seen"
  /** Requests up to then are in it: when it was written, as far as the transcript tells. */
  readonly untilMs: number
  /** Billionths of a US dollar. */
  readonly nanosUsd: number
  readonly models: readonly BookedModel[]
  /** The agent had no price for some model and assumed one. */
  readonly hasUnknownModel: boolean
  /** What it took, where the agent says so. */
  readonly times?: BookedTimes
}

/** Sums of an agent's own clocks in milliseconds, of its subagents too; of what runs side by side each counts. */
export interface BookedTimes {
  /** Model requests, waits before they were tried again included. */
  readonly modelMs: number
  readonly modelWithoutRetriesMs: number
  readonly toolMs: number
  /** The running time of its processes. */
  readonly totalMs: number
}

/** What was booked for one model. */
export interface BookedModel {
  /** As the agent writes it. */
  readonly model: string
  readonly usage: TokenUsage
  readonly webSearches: number
  /** Billionths of a US dollar. */
  readonly nanosUsd: number
}

/** How much of a limit of the account is used up, as the agent was told with a response. */
export interface RateLimitSeen extends InTranscript {
  readonly kind: "rate-limit-seen"
  readonly agent: AgentKind
  /** The limit's name as reported: "primary", "secondary", "five_hour"… */
  readonly name: string
  /** Used share; 1 where it is used up. */
  readonly usedRatio: number
  readonly windowMinutes?: number
  /** When the window starts anew. */
  readonly resetsMs?: number
  readonly plan?: string
}

/** Something was written that says no more than: it is alive. */
export interface Active extends InTranscript {
  readonly kind: "active"
}

/** An agent process with all that is now known of it; replaces what was said of it before. */
export interface AgentSeen {
  readonly kind: "agent-seen"
  /** Session id: derived from boot id, pid and start time, so pid reuse makes another. */
  readonly sessionId: string
  readonly timeMs: number
  readonly agent: AgentKind
  readonly role: AgentRole
  readonly pid: number
  readonly startedMs: number
  /** Base name of the executable and its sub-command, for example "claude", "codex exec". */
  readonly command: string
  readonly cwd?: string
  /** Suspended by a signal (Ctrl-Z, SIGSTOP). */
  readonly suspended: boolean
  readonly pane?: PaneRef
  /** Title of its pane, untrusted; absent outside tmux. */
  readonly paneTitle?: string
  /** The agent's own registry file, where it has one that passes the pid-reuse guards. */
  readonly registry?: RegistryEntry
  /** Conversation ids that evidence names, best first. */
  readonly conversationHints: readonly ConversationHint[]
  /** Session id of the agent that started this one. */
  readonly parentSessionId?: string
  /** Teammates: the team that its arguments name, and its name there. */
  readonly membership?: { readonly teamName: string; readonly memberName: string }
  /** Teammates: the conversation of the lead. */
  readonly parentConversationId?: string
  /** What the last lines of its screen say, captured only where registry and title are silent: trust dialog, permission, working. */
  readonly screen?: ScreenReading
  readonly evidence: readonly Evidence[]
}

export interface PaneRef {
  readonly socket: string
  readonly serverPid: number
  readonly paneId: string
  readonly sessionName: string
  readonly windowIndex: number
  readonly windowName: string
  readonly paneIndex: number
}

export interface RegistryEntry {
  readonly conversationId: string
  /** As written: "busy", "shell", "idle", "waiting"; absent before 2.1.139 and for SDK sessions. */
  readonly status?: string
  readonly waitingFor?: string
  readonly statusUpdatedMs?: number
  readonly updatedMs?: number
  readonly name?: string
  /** "user" when a person gave the name. */
  readonly nameSource?: string
  readonly version?: string
  readonly entrypoint?: string
}

export interface ConversationHint {
  readonly conversationId: string
  /** `authoritative` binds at once; `start` held when the process started and yields to anything later. */
  readonly trust: "authoritative" | "start"
  readonly evidence: Evidence
}

export interface ScreenReading {
  readonly state: "working" | "permission" | "question" | "trust" | "dialog" | "idle"
  readonly timeMs: number
}

/** A process that was published is gone: confirmed, never inferred from a failed scan. */
export interface AgentGone {
  readonly kind: "agent-gone"
  readonly sessionId: string
  readonly timeMs: number
  /** In plain words: "exited", "killed", "pane closed". */
  readonly reason: string
}
