// `[slow]` in the configuration file: from when on a session is called slow. A wrong value is refused, not guessed at.

import { SLOW_THRESHOLDS, type SlowThresholds } from "./model/slow-judge.ts"

/** What to do with what is wrong or not known; `key` is undefined for the table as a whole. */
export interface SlowComplaints {
  readonly refuse: (problem: string, key: string | undefined) => never
  readonly warn: (problem: string, key: string) => void
}

const KNOWN_KEYS: ReadonlySet<string> = new Set(["factor", "min_samples"])
const MOST_FACTOR = 1000
const MOST_SAMPLES = 100_000

/** Checks the table; what it does not set is as it is without it. */
export function slowFrom(value: unknown, { refuse, warn }: SlowComplaints): SlowThresholds {
  if (value === undefined) return SLOW_THRESHOLDS
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return refuse("slow has to be a table; head it with [slow]", undefined)
  }
  for (const key of Object.keys(value)) {
    if (!KNOWN_KEYS.has(key)) warn(`unknown key ${JSON.stringify(key)} is passed over; known are ${[...KNOWN_KEYS].join(", ")}`, key)
  }
  const { factor = SLOW_THRESHOLDS.factor, min_samples: minSamples = SLOW_THRESHOLDS.minSamples } = value as Record<string, unknown>
  if (typeof factor !== "number" || !(factor > 1 && factor <= MOST_FACTOR)) {
    return refuse(`factor has to be a number above 1, at most ${MOST_FACTOR}`, "factor")
  }
  if (typeof minSamples !== "number" || !Number.isInteger(minSamples) || minSamples < 1 || minSamples > MOST_SAMPLES) {
    return refuse(`min_samples has to be a whole number, 1 to ${MOST_SAMPLES}`, "min_samples")
  }
  return { factor, minSamples }
}
