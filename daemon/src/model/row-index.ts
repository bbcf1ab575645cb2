// Finds rows of a table by the hash of their key. A slot is four bytes, for the keys themselves stay in the table: a Map of numbers as large as
// these hashes takes some sixty for each.

const FIRST_CAPACITY = 64
/** Of the slots in use; with more of them, keys that are not there take long to be missed. */
const FULL = 3 / 4

/** No two rows of an index have the same key. */
export class RowIndex {
  readonly #keyOf: (row: number) => number
  /** Row plus 1 at the first free slot from the key's own on; 0 is a free one. */
  #slots = new Uint32Array(FIRST_CAPACITY)
  #size = 0

  /** `keyOf`: the key of a row that is in the index. */
  constructor(keyOf: (row: number) => number) {
    this.#keyOf = keyOf
  }

  get size(): number {
    return this.#size
  }

  /** The row with a key; undefined where there is none. */
  find(key: number): number | undefined {
    const mask = this.#slots.length - 1
    for (let slot = slotOf(key) & mask; ; slot = (slot + 1) & mask) {
      const row = (this.#slots[slot] ?? 0) - 1
      if (row < 0) return undefined
      if (this.#keyOf(row) === key) return row
    }
  }

  /** Adds a row, whose key is not there. */
  add(row: number): void {
    if (this.#size >= this.#slots.length * FULL) this.#grow()
    this.#put(row)
    this.#size++
  }

  /** Takes out the row with a key, if there is one. What stands behind it moves up, so that nothing is missed for the gap. */
  remove(key: number): void {
    const mask = this.#slots.length - 1
    let gap = slotOf(key) & mask
    for (; ; gap = (gap + 1) & mask) {
      const row = (this.#slots[gap] ?? 0) - 1
      if (row < 0) return
      if (this.#keyOf(row) === key) break
    }
    this.#size--
    for (let slot = (gap + 1) & mask; this.#slots[slot] !== 0; slot = (slot + 1) & mask) {
      const row = (this.#slots[slot] ?? 0) - 1
      const own = slotOf(this.#keyOf(row)) & mask
      // It may stand in the gap where that is no farther back than its own slot.
      if (((slot - own) & mask) < ((slot - gap) & mask)) continue
      this.#slots[gap] = row + 1
      gap = slot
    }
    this.#slots[gap] = 0
  }

  #put(row: number): void {
    const mask = this.#slots.length - 1
    let slot = slotOf(this.#keyOf(row)) & mask
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
    this.#slots[slot] = row + 1
  }

  #grow(): void {
    const rows = this.#slots
    this.#slots = new Uint32Array(rows.length * 2)
    for (const row of rows) if (row !== 0) this.#put(row - 1)
  }
}

/** The low half of a hash, mixed once more: any whole number is spread. */
function slotOf(key: number): number {
  const mixed = Math.imul(key | 0, 0x9e3779b1)
  return mixed ^ (mixed >>> 15)
}
