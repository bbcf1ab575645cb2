import { expect, test } from "vitest"
import { labelKey, PATTERNS } from "./label.ts"
import { makeScenario } from "./scenario.ts"
import { FIRST_HALF, SECOND_HALF } from "./seeds.ts"

const halves = [FIRST_HALF, SECOND_HALF].map((seeds) => seeds.map((seed, place) => makeScenario(seed, place)))

test("the scenarios are many, the same every time, and show every pattern and what is none in both halves", () => {
  expect(halves.flat().length).toBeGreaterThanOrEqual(80)
  for (const scenarios of halves) {
    const counts = Map.groupBy(
      scenarios.flatMap(({ labels }) => labels),
      ({ pattern }) => pattern,
    )
    expect(PATTERNS.filter((pattern) => (counts.get(pattern)?.length ?? 0) < 3)).toEqual([])
    expect(scenarios.filter(({ labels }) => labels.length === 0).length).toBeGreaterThan(20)
    expect(scenarios.filter(({ labels }) => labels.length > 2).length).toBeGreaterThan(10)
  }
  expect(FIRST_HALF.map((seed, place) => makeScenario(seed, place))).toEqual(halves[0])
})

test("no scenario says the same twice", () => {
  const repeated = halves.flat().filter(({ labels }) => new Set(labels.map(labelKey)).size !== labels.length)
  expect(repeated.map(({ name }) => name)).toEqual([])
})
