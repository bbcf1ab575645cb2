// The last changes of one session's status, with what each was known by.

import type { StatusReading, StatusWord } from "./status.ts"

export interface StatusChange {
  /** Absent for the first status of a session. */
  readonly from?: StatusWord
  readonly to: StatusReading
  /** When it became so, Unix milliseconds. */
  readonly timeMs: number
  /** The conversation that it was in. */
  readonly conversationId: string | undefined
}

/** So many are kept in memory, and of what a store has not taken yet. */
export const MAX_CHANGES = 50

export class StatusHistory {
  #changes: StatusChange[]
  #unsaved: StatusChange[] = []

  /** `past`: those of an earlier run of the daemon, oldest first. */
  constructor(past: readonly StatusChange[] = []) {
    this.#changes = [...past]
  }

  get latest(): StatusChange | undefined {
    return this.#changes.at(-1)
  }

  get hasUnsaved(): boolean {
    return this.#unsaved.length > 0
  }

  add(change: StatusChange): void {
    this.#changes.push(change)
    if (this.#changes.length > MAX_CHANGES) this.#changes.shift()
    // What was over before anybody looked did not change.
    if (change.from === undefined && change.to.status === "ended") return
    this.#unsaved.push(change)
    if (this.#unsaved.length > MAX_CHANGES) this.#unsaved.shift()
  }

  latestFirst(): readonly StatusChange[] {
    return this.#changes.toReversed()
  }

  /** Those that no store has taken, oldest first. */
  takeUnsaved(): readonly StatusChange[] {
    const unsaved = this.#unsaved
    this.#unsaved = []
    return unsaved
  }

  /** Forgets what happened in a conversation. */
  forget(conversationId: string): void {
    this.#changes = this.#changes.filter((change) => change.conversationId !== conversationId)
    this.#unsaved = this.#unsaved.filter((change) => change.conversationId !== conversationId)
  }
}
