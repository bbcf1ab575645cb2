// One thing that happened, as the world keeps it: what it is of and when, and the few words that are its own. Titles, targets and what was said
// are looked up when it is published, so that nothing of the user's text is kept here.

import type { ToolOutcome } from "../domain/facts.ts"
import type { StatusWord } from "./status.ts"

export type ActivityKind =
  | "prompt"
  | "tool-start"
  | "tool-end"
  | "wait"
  | "answer"
  | "stop"
  | "api-error"
  | "hook-failure"
  | "discovered"
  | "gone"
  | "subagent-start"
  | "subagent-end"
  | "compaction"
  | "model-switch"

/** As the store keeps it. */
export interface StoredActivity {
  /** Hash of what tells it from all others: the same line read again makes the same one. */
  readonly key: number
  /** Its number in the order of publication; 0 until it is published. */
  readonly id: number
  /** Unix milliseconds. */
  readonly timeMs: number
  readonly kind: ActivityKind
  /** Of what happens to sessions; that of others is the one their conversation is in. */
  readonly sessionId?: string | undefined
  readonly conversationId?: string | undefined
  readonly subagentId?: string | undefined
  /** A word of an agent's or the daemon's, not of a person's. */
  readonly title?: string | undefined
  readonly durationMs?: number | undefined
  readonly outcome?: ToolOutcome | undefined
  readonly callId?: string | undefined
  /** What a session's status became. */
  readonly status?: StatusWord | undefined
  /** Of a failed request: it was tried again. */
  readonly isRetried?: boolean | undefined
}

/** What is found out later of one that is there. */
export interface ActivityRevision {
  readonly durationMs?: number | undefined
  readonly outcome?: ToolOutcome | undefined
  readonly title?: string | undefined
  readonly prompt?: string | undefined
  readonly target?: string | undefined
}

/** As the world holds it. */
export interface Activity extends StoredActivity {
  id: number
  title?: string | undefined
  durationMs?: number | undefined
  outcome?: ToolOutcome | undefined
  /** The first words of a prompt: in memory alone. */
  prompt?: string | undefined
  /** What a call works on: in memory alone. */
  target?: string | undefined
  /** Whether a store has it. */
  isSaved: boolean
}

/** How far publication has come, and what made room. */
export interface ActivityRingState {
  readonly lastId: number
  /** How many made room since the store began. */
  readonly dropped: number
  /** The latest that made room: what is older is not taken in any more. */
  readonly horizonMs: number
  readonly horizonKey: number
  /** How many wait for the end of a first read to be published. */
  readonly unpublished: number
}

export interface StoredActivities {
  /** Called once, when they are needed, for the world to hold what it answers. */
  readonly load: () => Iterable<Activity>
  /** Undefined where none was ever kept. */
  readonly state: ActivityRingState | undefined
}

/** What changed since a store last asked. */
export interface ActivityChanges {
  readonly kept: readonly StoredActivity[]
  /** Keys of those that are no more. */
  readonly gone: readonly number[]
  readonly state: ActivityRingState
}
