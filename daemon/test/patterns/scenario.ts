// A scenario is made by its number: first every family by itself, then several at once, at the same time or one after the other.

import type { Fact } from "../../src/domain/facts.ts"
import type { Family } from "./family.ts"
import type { Label } from "./label.ts"
import { LOOK_ALIKES } from "./look-alikes.ts"
import { shareSession } from "./opened.ts"
import { POSITIVE } from "./positive-families.ts"
import { Scene } from "./scene.ts"

export interface Scenario {
  readonly seed: number
  /** The families it is made of. */
  readonly name: string
  /** In the order in which a daemon might read them. */
  readonly steps: readonly (readonly Fact[])[]
  readonly labels: readonly Label[]
  readonly endMs: number
}

const FAMILIES: readonly (readonly [name: string, family: Family])[] = [...Object.entries(POSITIVE), ...Object.entries(LOOK_ALIKES)]

/** `place`: where it stands in its half; the first ones go through the families, the others mix them. */
export function makeScenario(seed: number, place: number): Scenario {
  const scene = new Scene(seed)
  const alone = FAMILIES[place]
  const cast = alone === undefined ? Array.from({ length: scene.dice.between(2, 5) }, () => scene.dice.pick(FAMILIES)) : [alone]
  let endMs = scene.nowMs
  const startMs = scene.nowMs
  const isShared = cast.length > 1 && scene.dice.chance(0.4)
  if (isShared) shareSession(scene)
  for (const [, family] of cast) {
    // Side by side with those before, or after them.
    if (!isShared && scene.dice.chance(0.6)) scene.nowMs = startMs + scene.dice.between(0, 20_000)
    else scene.nowMs = endMs + scene.dice.between(1000, 60_000)
    family(scene)
    endMs = Math.max(endMs, scene.nowMs)
  }
  return {
    seed,
    name: (isShared ? "in one session: " : "") + cast.map(([name]) => name).join(" + "),
    steps: [...scene.steps()],
    labels: scene.labels,
    endMs,
  }
}
