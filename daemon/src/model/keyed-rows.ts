// The rows of a table that are found by the hash of a key and by the conversation they are of. What else a row holds is the table's own.

import { makeRoom } from "./columns.ts"
import { Interned } from "./interned.ts"
import { RowChains } from "./row-chains.ts"
import { RowIndex } from "./row-index.ts"
import { RowNumbers } from "./row-numbers.ts"

const FIRST_CAPACITY = 64
const NONE: ReadonlySet<number> = new Set()

export class KeyedRows {
  readonly #columns = { key: new Float64Array(FIRST_CAPACITY), conversation: new Uint32Array(FIRST_CAPACITY) }
  readonly #conversations = new Interned()
  readonly #index = new RowIndex((row) => this.keyOf(row))
  readonly #chains = new RowChains()
  readonly #numbers = new RowNumbers()

  get size(): number {
    return this.#index.size
  }

  /** A row for a key that is not there. */
  add(key: number, conversationId: string): number {
    const row = this.#numbers.take()
    makeRoom(this.#columns, row)
    this.#columns.key[row] = key
    this.#index.add(row)
    this.join(row, conversationId)
    return row
  }

  find(key: number): number | undefined {
    return this.#index.find(key)
  }

  keyOf(row: number): number {
    return this.#columns.key[row] ?? 0
  }

  conversationOf(row: number): string {
    return this.#conversations.value(this.#columns.conversation[row] ?? 0) ?? ""
  }

  /** A conversation's rows as they are now, in the order they came to it. */
  of(conversationId: string): number[] {
    return this.#chains.of(this.#conversations.known(conversationId))
  }

  /** Takes a row out of its conversation, whose it still is until it joins another. */
  leave(row: number): void {
    this.#chains.remove(this.#columns.conversation[row] ?? 0, row)
  }

  join(row: number, conversationId: string): void {
    const conversation = this.#conversations.number(conversationId, () => conversationId)
    this.#columns.conversation[row] = conversation
    this.#chains.add(conversation, row)
  }

  /** Forgets a conversation's rows but those that stay, and answers them: they hold what they held for as long as none is added. */
  forget(conversationId: string, stay: ReadonlySet<number> = NONE): readonly number[] {
    const rows = this.of(conversationId).filter((row) => !stay.has(row))
    for (const row of rows) {
      this.#index.remove(this.keyOf(row))
      this.leave(row)
      this.#numbers.giveBack(row)
    }
    return rows
  }
}
