// What went wrong in one conversation beside its tool calls' outcomes: failed requests, failed hooks, and what was said of the last call of each
// tool that ended in each bad way. Words are the user's: no more of them are kept than the last.

import type { ApiErrorSeen, HookFailed, ToolEnded, ToolOutcome } from "../domain/facts.ts"
import { FailureTally, type FailureTallyState } from "./failure-tally.ts"
import { keyHash } from "./key-hash.ts"

/** What was said of a call that did not end well. */
export interface ToolExample {
  readonly callKey: number
  readonly timeMs: number
  readonly text: string
}

export interface TroubleState {
  readonly apiErrors: FailureTallyState | undefined
  readonly hookFailures: FailureTallyState | undefined
  /** By tool and outcome. */
  readonly examples: readonly (readonly [of: string, example: ToolExample])[]
  /** Hashes of API errors counted by a version that did not tell their kinds. */
  readonly untoldApiErrors: readonly number[]
}

/** So many tools and outcomes have an example; the one kept longest makes room. */
const MAX_EXAMPLES = 100

/** What errors counted without their kind are called. */
const UNTOLD = "unknown"

export class Trouble {
  readonly apiErrors: FailureTally
  readonly hookFailures: FailureTally
  readonly #examples: Map<string, ToolExample>
  readonly #untold: Set<number>
  #exampleChanges = 0

  constructor(state?: TroubleState) {
    this.apiErrors = new FailureTally(state?.apiErrors)
    this.hookFailures = new FailureTally(state?.hookFailures)
    this.#examples = new Map(state?.examples)
    this.#untold = new Set(state?.untoldApiErrors)
  }

  state(): TroubleState | undefined {
    const apiErrors = this.apiErrors.state()
    const hookFailures = this.hookFailures.state()
    if (apiErrors === undefined && hookFailures === undefined && this.#examples.size + this.#untold.size === 0) return undefined
    return { apiErrors, hookFailures, examples: [...this.#examples], untoldApiErrors: [...this.#untold] }
  }

  /** Another number whenever something else was said of a call. */
  get exampleChanges(): number {
    return this.#exampleChanges
  }

  get apiErrorCount(): number {
    return this.apiErrors.count + this.#untold.size
  }

  /** Errors of which no more is known than that they were. */
  get untold(): { readonly kind: string; readonly count: number } | undefined {
    return this.#untold.size === 0 ? undefined : { kind: UNTOLD, count: this.#untold.size }
  }

  /** Answers whether it was not known. */
  apiErrorSeen({ key, error, timeMs, final, retryInMs, example }: ApiErrorSeen): boolean {
    this.#untold.delete(keyHash(key))
    return this.apiErrors.add({ key, word: error, timeMs, isFinal: final, lostMs: retryInMs, example })
  }

  hookFailed({ key, hook, timeMs, example }: HookFailed): void {
    this.hookFailures.add({ key, word: hook, timeMs, example })
  }

  /** `tool` is empty where it is not known yet. */
  toolEnded(tool: string, { callId, outcome, timeMs, example }: ToolEnded): void {
    if (example === undefined) return
    const of = `${outcome} ${tool}`
    const last = this.#examples.get(of)
    if (last !== undefined && timeMs < last.timeMs) return
    this.#exampleChanges++
    this.#examples.delete(of)
    this.#examples.set(of, { callKey: keyHash(callId), timeMs, text: example })
    if (this.#examples.size <= MAX_EXAMPLES) return
    for (const oldest of this.#examples.keys()) {
      this.#examples.delete(oldest)
      return
    }
  }

  /** What was said of a call; undefined where it was not the last of its kind, or nothing was said. */
  exampleOf(callKey: number, outcome: ToolOutcome, tool: string): string | undefined {
    // Where its end was read before its start, the tool had no name yet.
    for (const name of [tool, ""]) {
      const example = this.#examples.get(`${outcome} ${name}`)
      if (example?.callKey === callKey) return example.text
    }
    return undefined
  }
}
