// How one speaks with a client: what is typed to it, what it shows, which of its tools does what. The journey is the same for all.

import type { Agent } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import type { ReplyTool } from "./reply.ts"

/** Money per token, in billionths of a US dollar, as the vendor's price list has it. */
export interface ListPrice {
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  readonly cacheWrite5m: number
  readonly cacheWrite1h: number
}

export interface ClientTalk {
  readonly agent: Agent
  /** What is typed into a shell to start it at its prompt, and its argument list without a shell. */
  readonly command: string
  /** To go on with a conversation. */
  resume(conversationId: string): string
  /** To run it without a terminal interface from one of its own tools, where PATH may be another. */
  headless(prompt: string, path: string): string
  readonly price: ListPrice
  /** Shown when a person can type. */
  readonly ready: RegExp
  /** What it asks before its first prompt, and the keys that decline. Absent when it asks nothing. */
  readonly offer?: { readonly dialog: RegExp; readonly decline: readonly string[] }
  readonly trustDialog: RegExp
  readonly permissionDialog: RegExp
  readonly questionDialog: RegExp
  /** A tool call that runs a command, after it asked for permission. */
  shell(command: string): ReplyTool
  question(text: string, options: readonly string[]): ReplyTool
  /** A tool call that starts a subagent. */
  subagent(task: string): ReplyTool
  /** Whether the end of a subagent is a prompt of its own to the parent. */
  readonly hearsOfSubagents: boolean
  /** What is typed to begin anew, and to leave. */
  readonly clear: string
  readonly exit: string
  /** Reads what the client itself says of its conversation; undefined where it says nothing. */
  ownConversationId(home: string, pid: number): string | undefined
  /** Folder below the home in which its transcripts lie. */
  readonly transcripts: string
  /** The conversation that a transcript's path names. */
  conversationOf(path: string): string | undefined
}
