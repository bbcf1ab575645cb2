// The stage of a scenario: one clock, the files that agents write, and what is true of it all.

import type { Fact } from "../../src/domain/facts.ts"
import { Dice } from "./dice.ts"
import type { Label, PatternName } from "./label.ts"

export const SCENE_START = Date.parse("2026-11-20T09:00:00Z")

export class Scene {
  readonly dice: Dice
  readonly labels: Label[] = []
  nowMs = SCENE_START
  readonly #files = new Map<string, Fact[]>()
  #ids = 0

  constructor(seed: number) {
    this.dice = new Dice(seed)
  }

  /** Lets time pass: so many milliseconds, or some between two numbers. */
  wait(low: number, high = low): void {
    this.nowMs += this.dice.between(low, high)
  }

  /** A new id, different from all others of the scene. */
  id(prefix: string): string {
    this.#ids++
    return `${prefix}${this.#ids}`
  }

  /** A number that stands for words nobody used before. */
  task(): number {
    this.#ids++
    return 1_000_000 + this.#ids
  }

  write(file: string, ...facts: readonly Fact[]): void {
    const known = this.#files.get(file)
    if (known === undefined) this.#files.set(file, [...facts])
    else known.push(...facts)
  }

  expect(pattern: PatternName, leader: { readonly node: string }, members: readonly { readonly node: string }[]): void {
    this.labels.push({ pattern, leader: leader.node, members: members.map(({ node }) => node) })
  }

  /** All facts, each file's in its order, files mixed at random, in steps of random size. */
  *steps(): Generator<readonly Fact[]> {
    const queues = [...this.#files.values()].map((facts) => [...facts])
    let step: Fact[] = []
    let size = this.dice.between(1, 30)
    while (queues.length > 0) {
      const index = this.dice.between(0, queues.length - 1)
      const queue = queues[index] ?? []
      step.push(...queue.splice(0, this.dice.between(1, 8)))
      if (queue.length === 0) queues.splice(index, 1)
      if (step.length < size && queues.length > 0) continue
      yield step
      step = []
      size = this.dice.between(1, 30)
    }
  }
}
