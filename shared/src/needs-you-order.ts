// The one order of sessions, for the daemon's lists and for every client: who needs a person comes first.

import type { Timestamp } from "@bufbuild/protobuf/wkt"
import { Status, type Session } from "./gen/vibecraft/v1/session_pb.ts"

/** What the order looks at. */
export type Ordered = Pick<Session, "id" | "status" | "statusSinceTime" | "lastActivityTime"> & Partial<Pick<Session, "unread">>

const RANK = new Map<number, number>([
  [Status.WAITING, 0],
  [Status.STALLED, 1],
  [Status.WORKING, 3],
  [Status.STARTING, 4],
  [Status.IDLE, 5],
  [Status.UNKNOWN, 6],
  [Status.OFFLINE, 7],
  [Status.ENDED, 8],
])
const RANK_OF_UNREAD = 2
const RANK_OF_UNKNOWN = 6

/**
 * Compares two sessions: waiting, stalled, done and unread (of the first and the third the one that has been so longest comes first), working, starting, idle,
 * unknown, offline, ended; within one of these the one active last comes first, then the smaller id. A total order: only equal ids compare as 0.
 */
export function compareNeedsYou(a: Ordered, b: Ordered): number {
  const rank = rankOf(a)
  const byRank = rank - rankOf(b)
  if (byRank !== 0) return byRank
  if (rank === 0 || rank === RANK_OF_UNREAD) {
    const byWait = compareTimes(a.statusSinceTime, b.statusSinceTime)
    if (byWait !== 0) return byWait
  }
  const byActivity = compareTimes(b.lastActivityTime, a.lastActivityTime, -1)
  if (byActivity !== 0) return byActivity
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}

function rankOf({ status, unread }: Ordered): number {
  return status === Status.IDLE && unread === true ? RANK_OF_UNREAD : statusRank(status)
}

/** The place of a status in the order, 0 first; that of work which is done and unread lies between stalled and working. */
export function statusRank(status: Status): number {
  return RANK.get(status) ?? RANK_OF_UNKNOWN
}

/** Earlier first; `absent` says on which side a missing time goes: 1 after all others, -1 before them. */
function compareTimes(a: Timestamp | undefined, b: Timestamp | undefined, absent: 1 | -1 = 1): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? absent : -absent
  if (a.seconds !== b.seconds) return a.seconds < b.seconds ? -1 : 1
  return a.nanos - b.nanos
}
