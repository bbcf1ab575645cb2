// The limits of the user's accounts as the agents were told of them: the latest report of each limit counts, whichever conversation it
// came from.

import type { AgentKind } from "../domain/agent.ts"
import type { RateLimitSeen } from "../domain/facts.ts"

/** A limit by agent and name. */
export type RateLimit = Omit<RateLimitSeen, "kind" | "conversationId" | "subagentId">

/** Names come from outside; no agent has as many. */
const MOST_LIMITS = 50

export class RateLimits {
  readonly #limits = new Map<string, RateLimit>()
  #isChanged = false

  /** Says whether it was news. */
  see({ kind: _kind, conversationId: _id, subagentId: _subagent, ...limit }: RateLimitSeen): boolean {
    const key = `${limit.agent} ${limit.name}`
    const known = this.#limits.get(key)
    if (known === undefined ? this.#limits.size >= MOST_LIMITS : known.timeMs > limit.timeMs) return false
    this.#limits.set(key, limit)
    this.#isChanged = true
    return true
  }

  /** All as reported, for a store; undefined where none changed since the last call. */
  takeChanged(): readonly RateLimit[] | undefined {
    if (!this.#isChanged) return undefined
    this.#isChanged = false
    return [...this.#limits.values()]
  }

  /** Of one agent or of all, sorted by agent and name. Of a window that has started anew since, nothing is known, so it is left out. */
  list(nowMs: number, agent?: AgentKind): readonly RateLimit[] {
    return [...this.#limits.values()]
      .filter((limit) => agent === undefined || limit.agent === agent)
      .filter(({ timeMs, resetsMs, windowMinutes }) => {
        const endMs = resetsMs ?? (windowMinutes === undefined ? Number.POSITIVE_INFINITY : timeMs + windowMinutes * 60_000)
        return endMs > nowMs
      })
      .sort((a, b) => compare(a.agent, b.agent) || compare(a.name, b.name))
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
