// What is new in each message of an activity watch. After the daemon was away a watch begins anew with a piece of the past, part of which was
// shown before; where the daemon was killed the same things may come back under other numbers, so they are told by what they are.

import { toMs } from "@vibecraft/shared/format-duration"
import type { Activity } from "@vibecraft/shared/gen/vibecraft/v1/activity_pb"
import type { WatchActivityResponse } from "@vibecraft/shared/gen/vibecraft/v1/activity_service_pb"

export interface TailNews {
  /** Oldest first. */
  readonly fresh: readonly Activity[]
  readonly missed: bigint
}

const MOST_REMEMBERED = 5000

/** `sinceMs`: nothing older is shown; absent means what the first message begins with. */
export function createActivityTail(sinceMs: number | undefined): (message: WatchActivityResponse) => TailNews {
  const shown = new Set<string>()
  let fromMs = sinceMs

  function freshOf(activities: readonly Activity[]): Activity[] {
    return activities.filter((activity) => {
      const what = signature(activity)
      if (timeOf(activity) < (fromMs ?? 0) || shown.has(what)) return false
      shown.add(what)
      return true
    })
  }

  function forgetOldest(): void {
    for (const what of shown) {
      if (shown.size <= MOST_REMEMBERED) return
      shown.delete(what)
    }
  }

  return ({ event }) => {
    if (event.case === "heartbeat" || event.case === undefined) return { fresh: [], missed: 0n }
    if (event.case === "snapshot") {
      const fresh = freshOf(event.value.activities)
      fromMs ??= Math.min(...event.value.activities.map(timeOf))
      return { fresh, missed: 0n }
    }
    const fresh = freshOf(event.value.activities)
    forgetOldest()
    return { fresh, missed: event.value.missed }
  }
}

function timeOf({ time }: Activity): number {
  return time === undefined ? 0 : toMs(time)
}

function signature(activity: Activity): string {
  const { kind, sessionId, conversationId = "", subagentId = "", toolCallId = "", title } = activity
  return [timeOf(activity), kind, sessionId, conversationId, subagentId, toolCallId, title].join("\n")
}
