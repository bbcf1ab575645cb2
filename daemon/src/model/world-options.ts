// What a world is made with, and what it is told of reading.

import type { Host } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import type { ActivityRingOptions } from "./activity-ring.ts"
import type { CorrectionJournal } from "./correction-desk.ts"
import type { PriceBook } from "./prices/price-book.ts"
import type { SlowThresholds } from "./slow-judge.ts"
import type { SeenJournal } from "./unread.ts"

export interface WorldOptions {
  readonly host: Host
  readonly prices: PriceBook
  /** Keeps corrections made by hand; absent: they last as long as the world. */
  readonly correctionJournal?: CorrectionJournal
  /** Unix milliseconds. */
  readonly now: () => number
  /** Keeps what was marked as seen; absent: it lasts as long as the world. */
  readonly seen?: SeenJournal
  /** From when on something is called slow. */
  readonly slow?: SlowThresholds
  /** How much is kept of what happened. */
  readonly activityRing?: Pick<ActivityRingOptions, "capacity" | "maxAgeMs">
}

/** How far the first read is, as the tailer reports it. */
export interface ReadProgress {
  readonly bytesRead: number
  readonly bytesTotal: number
  readonly files: number
  readonly done: boolean
}
