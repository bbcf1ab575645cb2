// What one conversation used lately, by step of time. Most steps hold one request, and an object for each would take four times as much.

/** Of each step: its number, and its sums. */
const WIDTH = 4
const FIRST_CAPACITY = 4

/** Sums of a span of time. */
export interface RecentSums {
  /** Tokens of all classes. */
  tokens: number
  /** Tokens neither read from nor written to a cache. */
  uncached: number
  nanosUsd: bigint
}

export class RecentSteps {
  /** Money too: whole billionths of a dollar are exact up to nine million dollars. */
  #values = new Float64Array(FIRST_CAPACITY * WIDTH)
  #end = 0

  get isEmpty(): boolean {
    return this.#end === 0
  }

  add(step: number, { tokens, uncached, nanosUsd }: Readonly<RecentSums>): void {
    const at = this.#placeOf(step)
    const values = this.#values
    values[at + 1] = (values[at + 1] ?? 0) + tokens
    values[at + 2] = (values[at + 2] ?? 0) + uncached
    values[at + 3] = (values[at + 3] ?? 0) + Number(nanosUsd)
  }

  /** Adds the steps after one, up to another, to `total`. */
  sum(total: RecentSums, afterStep: number, lastStep: number): void {
    const values = this.#values
    for (let at = 0; at < this.#end; at += WIDTH) {
      const step = values[at] ?? 0
      if (step <= afterStep || step > lastStep) continue
      total.tokens += values[at + 1] ?? 0
      total.uncached += values[at + 2] ?? 0
      total.nanosUsd += BigInt(values[at + 3] ?? 0)
    }
  }

  /** Forgets the steps up to one. */
  forget(lastStep: number): void {
    const values = this.#values
    let end = 0
    for (let at = 0; at < this.#end; at += WIDTH) {
      if ((values[at] ?? 0) <= lastStep) continue
      values.copyWithin(end, at, at + WIDTH)
      end += WIDTH
    }
    values.fill(0, end, this.#end)
    this.#end = end
  }

  /** Where a step is, a new one after all others; what is booked is mostly the latest. */
  #placeOf(step: number): number {
    for (let at = this.#end - WIDTH; at >= 0; at -= WIDTH) if (this.#values[at] === step) return at
    const at = this.#end
    this.#end += WIDTH
    if (this.#end > this.#values.length) {
      const grown = new Float64Array(Math.ceil((this.#values.length / WIDTH) * 1.5) * WIDTH)
      grown.set(this.#values)
      this.#values = grown
    }
    this.#values[at] = step
    return at
  }
}
