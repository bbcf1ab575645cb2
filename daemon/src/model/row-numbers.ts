// Numbers for the rows of a table: those of rows that were let go are given out again, so that a table is as long as what was in it at most.

export class RowNumbers {
  readonly #free: number[] = []
  #next = 0

  /** A row that nobody has. */
  take(): number {
    return this.#free.pop() ?? this.#next++
  }

  /** Whoever still holds on to the row will see another's. */
  giveBack(row: number): void {
    this.#free.push(row)
  }
}
