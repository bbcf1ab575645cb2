// How well the patterns that the world publishes fit the labels: a pattern is right where kind, leader and all members are.

import { create } from "@bufbuild/protobuf"
import { HostSchema, Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { PatternKind } from "@vibecraft/shared/gen/vibecraft/v1/hierarchy_pb"
import { createPriceBook } from "../../src/model/prices/price-book.ts"
import { World } from "../../src/model/world.ts"
import { type Label, labelKey, PATTERNS, type PatternName } from "./label.ts"
import { makeScenario, type Scenario } from "./scenario.ts"

export interface Score {
  readonly scenarios: number
  readonly labels: number
  readonly found: number
  readonly right: number
  readonly precision: number
  readonly recall: number
  /** What is wrong, in words. */
  readonly mistakes: readonly string[]
  readonly byPattern: ReadonlyMap<PatternName, { readonly labels: number; readonly found: number; readonly right: number }>
}

const NAMES: Partial<Record<PatternKind, PatternName>> = Object.fromEntries(
  PATTERNS.map((name) => [PatternKind[name.replaceAll("-", "_").toUpperCase() as keyof typeof PatternKind], name]),
)

/** Plays a scenario to a real world and answers what that says. */
export function detected({ steps, endMs }: Scenario): Label[] {
  const world = new World({ host: create(HostSchema, { id: "h", name: "box" }), prices: createPriceBook([]), now: () => endMs })
  for (const step of steps) world.apply(step)
  return world
    .trees(Scope.ALL)
    .flatMap(({ patterns }) => patterns)
    .map(({ kind, leaderId, memberIds }) => ({ pattern: NAMES[kind] ?? "team", leader: leaderId, members: memberIds }))
}

export function score(seeds: readonly number[]): Score {
  const byPattern = new Map(PATTERNS.map((name) => [name, { labels: 0, found: 0, right: 0 }]))
  const mistakes: string[] = []
  for (const [place, seed] of seeds.entries()) {
    const scenario = makeScenario(seed, place)
    const found = detected(scenario)
    const wanted = new Set(scenario.labels.map(labelKey))
    const seen = new Set(found.map(labelKey))
    for (const label of scenario.labels) {
      const counts = byPattern.get(label.pattern)
      if (counts === undefined) continue
      counts.labels++
      if (seen.has(labelKey(label))) counts.right++
      else mistakes.push(`${seed} ${scenario.name}: missed ${labelKey(label)}`)
    }
    for (const label of found) {
      const counts = byPattern.get(label.pattern)
      if (counts !== undefined) counts.found++
      if (!wanted.has(labelKey(label))) mistakes.push(`${seed} ${scenario.name}: wrong ${labelKey(label)}`)
    }
  }
  const sum = (what: "labels" | "found" | "right"): number => [...byPattern.values()].reduce((total, counts) => total + counts[what], 0)
  const [labels, found, right] = [sum("labels"), sum("found"), sum("right")]
  return { scenarios: seeds.length, labels, found, right, precision: right / found, recall: right / labels, mistakes, byPattern }
}
