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

const NONE: readonly StatusChange[] = []

export class StatusHistory {
  #changes: readonly StatusChange[]
  #unsaved: readonly StatusChange[] = NONE

  /** `past`: those of an earlier run of the daemon, oldest first. */
  constructor(past = NONE) {
    this.#changes = past
  }

  get latest(): StatusChange | undefined {
    return this.#changes.at(-1)
  }

  get hasUnsaved(): boolean {
    return this.#unsaved.length > 0
  }

  add(change: StatusChange): void {
    // A list that is pushed to has room for sixteen more, and most sessions have one change.
    this.#changes = this.#changes.slice(1 - MAX_CHANGES).concat([change])
    // What was over before anybody looked did not change.
    if (change.from === undefined && change.to.status === "ended") return
    this.#unsaved = this.#unsaved.slice(1 - MAX_CHANGES).concat([change])
  }

  latestFirst(): readonly StatusChange[] {
    return this.#changes.toReversed()
  }

  /** Those that no store has taken, oldest first. */
  takeUnsaved(): readonly StatusChange[] {
    const unsaved = this.#unsaved
    this.#unsaved = NONE
    return unsaved
  }

  /** Forgets what happened in a conversation. */
  forget(conversationId: string): void {
    this.#changes = this.#changes.filter((change) => change.conversationId !== conversationId)
    this.#unsaved = this.#unsaved.filter((change) => change.conversationId !== conversationId)
  }
}
