// The part of an agent that differs between Claude Code and Codex: what it writes where, and how it shows its state.

import type { Books } from "./books.ts"
import type { EndSubagent, EndTool, Respond, StartSubagent, StartTeammate } from "./control.ts"

/** What an agent shows of itself. */
export type Mood = "idle" | "busy" | "permission" | "question" | "dialog" | "shell" | "trust"

export interface Client {
  readonly conversationId: string
  readonly transcriptPath: string
  readonly mood: Mood
  /** Books of every conversation that it has had, oldest first. */
  readonly books: readonly Books[]
  /** It becomes visible: registry file, title, screen. */
  appear(): void
  /** It leaves as a well-behaved program does. */
  leave(): void
  prompt(text: string): void
  /** Call ids of the tools it asked for. */
  respond(reply: Omit<Respond, "kind">): Promise<string[]>
  endTool(end: Omit<EndTool, "kind">): void
  ask(callId: string): void
  question(text: string, options: readonly string[]): Promise<string>
  /** False when nothing waited. */
  answer(allow: boolean, text?: string): boolean
  startSubagent(start: Omit<StartSubagent, "kind">): Promise<string>
  endSubagent(subagentId: string, end?: Omit<EndSubagent, "kind" | "subagentId">): Promise<void>
  /** Rejects where the agent cannot go on with one that has answered. */
  messageSubagent(subagentId: string, text: string): Promise<void>
  /** Rejects where the agent has no teams. */
  startTeammate(start: Omit<StartTeammate, "kind">): Promise<void>
  /** A request failed; answers how long the agent waits before it tries again. */
  apiError(status: number, final: boolean): number
  /** A hook before this call failed. */
  hookFailed(callId: string, stderr: string): void
  interrupt(): void
  compact(): Promise<void>
  setModel(model: string): void
  setTitle(text: string): void
  rename(text: string): void
  clear(): void
  resume(conversationId: string): void
  setShell(on: boolean): void
  setDialog(open: boolean): void
  raw(text: string): void
  /** Environment that it gives to the processes of its tools. */
  toolEnvironment(): Record<string, string>
}
