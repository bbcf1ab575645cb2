// The oldest of many, at hand while they come and go: a binary heap by time, and by key where times are equal.

export interface Timed {
  readonly timeMs: number
  readonly key: number
}

/** Below 0 where `a` is older. */
export function byAge(a: Timed, b: Timed): number {
  return a.timeMs - b.timeMs || a.key - b.key
}

export class TimeHeap<Item extends Timed> {
  readonly #items: Item[] = []

  get size(): number {
    return this.#items.length
  }

  /** Undefined where there is none. */
  get oldest(): Item | undefined {
    return this.#items[0]
  }

  push(item: Item): void {
    const items = this.#items
    let at = items.push(item) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = items[parent]
      if (above === undefined || byAge(above, item) <= 0) break
      items[at] = above
      at = parent
    }
    items[at] = item
  }

  /** Takes the oldest out. */
  pop(): Item | undefined {
    const items = this.#items
    const oldest = items[0]
    const last = items.pop()
    if (last === undefined || items.length === 0) return oldest
    let at = 0
    for (;;) {
      const child = this.#olderChild(at)
      const below = child === undefined ? undefined : items[child]
      if (child === undefined || below === undefined || byAge(below, last) >= 0) break
      items[at] = below
      at = child
    }
    items[at] = last
    return oldest
  }

  #olderChild(at: number): number | undefined {
    const left = this.#items[2 * at + 1]
    const right = this.#items[2 * at + 2]
    if (left === undefined) return undefined
    return right !== undefined && byAge(right, left) < 0 ? 2 * at + 2 : 2 * at + 1
  }
}
