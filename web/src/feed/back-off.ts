/** How long to wait before the next try: short at first, then longer, never more than ten seconds, with some chance so that many pages do not knock together. */

const FIRST_MS = 250
const FACTOR = 1.7
const LONGEST_MS = 10_000

/** Milliseconds before try number `attempt` (1 for the first after a failure). `random` gives 0..1. */
export function backOffMs(attempt: number, random: () => number = Math.random): number {
  const base = Math.min(LONGEST_MS, FIRST_MS * FACTOR ** (Math.max(1, attempt) - 1))
  return Math.round(base * (0.8 + 0.2 * random()))
}
