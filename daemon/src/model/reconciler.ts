// Which conversations' accounts can be held against the agent's own, with the results kept until a request or a word of the agent changes
// them. A conversation that goes on after the agent's last word leaves its result as it is.

import type { BookedCostSeen } from "../domain/facts.ts"
import { BookedCosts } from "./booked-costs.ts"
import { addAll, type ModelSums, sumBooked, sumRequests } from "./model-sums.ts"
import type { PriceBook } from "./prices/price-book.ts"
import { reconcile, type Reconciliation } from "./reconciliation.ts"
import type { LedgerRequest } from "./request-table.ts"

export interface ReconcilerOptions {
  /** The requests that count for a conversation. */
  readonly requestsOf: (conversationId: string) => Iterable<LedgerRequest>
  readonly prices: PriceBook
}

interface Fork {
  readonly parentId: string
  /** When the fork's own lines begin; undefined while it has none. */
  readonly startedMs: number | undefined
}

const NOBODY: readonly string[] = []

export class Reconciler {
  readonly #requestsOf: ReconcilerOptions["requestsOf"]
  readonly #prices: PriceBook
  readonly #booked = new BookedCosts()
  readonly #forks = new Map<string, Fork>()
  readonly #children = new Map<string, Set<string>>()
  readonly #results = new Map<string, Reconciliation>()

  constructor({ requestsOf, prices }: ReconcilerOptions) {
    this.#requestsOf = requestsOf
    this.#prices = prices
  }

  /** What agents booked, for a store to keep. */
  get booked(): BookedCosts {
    return this.#booked
  }

  /** Learns what an agent booked; answers the conversations whose result may have changed. */
  bookedSeen(fact: BookedCostSeen): readonly string[] {
    return this.#booked.see(fact) ? this.#changed(fact.conversationId) : NOBODY
  }

  /** Learns that a conversation copied another's history. */
  forked(conversationId: string, parentId: string, startedMs: number | undefined): readonly string[] {
    const known = this.#forks.get(conversationId)
    if (conversationId === parentId || (known?.parentId === parentId && known.startedMs === startedMs)) return NOBODY
    this.#forks.set(conversationId, { parentId, startedMs })
    let children = this.#children.get(parentId)
    if (children === undefined) this.#children.set(parentId, (children = new Set()))
    children.add(conversationId)
    return this.#changed(conversationId)
  }

  /** Puts back a result that a store kept. */
  restore(conversationId: string, result: Reconciliation): void {
    this.#results.set(conversationId, result)
  }

  /** A request of this time was counted for a conversation, or no longer is. */
  requestChanged(conversationId: string, timeMs: number): readonly string[] {
    const booked = this.#booked.last(conversationId)
    const concerns = (booked !== undefined && timeMs <= booked.untilMs) || this.#children.has(conversationId)
    return concerns ? this.#changed(conversationId) : NOBODY
  }

  /** Undefined where the agent has not said what it booked. */
  resultOf(conversationId: string): Reconciliation | undefined {
    const cached = this.#results.get(conversationId)
    const booked = this.#booked.last(conversationId)
    if (cached !== undefined || booked === undefined) return cached
    const counted = this.#sum(conversationId, 0, booked.untilMs)
    const result = reconcile(booked, counted, this.#inheritancesOf(conversationId, booked.untilMs, new Set()))
    this.#results.set(conversationId, result)
    return result
  }

  /**
   * What a fork's account may have started from: the agent restores what the parent last booked; a fork inside the parent's own process
   * starts from what that process knows, which is more.
   */
  #inheritancesOf(conversationId: string, untilMs: number, seen: Set<string>): readonly ModelSums[] {
    const fork = this.#forks.get(conversationId)
    if (fork === undefined || seen.has(conversationId)) return []
    seen.add(conversationId)
    const forkedMs = Math.min(fork.startedMs ?? untilMs, untilMs)
    const booked = this.#booked.lastAt(fork.parentId, forkedMs)
    if (booked !== undefined) {
      const known = sumBooked(booked)
      return [addAll(this.#sum(fork.parentId, booked.untilMs, forkedMs), known), known]
    }
    const before = this.#inheritancesOf(fork.parentId, forkedMs, seen)
    const own = this.#sum(fork.parentId, 0, forkedMs)
    return [...before.map((sums) => addAll(new Map(own), sums)), own]
  }

  /** Requests after one time and up to another. */
  #sum(conversationId: string, afterMs: number, untilMs: number): ModelSums {
    const requests = [...this.#requestsOf(conversationId)].filter(({ timeMs }) => timeMs > afterMs && timeMs <= untilMs)
    return sumRequests(requests, this.#prices)
  }

  #changed(conversationId: string): readonly string[] {
    const ids = new Set<string>()
    const add = (id: string): void => {
      if (ids.has(id)) return
      ids.add(id)
      this.#results.delete(id)
      for (const child of this.#children.get(id) ?? []) add(child)
    }
    add(conversationId)
    return [...ids]
  }
}
