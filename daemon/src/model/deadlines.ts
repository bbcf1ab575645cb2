// Until when what was published holds unless something happens. A moment that has come is a change like any other: nothing else would tell of it.

export class Deadlines {
  /** Unix milliseconds, by id. */
  readonly #dueMs = new Map<string, number>()
  /** None is due before. */
  #earliestMs = Number.POSITIVE_INFINITY

  /** Takes the place of what was set before; infinity for what holds on. */
  set(id: string, dueMs: number): void {
    if (dueMs === Number.POSITIVE_INFINITY) this.#dueMs.delete(id)
    else this.#dueMs.set(id, dueMs)
    this.#earliestMs = Math.min(this.#earliestMs, dueMs)
  }

  /** Those whose moment has come, each once. */
  takeDue(nowMs: number): readonly string[] {
    if (nowMs < this.#earliestMs) return []
    const due = [...this.#dueMs].filter(([, dueMs]) => dueMs <= nowMs).map(([id]) => id)
    for (const id of due) this.#dueMs.delete(id)
    this.#earliestMs = Math.min(Number.POSITIVE_INFINITY, ...this.#dueMs.values())
    return due
  }
}
