// What one scan of the process table tells of agents and tmux servers: plain data that crosses from the worker to the main thread.

import type { AgentKind, AgentRole, Confidence } from "../../domain/agent.ts"
import type { Terminal } from "./proc-files.ts"
import type { TeammateArguments } from "./role.ts"

/** The only variables of an agent's environment that are ever read. */
export type NamedEnvironment = Readonly<Partial<Record<EnvironmentName, string>>>

export type EnvironmentName =
  | "HOME"
  | "CLAUDE_CONFIG_DIR"
  | "CODEX_HOME"
  | "CLAUDE_PID"
  | "CLAUDE_CODE_SESSION_ID"
  | "CODEX_THREAD_ID"
  | "TMUX"
  | "TMUX_PANE"
  | "VIBECRAFT_SCOPE"

export interface AgentProcess {
  readonly pid: number
  readonly startTicks: string
  readonly agent: AgentKind
  readonly identityDetail: string
  readonly identityConfidence: Confidence
  readonly role: AgentRole | "infra"
  readonly roleDetail: string
  /** "claude", "codex exec". */
  readonly command: string
  readonly namedConversation?: string
  readonly teammate?: TeammateArguments
  readonly suspended: boolean
  /** The terminal behind its standard descriptors. */
  readonly terminal?: Terminal
  /** Controlling terminal, 0 for none: a weak hint. */
  readonly ttyNr: number
  readonly processGroup: number
  /** Whether its process group is in the foreground of its terminal. */
  readonly foreground: boolean
  readonly cwd?: string
  /** Its executable may not be read, and with it neither its folder, terminals, variables and open files: the kernel asks the same right for all. */
  readonly isClosed: boolean
  /** Lives in another pid namespace: a container. Its pids mean nothing here. */
  readonly inContainer: boolean
  readonly environment: NamedEnvironment
  /** Nearest first, up to and without init. */
  readonly ancestors: readonly Ancestor[]
  readonly children: readonly ChildProcess[]
  /** Codex: threads whose rollout or writer lock it holds open, newest first. */
  readonly openThreads: readonly OpenThread[]
}

export interface Ancestor {
  readonly pid: number
  /** What stops a climb: another agent, a helper of an agent, a tmux server. */
  readonly kind: "agent" | "infra" | "tmux-server" | "other"
}

export interface ChildProcess {
  readonly pid: number
  readonly startTicks: string
  readonly environment: NamedEnvironment
}

export interface OpenThread {
  readonly id: string
  /** Present once it has a rollout; a lock alone means: no prompt yet. */
  readonly rolloutPath?: string
}

export interface TmuxServer {
  readonly socket: string
  /** Absent where only its socket is seen. */
  readonly pid?: number
  readonly startTicks?: string
  /** Its executable: the client of the same version. */
  readonly exe?: string
  /** Its children, one for each pane that runs something: other children, other panes. */
  readonly children?: string
}

/** As the worker answers: agents that are as they were in the answer numbered `since` are left out, for copying them costs most. */
export interface ScanAnswer extends Omit<ProcessScan, "agents"> {
  readonly number: number
  readonly agents?: readonly AgentProcess[]
}

export interface ProcessScan {
  /** The same array as long as nothing in it changes. */
  readonly agents: readonly AgentProcess[]
  readonly servers: readonly TmuxServer[]
  /** All processes seen, agents or not. */
  readonly processes: number
  /** Reads that permission refused. */
  readonly denied: number
  readonly uptimeTicks: number
  readonly scanMs: number
}
