// The world as a store keeps it: what each conversation knows of itself, and sums of its requests and calls, so that a restart need not look
// at these one by one.

import type { AccountState } from "./account.ts"
import type { ActivityChanges, StoredActivities } from "./activity.ts"
import type { BookedCost } from "./booked-costs.ts"
import type { ClockSamples, Samples } from "./clock-samples.ts"
import type { KeptClocks } from "./clocks.ts"
import type { ConversationState } from "./conversation.ts"
import type { AgentFigures } from "./hierarchy/hierarchy.ts"
import type { RateLimit } from "./rate-limits.ts"
import type { Reconciliation } from "./reconciliation.ts"
import type { StatusChange } from "./status-history.ts"
import type { StoredEntry } from "./stored-entry.ts"
import type { KeptCalls } from "./call-totals.ts"
import type { UsageSums } from "./usage-rollup.ts"

/** A conversation without its requests and calls. */
export interface StoredConversation extends ConversationState {
  /** What its agent booked, earliest first. */
  readonly booked: readonly BookedCost[]
}

/** Sums over a conversation's requests and calls; right only for the prices they were made with. */
export interface ConversationSummary {
  readonly account: AccountState | undefined
  readonly calls: KeptCalls
  readonly clocks: KeptClocks
  readonly samples: ClockSamples
  readonly usage: readonly UsageSums[]
  readonly reconciliation: Reconciliation | undefined
  /** What each of its agents used; undefined where an earlier version made the sums. */
  readonly agents: AgentFigures | undefined
}

/** What a restart takes of it: samples stay on disk until they are asked for. */
export type KeptSummary = Omit<ConversationSummary, "samples">

/** The conversations that a process was seen in. */
export interface StoredSession {
  readonly discoveredMs: number
  readonly conversationId: string | undefined
  /** Oldest first. */
  readonly earlierConversationIds: readonly string[]
}

export interface SessionStatusChange {
  readonly sessionId: string
  readonly change: StatusChange
}

export interface StoredWorld {
  readonly conversations: Iterable<readonly [id: string, state: StoredConversation]>
  /** Undefined where the conversation changed since its sums were made. */
  summary(conversationId: string): KeptSummary | undefined
  readonly sessions: Iterable<readonly [id: string, session: StoredSession]>
  /** The last change of status of each session of which any is kept. */
  readonly lastChanges: ReadonlyMap<string, StatusChange>
  readonly limits: readonly RateLimit[]
  readonly activities: StoredActivities
}

/** Entries whose copies may be read in any conversation's file. */
export type KeyedEntry = "request" | "call" | "answer"

/** What is not in memory. */
export interface Archive {
  /** The conversation that keeps the entry of a key's hash; undefined where none does. */
  home(what: KeyedEntry, key: number): string | undefined
  /** All that is kept of a conversation, each once; of `SHARED`, what belongs to no single one. */
  entries(conversationId: string): readonly StoredEntry[]
  /** The samples of a conversation's clocks; undefined where no sums of it are kept. */
  samples(conversationId: string): Samples | undefined
  /** The last changes of a session's status, oldest first; at most so many. */
  statusChanges(sessionId: string, limit: number): readonly StatusChange[]
}

/** What changed since a store last asked. */
export interface WorldChanges {
  readonly conversations: ReadonlyMap<string, StoredConversation>
  /** By the conversation they are kept under. */
  readonly entries: ReadonlyMap<string, readonly StoredEntry[]>
  /** Conversations whose sums changed without an entry of theirs. */
  readonly staleSummaries: readonly string[]
  readonly sessions: ReadonlyMap<string, StoredSession>
  /** Of each session oldest first. */
  readonly statusChanges: readonly SessionStatusChange[]
  /** Undefined where none changed. */
  readonly limits: readonly RateLimit[] | undefined
  /** Undefined where none changed. */
  readonly activities: ActivityChanges | undefined
}
