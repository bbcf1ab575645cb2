// What a store keeps of single requests, tool calls and other intervals: what the fold has made of all their copies, not the copies.

import type { ToolOutcome } from "../domain/facts.ts"
import type { PriceFactors, TokenUsage } from "../domain/usage.ts"

/** One request, as the ledger merged it. */
export interface StoredRequest {
  readonly kind: "request"
  /** `keyHash` of the request's key. */
  readonly key: number
  /** Stands for the HTTP request id; 0 where none is known. */
  readonly tag: number
  /** The copies of one request id, where a key came under several; else all copies of the key. */
  readonly isVariant: boolean
  readonly sidechain: boolean
  readonly conversationId: string
  readonly subagentId: string | undefined
  readonly model: string
  readonly timeMs: number
  readonly usage: TokenUsage
  readonly factors: PriceFactors | undefined
}

/** One tool call, without what it works on: that is the user's text. */
export interface StoredCall {
  readonly kind: "call"
  /** `keyHash` of the call's id. */
  readonly key: number
  readonly conversationId: string
  readonly subagentId: string | undefined
  readonly name: string
  readonly startMs: number | undefined
  readonly endMs: number | undefined
  readonly outcome: ToolOutcome | undefined
  readonly durationMs: number | undefined
  readonly abandoned: boolean
  readonly wasAsked: boolean
}

/** One interval that is no tool call. */
export interface StoredSpan {
  readonly kind: "span"
  readonly what: "model" | "permission" | "turn" | "idle"
  /** `keyHash` of what tells it from others. */
  readonly key: number
  readonly conversationId: string
  readonly subagentId: string | undefined
  /** Empty where it is no answer of a model. */
  readonly model: string
  readonly startMs: number
  readonly endMs: number
  readonly isEstimated: boolean
  /** Its agent was gone before it came to its end. */
  readonly isCut: boolean
  /** Of a turn: its active part as the agent measured it. */
  readonly activeMs: number | undefined
}

/** A request, call or span that is kept elsewhere now: with another conversation, or among those that belong to no single one. */
export interface StoredLeft {
  readonly kind: "request-left" | "call-left" | "span-left"
  readonly key: number
}

export type StoredEntry = StoredRequest | StoredCall | StoredSpan | StoredLeft

/** Under which conversation entries are kept; `SHARED` for keys that several requests bear, which may be of several conversations. */
export const SHARED = ""
