// Failures that are counted by a word of their own (the kind of an API error, the name of a hook), each once however often its line is read, with
// the last one's words.

import { keyHash } from "./key-hash.ts"

/** What the failures of one word come to. */
export interface FailureSum {
  count: number
  /** Of API errors: those that were not tried again. */
  finals: number
  /** Of API errors: time waited before trying again. */
  lostMs: number
  /** Unix milliseconds. */
  lastMs: number
  lastExample: string | undefined
}

export interface FailureTallyState {
  /** Hashes of the keys that are counted. */
  readonly told: readonly number[]
  readonly sums: readonly (readonly [word: string, sum: FailureSum])[]
}

export interface Failure {
  readonly key: string
  readonly word: string
  readonly timeMs: number
  readonly isFinal?: boolean
  readonly lostMs?: number | undefined
  readonly example?: string | undefined
}

export class FailureTally {
  readonly #told = new Set<number>()
  readonly #sums = new Map<string, FailureSum>()

  constructor(state?: FailureTallyState) {
    for (const key of state?.told ?? []) this.#told.add(key)
    for (const [word, sum] of state?.sums ?? []) this.#sums.set(word, { ...sum })
  }

  /** Undefined where nothing failed. */
  state(): FailureTallyState | undefined {
    return this.#told.size === 0 ? undefined : { told: [...this.#told], sums: [...this.#sums] }
  }

  get count(): number {
    return this.#told.size
  }

  get sums(): ReadonlyMap<string, Readonly<FailureSum>> {
    return this.#sums
  }

  /** Counts a failure unless it is counted already; answers whether it was not. */
  add({ key, word, timeMs, isFinal = false, lostMs = 0, example }: Failure): boolean {
    const hash = keyHash(key)
    if (this.#told.has(hash)) return false
    this.#told.add(hash)
    let sum = this.#sums.get(word)
    if (sum === undefined) this.#sums.set(word, (sum = { count: 0, finals: 0, lostMs: 0, lastMs: 0, lastExample: undefined }))
    sum.count++
    if (isFinal) sum.finals++
    sum.lostMs += lostMs
    // Of two in one millisecond the same one wins in whatever order they come.
    if (timeMs < sum.lastMs || (timeMs === sum.lastMs && (sum.lastExample ?? "") > (example ?? ""))) return true
    sum.lastMs = timeMs
    sum.lastExample = example
    return true
  }
}
