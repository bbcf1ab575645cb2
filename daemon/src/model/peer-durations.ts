// Durations of many sessions in one order, so that the p95 of all but one is found without sorting all but that one.

import { highestEquivalentMs, rankOf } from "./latency.ts"

/** Durations, times this, plus the number of the session: one number to sort by. */
const OWNERS = 1 << 20

export class PeerDurations {
  readonly #owners = new Map<string, number>()
  readonly #counts: number[] = []
  readonly #keys: number[] = []
  #sorted: Float64Array | undefined

  add(owner: string, durationsMs: readonly number[]): void {
    let number = this.#owners.get(owner)
    if (number === undefined) {
      number = this.#counts.push(0) - 1
      this.#owners.set(owner, number)
    }
    this.#counts[number] = (this.#counts[number] ?? 0) + durationsMs.length
    for (const ms of durationsMs) this.#keys.push(ms * OWNERS + number)
    this.#sorted = undefined
  }

  /** p95, as a histogram would answer it, and count of all samples but one owner's; 0 where there are none. */
  p95Without(owner: string | undefined): { readonly count: number; readonly p95Ms: number } {
    const own = owner === undefined ? undefined : this.#owners.get(owner)
    const count = this.#keys.length - (own === undefined ? 0 : (this.#counts[own] ?? 0))
    this.#sorted ??= Float64Array.from(this.#keys).sort()
    let left = count - rankOf(95, count) + 1
    let maxMs = 0
    for (let at = this.#sorted.length - 1; at >= 0; at--) {
      const key = this.#sorted[at] ?? 0
      if (key % OWNERS === own) continue
      const ms = Math.floor(key / OWNERS)
      maxMs = Math.max(maxMs, ms)
      if (--left === 0) return { count, p95Ms: Math.min(maxMs, highestEquivalentMs(ms)) }
    }
    return { count, p95Ms: 0 }
  }
}
