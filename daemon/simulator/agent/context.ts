// How much each request of a lane uses: a context that grows, mostly read from the cache.

import type { TokenUsage } from "../../src/domain/usage.ts"
import type { Random } from "./random.ts"

/** Where an agent compacts by itself. */
export const COMPACTS_AT = 150_000

export interface Context {
  /** Usage of the next request; members given win over the made-up ones. */
  next(given?: Partial<TokenUsage>): TokenUsage
  /** Prompt tokens of the last request. */
  held(): number
  /** After a compaction. */
  reset(): void
}

/** `cache`: which class new prompt tokens are written to; `none` leaves them uncached, as Codex's older models do. */
export function createContext(random: Random, cache: "1h" | "5m" | "none"): Context {
  let held = 0
  return {
    next(given = {}) {
      const grown = held === 0 ? random.int(14_000, 21_000) : random.int(300, 4_200)
      const output = given.output ?? random.int(60, 900) + (random.chance(0.2) ? random.int(500, 2_500) : 0)
      const usage: TokenUsage = {
        input: cache === "none" ? grown : random.int(2, 12),
        output,
        reasoning: random.chance(0.5) ? Math.floor(output * random.next() * 0.6) : 0,
        cacheRead: held,
        cacheWrite5m: cache === "5m" ? grown : 0,
        cacheWrite1h: cache === "1h" ? grown : 0,
        ...given,
      }
      held = usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h
      return usage
    },
    held: () => held,
    reset: () => void (held = 0),
  }
}
