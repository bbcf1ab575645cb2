// Which rows of a table are of which owner: one chain through the rows of each, so that a row comes and goes at once and nothing else is kept for
// an owner than where its chain ends.

import { makeRoom } from "./columns.ts"

const FIRST_CAPACITY = 64

/** Owners are small numbers, as `Interned` gives them. A row is in one chain at most. */
export class RowChains {
  /** The row added last, plus 1, by owner; 0 where there is none. */
  readonly #last: number[] = []
  /** Chains are rings: the first row comes after the last. */
  readonly #columns = { next: new Uint32Array(FIRST_CAPACITY), previous: new Uint32Array(FIRST_CAPACITY) }

  /** Adds a row, which is in no chain, as an owner's last. */
  add(owner: number, row: number): void {
    while (this.#last.length <= owner) this.#last.push(0)
    makeRoom(this.#columns, row)
    const { next, previous } = this.#columns
    const last = (this.#last[owner] ?? 0) - 1
    const before = last < 0 ? row : last
    const after = last < 0 ? row : (next[last] ?? 0)
    previous[row] = before
    next[row] = after
    next[before] = row
    previous[after] = row
    this.#last[owner] = row + 1
  }

  /** Takes a row out of its owner's chain. */
  remove(owner: number, row: number): void {
    const { next, previous } = this.#columns
    const [before, after] = [previous[row] ?? 0, next[row] ?? 0]
    next[before] = after
    previous[after] = before
    if (this.#last[owner] === row + 1) this.#last[owner] = before === row ? 0 : before + 1
  }

  /** An owner's rows as they are now, in the order they were added. */
  of(owner: number): number[] {
    const rows: number[] = []
    const last = (this.#last[owner] ?? 0) - 1
    if (last < 0) return rows
    for (let row = last; ;) {
      row = this.#columns.next[row] ?? 0
      rows.push(row)
      if (row === last) return rows
    }
  }
}
