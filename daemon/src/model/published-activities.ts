// What the world shows of what happened to those who serve it.

import type { Activity as ActivityMessage, ActivityKind } from "@vibecraft/shared/gen/vibecraft/v1/activity_pb"
import type { ActivityRing as RingMessage } from "@vibecraft/shared/gen/vibecraft/v1/activity_service_pb"

export interface ActivityQuery {
  /** A session's or a conversation's id; absent means all. */
  readonly id?: string | undefined
  /** Empty means all. */
  readonly kinds: ReadonlySet<ActivityKind>
  /** Only what happened from then on, Unix milliseconds. */
  readonly sinceMs?: number | undefined
  /** With the first words of prompts, where they are in memory. */
  readonly includePrompts: boolean
}

export interface ActivityTaken {
  /** Oldest first. */
  readonly activities: readonly ActivityMessage[]
  /** How many of those asked for made room before they could be taken. */
  readonly missed: number
  /** There are more. */
  readonly isMore: boolean
}

/** One who follows what happens, at a pace of its own: it holds a number and no queue. */
export interface ActivityReader {
  /** The latest that were there when it began, oldest first. */
  past(count: number): readonly ActivityMessage[]
  /** What happened since it began or took last, at most so many. */
  take(limit: number): ActivityTaken
  close(): void
}

export interface PublishedActivities {
  /** Latest first, from the one before `beforeId` on. */
  list(query: ActivityQuery, limit: number, beforeId?: number): readonly ActivityMessage[]
  /** `onNews` is called when there is something to take. */
  open(query: ActivityQuery, onNews: () => void): ActivityReader
  ring(): RingMessage
}
