// What the daemon can see, what it counted and what went wrong: kept here by observers, published by GetStatus.

import type { SelfCheck } from "./self-check.ts"

export type SourceKind = "processes" | "tmux" | "registry" | "transcripts" | "store"
export type SourceHealth = "ok" | "absent" | "degraded" | "failed"

export interface SourceState {
  readonly kind: SourceKind
  readonly name: string
  readonly health: SourceHealth
  readonly detail: string
  /** When it last answered; absent when it never did. */
  readonly seenMs?: number
}

export interface ProblemState {
  readonly kind: string
  readonly subject: string
  readonly detail: string
  readonly count: number
  readonly firstMs: number
  readonly lastMs: number
}

export interface CounterState {
  files: number
  bytesRead: number
  lines: number
  badLines: number
  hugeLines: number
  unknownLines: number
  scans: number
  failedScans: number
  /** Hints that something may have changed. */
  hints: number
  /** Changes that a tick found though a watcher should have told of them. */
  missedHints: number
}

const MAX_PROBLEMS = 100

/** Collects sources, problems and counters. Bounded: beyond 100 distinct problems the oldest leave. */
export class Diagnostics {
  readonly counters: CounterState = {
    files: 0,
    bytesRead: 0,
    lines: 0,
    badLines: 0,
    hugeLines: 0,
    unknownLines: 0,
    scans: 0,
    failedScans: 0,
    hints: 0,
    missedHints: 0,
  }
  readonly #sources = new Map<string, SourceState>()
  readonly #problems = new Map<string, ProblemState>()
  readonly #checkers: (() => readonly SelfCheck[])[] = []
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  source(state: SourceState): void {
    this.#sources.set(`${state.kind}\0${state.name}`, state)
  }

  forgetSource(kind: SourceKind, name: string): void {
    this.#sources.delete(`${kind}\0${name}`)
  }

  /** Counts a problem; alike ones (same kind and subject) are one entry whose detail is the latest. */
  problem(kind: string, subject: string, detail: string, count = 1): void {
    const key = `${kind}\0${subject}`
    const now = this.#now()
    const known = this.#problems.get(key)
    this.#problems.delete(key)
    this.#problems.set(key, { kind, subject, detail, count: (known?.count ?? 0) + count, firstMs: known?.firstMs ?? now, lastMs: now })
    if (this.#problems.size > MAX_PROBLEMS) {
      for (const oldest of this.#problems.keys()) {
        this.#problems.delete(oldest)
        break
      }
    }
  }

  /** Adds checks that are made whenever somebody asks. */
  addChecks(checker: () => readonly SelfCheck[]): void {
    this.#checkers.push(checker)
  }

  /** Makes all checks now. */
  checks(): readonly SelfCheck[] {
    return this.#checkers.flatMap((checker) => checker())
  }

  /** All sources, in the order they were first named. */
  sources(): readonly SourceState[] {
    return [...this.#sources.values()]
  }

  /** Most recent first. */
  problems(): readonly ProblemState[] {
    return [...this.#problems.values()].toReversed()
  }
}
