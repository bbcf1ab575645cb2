// The last changes of one session's status, with what each was known by.

import type { StatusReading, StatusWord } from "./status.ts"

export interface StatusChange {
  /** Absent for the first status of a session. */
  readonly from?: StatusWord
  readonly to: StatusReading
  /** When it became so, Unix milliseconds. */
  readonly timeMs: number
}

/** So many are kept. */
const MAX_CHANGES = 50

export class StatusHistory {
  readonly #changes: StatusChange[] = []

  add(change: StatusChange): void {
    this.#changes.push(change)
    if (this.#changes.length > MAX_CHANGES) this.#changes.shift()
  }

  latestFirst(): readonly StatusChange[] {
    return this.#changes.toReversed()
  }
}
