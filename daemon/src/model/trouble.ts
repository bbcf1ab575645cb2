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

/** Nothing fails in most conversations; they share this. */
const NO_FAILURES: FailureTally = new FailureTally()

export class Trouble {
  apiErrors = NO_FAILURES
  hookFailures = NO_FAILURES
  #examples: Map<string, ToolExample> | undefined
  #untold: Set<number> | undefined
  #exampleChanges = 0

  constructor(state?: TroubleState) {
    if (state === undefined) return
    if (state.apiErrors !== undefined) this.apiErrors = new FailureTally(state.apiErrors)
    if (state.hookFailures !== undefined) this.hookFailures = new FailureTally(state.hookFailures)
    if (state.examples.length > 0) this.#examples = new Map(state.examples)
    if (state.untoldApiErrors.length > 0) this.#untold = new Set(state.untoldApiErrors)
  }

  state(): TroubleState | undefined {
    const apiErrors = this.apiErrors.state()
    const hookFailures = this.hookFailures.state()
    const examples = [...(this.#examples ?? [])]
    const untoldApiErrors = [...(this.#untold ?? [])]
    if (apiErrors === undefined && hookFailures === undefined && examples.length + untoldApiErrors.length === 0) return undefined
    return { apiErrors, hookFailures, examples, untoldApiErrors }
  }

  /** Another number whenever something else was said of a call. */
  get exampleChanges(): number {
    return this.#exampleChanges
  }

  get apiErrorCount(): number {
    return this.apiErrors.count + this.#untoldCount
  }

  /** Errors of which no more is known than that they were. */
  get untold(): { readonly kind: string; readonly count: number } | undefined {
    return this.#untoldCount === 0 ? undefined : { kind: UNTOLD, count: this.#untoldCount }
  }

  get #untoldCount(): number {
    return this.#untold?.size ?? 0
  }

  /** Answers whether it was not known. */
  apiErrorSeen({ key, error, timeMs, final, retryInMs, example }: ApiErrorSeen): boolean {
    this.#untold?.delete(keyHash(key))
    if (this.apiErrors === NO_FAILURES) this.apiErrors = new FailureTally()
    return this.apiErrors.add({ key, word: error, timeMs, isFinal: final, lostMs: retryInMs, example })
  }

  hookFailed({ key, hook, timeMs, example }: HookFailed): void {
    if (this.hookFailures === NO_FAILURES) this.hookFailures = new FailureTally()
    this.hookFailures.add({ key, word: hook, timeMs, example })
  }

  /** `tool` is empty where it is not known yet. */
  toolEnded(tool: string, { callId, outcome, timeMs, example }: ToolEnded): void {
    if (example === undefined) return
    const of = `${outcome} ${tool}`
    const examples = (this.#examples ??= new Map<string, ToolExample>())
    const last = examples.get(of)
    if (last !== undefined && timeMs < last.timeMs) return
    this.#exampleChanges++
    examples.delete(of)
    examples.set(of, { callKey: keyHash(callId), timeMs, text: example })
    if (examples.size <= MAX_EXAMPLES) return
    for (const oldest of examples.keys()) {
      examples.delete(oldest)
      return
    }
  }

  /** What was said of a call; undefined where it was not the last of its kind, or nothing was said. */
  exampleOf(callKey: number, outcome: ToolOutcome, tool: string): string | undefined {
    // Where its end was read before its start, the tool had no name yet.
    for (const name of [tool, ""]) {
      const example = this.#examples?.get(`${outcome} ${name}`)
      if (example?.callKey === callKey) return example.text
    }
    return undefined
  }
}
