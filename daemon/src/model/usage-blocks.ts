// Five-hour blocks, as vendors count their five-hour limits: a block starts at the full hour of the first request after the block before.
// Full hours are those of UTC.

import { SLOT_MS } from "./usage-rollup.ts"

const HOUR_MS = 3_600_000
/** Length of a block in milliseconds. */
export const BLOCK_MS = 5 * HOUR_MS

/** For slots in which something was used, in any order: where the block of each starts, Unix milliseconds. */
export function blockStarts(slots: Iterable<number>): ReadonlyMap<number, number> {
  const starts = new Map<number, number>()
  let startMs = Number.NEGATIVE_INFINITY
  for (const slot of Float64Array.from(new Set(slots)).sort()) {
    const timeMs = slot * SLOT_MS
    if (timeMs >= startMs + BLOCK_MS) startMs = Math.floor(timeMs / HOUR_MS) * HOUR_MS
    starts.set(slot, startMs)
  }
  return starts
}
