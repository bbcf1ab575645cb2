// What a test or the demo may tell a simulated agent to do, and what it answers. One JSON object per line over a unix
// socket: requests carry a number, replies repeat it. Imported by both ends, so it holds messages alone.

import type { AgentKind } from "../../src/domain/agent.ts"
import type { ToolOutcome } from "../../src/domain/facts.ts"
import type { TokenUsage } from "../../src/domain/usage.ts"

/** How a simulated agent is told who it is: JSON in this environment variable. Real agents have no such thing. */
export const SIM_ENV = "VIBECRAFT_SIM"

/** How an agent behaves by itself. `none` waits for commands. */
export type StoryKind =
  | "none"
  | "work"
  | "parallel"
  | "failing"
  | "permission"
  | "question"
  | "stuck"
  | "troubled"
  | "subagents"
  | "orchestrates"
  | "audits"
  | "retries"
  | "supervises"
  | "slow"
  | "burst"
  | "leaves"
  | "once"

export interface SimSettings {
  /** Process that all of this belongs to; when it goes, the agent goes. */
  readonly owner: { readonly pid: number; readonly startTicks: string }
  readonly controlPath: string
  readonly seed: string
  /** Factor on every wait: 1 is human pace. */
  readonly pace: number
  readonly story: StoryKind
  readonly version: string
  /** Milliseconds of past written before it appears. */
  readonly historyMs: number
  readonly model?: string
  readonly effort?: string
  readonly gitBranch?: string
  /** What it works on; chooses prompts and file names. */
  readonly topic?: string
  /** Its first prompt, where the topic does not choose it. */
  readonly task?: string
  /** Appears behind the trust dialog, with neither registry file nor title, until `answer`. */
  readonly trust?: boolean
  /** Bash and exec_command calls run a real process in its own session. */
  readonly toolProcesses?: boolean
}

export interface ToolRequest {
  readonly name: string
  readonly input?: Readonly<Record<string, unknown>>
}

interface OnLane {
  /** The subagent that does it; absent for the main agent. */
  readonly subagentId?: string
}

/** `respond`: one model request and its answer. Waits `durationMs` at the agent's pace, writes, and answers the call ids of its tools. */
export interface Respond extends OnLane {
  readonly kind: "respond"
  readonly text?: string
  readonly thinking?: string
  readonly tools?: readonly ToolRequest[]
  readonly durationMs?: number
  readonly usage?: Partial<TokenUsage>
  /** Ends the turn. */
  readonly end?: boolean
}

export interface EndTool extends OnLane {
  readonly kind: "end-tool"
  readonly callId: string
  /** Default "ok". */
  readonly outcome?: ToolOutcome
  readonly output?: string
}

export interface StartSubagent extends OnLane {
  readonly kind: "start-subagent"
  readonly description: string
  readonly prompt: string
  readonly agentType?: string
  readonly background?: boolean
  readonly model?: string
}

export interface EndSubagent {
  readonly kind: "end-subagent"
  readonly subagentId: string
  readonly text?: string
  /** Its last request failed for good, and so the call that started it. */
  readonly failed?: boolean
}

/** The lead's side of a member of its team, whose process starts by itself. */
export interface StartTeammate {
  readonly kind: "start-teammate"
  readonly name: string
  readonly agentType: string
  readonly description: string
  readonly prompt: string
  readonly tmuxPaneId: string
}

export interface Resume {
  readonly kind: "resume"
  readonly conversationId: string
}

export interface SpawnHeadless {
  readonly kind: "spawn-headless"
  readonly agent: AgentKind
  readonly prompt: string
  readonly story?: StoryKind
}

export type Command =
  | { readonly kind: "hello" }
  | { readonly kind: "truth" }
  | { readonly kind: "prompt"; readonly text: string }
  | Respond
  | EndTool
  /** An open call waits for permission. */
  | { readonly kind: "ask"; readonly callId: string }
  /** Asks the person something; answers the call id. */
  | { readonly kind: "question"; readonly text: string; readonly options?: readonly string[] }
  /** Settles what waits: a permission, a question, the trust dialog. */
  | { readonly kind: "answer"; readonly allow: boolean; readonly text?: string }
  | StartSubagent
  | EndSubagent
  /** Goes on with a subagent that has answered; in the background. */
  | { readonly kind: "message-subagent"; readonly subagentId: string; readonly text: string }
  | StartTeammate
  | { readonly kind: "api-error"; readonly status: number; readonly final: boolean }
  | { readonly kind: "hook-failed"; readonly callId: string; readonly stderr: string }
  | { readonly kind: "interrupt" }
  | { readonly kind: "compact" }
  | { readonly kind: "model"; readonly model: string }
  | { readonly kind: "title"; readonly text: string }
  | { readonly kind: "rename"; readonly text: string }
  | { readonly kind: "clear" }
  | Resume
  /** A background shell keeps running at the prompt (Claude Code's status `shell`). */
  | { readonly kind: "shell"; readonly on: boolean }
  | { readonly kind: "dialog"; readonly open: boolean }
  /** Writes these characters to the transcript as they are. */
  | { readonly kind: "raw"; readonly text: string }
  | SpawnHeadless
  | { readonly kind: "story"; readonly story: StoryKind }
  | { readonly kind: "suspend" }
  | { readonly kind: "exit"; readonly code?: number }
  | { readonly kind: "crash" }

export interface Hello {
  readonly pid: number
  readonly conversationId: string
  readonly transcriptPath: string
}

/** Settles a `spawn-headless`: where the child listens. */
export interface Spawned {
  readonly controlPath: string
}

export interface ToolTruth {
  readonly callId: string
  readonly name: string
  readonly subagentId?: string
  readonly startedMs: number
  endedMs?: number
  outcome?: ToolOutcome
  /** Part of the time that went by waiting for permission. */
  waitedMs: number
}

export interface SubagentTruth {
  readonly subagentId: string
  readonly tokens: TokenUsage
  readonly requests: number
  readonly finished: boolean
}

/** What was written of one conversation, its subagents included. */
export interface ConversationTruth {
  readonly conversationId: string
  readonly transcriptPath: string
  readonly agent: AgentKind
  readonly tokens: TokenUsage
  readonly requests: number
  readonly models: readonly string[]
  readonly tools: readonly ToolTruth[]
  readonly subagents: readonly SubagentTruth[]
  readonly prompts: number
  readonly turnsEnded: number
  readonly apiErrors: number
}

export interface Truth {
  readonly conversationId: string
  readonly conversations: readonly ConversationTruth[]
}

export interface ControlRequest {
  readonly id: number
  readonly command: Command
}

export type ControlReply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: string }
