// What changed since a store last asked, kept as a set: however seldom it asks, it gets each thing once, as it is then.

import type { StoredEntry, StoredLeft } from "./stored-entry.ts"

export class Unsaved<Item> {
  readonly #leftKind: StoredLeft["kind"]
  #isOn = false
  #items = new Set<Item>()
  #left: { readonly conversationId: string; readonly key: number }[] = []

  constructor(leftKind: StoredLeft["kind"]) {
    this.#leftKind = leftKind
  }

  /** Starts to take note; until then nobody would ask. */
  begin(): void {
    this.#isOn = true
  }

  get size(): number {
    return this.#items.size + this.#left.length
  }

  changed(item: Item): void {
    if (this.#isOn) this.#items.add(item)
  }

  /** A conversation no longer keeps this key; where it comes back, the item is told as changed too. */
  left(conversationId: string, key: number): void {
    if (this.#isOn) this.#left.push({ conversationId, key })
  }

  /** Adds to `to` each conversation that an item which changed is kept under, or has left. */
  addHomes(to: Set<string>, homeOf: (item: Item) => string): void {
    for (const { conversationId } of this.#left) to.add(conversationId)
    for (const item of this.#items) to.add(homeOf(item))
  }

  forget(item: Item): void {
    this.#items.delete(item)
  }

  /** Adds the entries of everything that changed to `to`, by the conversation they are kept under, what left before what is there. */
  take(
    to: Map<string, StoredEntry[]>,
    entriesOf: (item: Item) => { readonly home: string; readonly entries: readonly StoredEntry[] },
  ): void {
    for (const { conversationId, key } of this.#left) listOf(to, conversationId).push({ kind: this.#leftKind, key })
    for (const item of this.#items) {
      const { home, entries } = entriesOf(item)
      listOf(to, home).push(...entries)
    }
    this.#left = []
    this.#items = new Set()
  }
}

function listOf(map: Map<string, StoredEntry[]>, key: string): StoredEntry[] {
  let list = map.get(key)
  if (list === undefined) map.set(key, (list = []))
  return list
}
