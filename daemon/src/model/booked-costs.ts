// What agents have booked for their conversations themselves, as often as they said it. The last word holds; earlier ones tell what a fork
// started from.

import type { BookedCostSeen } from "../domain/facts.ts"

/** One word of an agent on what a conversation has cost so far. */
export type BookedCost = Omit<BookedCostSeen, "kind" | "conversationId">

/** Agents say it when they exit; more than this is kept of no conversation, the latest. */
const MAX_KEPT = 256

export class BookedCosts {
  /** Earliest first. */
  readonly #byConversation = new Map<string, BookedCost[]>()

  /** Answers whether it was new. */
  see({ kind: _kind, conversationId, ...cost }: BookedCostSeen): boolean {
    const known = this.#byConversation.get(conversationId)
    if (known === undefined) {
      this.#byConversation.set(conversationId, [cost])
      return true
    }
    const at = known.findIndex((other) => compare(other, cost) >= 0)
    const next = at < 0 ? undefined : known[at]
    const isKnown = next !== undefined && compare(next, cost) === 0
    if (isKnown && (next.times !== undefined || cost.times === undefined)) return false
    known.splice(at < 0 ? known.length : at, isKnown ? 1 : 0, cost)
    if (known.length > MAX_KEPT) known.shift()
    return true
  }

  /** All that is kept of a conversation, earliest first. */
  of(conversationId: string): readonly BookedCost[] {
    return this.#byConversation.get(conversationId) ?? []
  }

  /** Forgets a conversation. */
  forget(conversationId: string): void {
    this.#byConversation.delete(conversationId)
  }

  last(conversationId: string): BookedCost | undefined {
    return this.#byConversation.get(conversationId)?.at(-1)
  }

  /** The last word at a time. */
  lastAt(conversationId: string, timeMs: number): BookedCost | undefined {
    return this.#byConversation.get(conversationId)?.findLast(({ untilMs }) => untilMs <= timeMs)
  }

  /** Everything kept, as the facts that say it. */
  *facts(): Generator<BookedCostSeen> {
    for (const [conversationId, costs] of this.#byConversation) {
      for (const cost of costs) yield { kind: "booked-cost-seen", conversationId, ...cost }
    }
  }
}

/** By time; the sum only grows. */
function compare(a: BookedCost, b: BookedCost): number {
  return a.untilMs - b.untilMs || a.nanosUsd - b.nanosUsd
}
