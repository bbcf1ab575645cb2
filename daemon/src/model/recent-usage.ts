// What was used in the last hour, in steps of ten seconds: how fast tokens and money burn. Older usage is forgotten, so this stays small
// however long the daemon runs.

import type { Price } from "./prices/price-book.ts"
import { type RecentSums, RecentSteps } from "./recent-steps.ts"
import type { LedgerRequest } from "./request-table.ts"

const STEP_MS = 10_000
/** The longest span that can be asked for, minutes. */
const KEPT_MINUTES = 60
const KEPT_STEPS = (KEPT_MINUTES * 60_000) / STEP_MS

export class RecentUsage {
  readonly #now: () => number
  readonly #conversations = new Map<string, RecentSteps>()
  #prunedAt = 0

  /** `now` in Unix milliseconds. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Books a request (`sign` 1) or takes it back (`sign` -1). */
  book(sign: 1 | -1, request: LedgerRequest, price: Price): void {
    const step = Math.floor(request.timeMs / STEP_MS)
    const nowStep = Math.floor(this.#now() / STEP_MS)
    if (step <= nowStep - KEPT_STEPS || step > nowStep) return
    if (nowStep - this.#prunedAt > KEPT_STEPS) this.#prune(nowStep)
    let steps = this.#conversations.get(request.conversationId)
    if (steps === undefined) this.#conversations.set(request.conversationId, (steps = new RecentSteps()))
    const sums = { tokens: 0, uncached: 0, nanosUsd: sign === 1 ? price.nanosUsd : -price.nanosUsd }
    for (const usage of [request.usage, ...(request.factors?.innerCalls ?? []).map((call) => call.usage)]) {
      sums.tokens += sign * (usage.input + usage.output + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h)
      sums.uncached += sign * (usage.input + usage.output)
    }
    steps.add(step, sums)
  }

  /** The last `minutes` (60 at most) of the conversations that `isMeant` names. */
  sums(minutes: number, isMeant: (conversationId: string) => boolean): Readonly<RecentSums> {
    const nowStep = Math.floor(this.#now() / STEP_MS)
    const first = nowStep - (Math.min(minutes, KEPT_MINUTES) * 60_000) / STEP_MS
    const total: RecentSums = { tokens: 0, uncached: 0, nanosUsd: 0n }
    for (const [conversationId, steps] of this.#conversations) {
      if (isMeant(conversationId)) steps.sum(total, first, nowStep)
    }
    return total
  }

  #prune(nowStep: number): void {
    this.#prunedAt = nowStep
    for (const [conversationId, steps] of this.#conversations) {
      steps.forget(nowStep - KEPT_STEPS)
      if (steps.isEmpty) this.#conversations.delete(conversationId)
    }
  }
}
