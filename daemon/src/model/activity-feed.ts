// What happened, as it is published: lists of it, and readers that follow it.

import { create } from "@bufbuild/protobuf"
import { timestampFromMs } from "@bufbuild/protobuf/wkt"
import type { Activity as ActivityMessage } from "@vibecraft/shared/gen/vibecraft/v1/activity_pb"
import { ActivityRingSchema, type ActivityRing as RingMessage } from "@vibecraft/shared/gen/vibecraft/v1/activity_service_pb"
import type { Activity } from "./activity.ts"
import type { ActivityLog } from "./activity-log.ts"
import { ACTIVITY_KIND_CODE, type ActivityWorld, activityMessage } from "./activity-message.ts"
import type { ActivityQuery, ActivityReader, ActivityTaken, PublishedActivities } from "./published-activities.ts"

const HOUR_MS = 3_600_000

export class ActivityFeed implements PublishedActivities {
  readonly #log: ActivityLog
  readonly #world: ActivityWorld

  constructor(log: ActivityLog, world: ActivityWorld) {
    this.#log = log
    this.#world = world
  }

  list(query: ActivityQuery, limit: number, beforeId?: number): readonly ActivityMessage[] {
    const isWanted = this.#filter(query)
    const found: ActivityMessage[] = []
    for (const activity of this.#log.ring.backwards(beforeId)) {
      if (found.length >= limit) break
      if (isWanted(activity)) found.push(this.#message(activity, query))
    }
    return found
  }

  ring(): RingMessage {
    const { count, capacity, maxAgeMs, dropped, oldestMs } = this.#log.ring
    return create(ActivityRingSchema, {
      count: BigInt(count),
      capacity: BigInt(capacity),
      maxAgeHours: Math.round(maxAgeMs / HOUR_MS),
      dropped: BigInt(dropped),
      ...(oldestMs === undefined ? {} : { oldestTime: timestampFromMs(oldestMs) }),
    })
  }

  open(query: ActivityQuery, onNews: () => void): ActivityReader {
    const { ring } = this.#log
    const startId = ring.lastId
    let takenId = startId
    let missed = 0
    const stopNews = this.#log.subscribe((news) => {
      if (news.some(this.#filter(query))) onNews()
    })
    const stopDropped = ring.onDropped((activity) => {
      if (activity.id > takenId && this.#filter(query)(activity)) missed++
    })
    return {
      past: (count) => this.list(query, count, startId + 1).toReversed(),
      take: (limit): ActivityTaken => {
        const isWanted = this.#filter(query)
        const activities: ActivityMessage[] = []
        let isMore = false
        for (const activity of ring.forwards(takenId)) {
          if (!isWanted(activity)) continue
          if ((isMore = activities.length >= limit)) break
          activities.push(this.#message(activity, query))
        }
        takenId = isMore ? Number(activities.at(-1)?.id ?? takenId) : ring.lastId
        const taken = { activities, missed, isMore }
        missed = 0
        return taken
      },
      close() {
        stopNews()
        stopDropped()
      },
    }
  }

  #message(activity: Activity, { includePrompts }: ActivityQuery): ActivityMessage {
    return activityMessage(activity, this.#world, includePrompts)
  }

  /** A session is and was in several conversations, which may become more: made anew for each use. */
  #filter({ id, kinds, sinceMs = 0 }: ActivityQuery): (activity: Activity) => boolean {
    const { roster } = this.#world
    const session = id === undefined ? undefined : roster.sessions.get(id)
    const meant = new Set(session === undefined ? [id] : roster.conversationIdsOf(session))
    const isOf = ({ sessionId, conversationId }: Activity): boolean =>
      id === undefined || sessionId === id || (conversationId !== undefined && meant.has(conversationId))
    return (activity) => activity.timeMs >= sinceMs && (kinds.size === 0 || kinds.has(ACTIVITY_KIND_CODE[activity.kind])) && isOf(activity)
  }
}
