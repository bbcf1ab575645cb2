import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type KeptLabel, type LabelBox, cullLabels } from "./label-culling.ts"

const box = fc.record({
  left: fc.integer({ min: -200, max: 1500 }),
  top: fc.integer({ min: -200, max: 900 }),
  width: fc.integer({ min: 1, max: 300 }),
  height: fc.integer({ min: 1, max: 60 }),
})

function apart(a: LabelBox, b: LabelBox): boolean {
  return a.left >= b.left + b.width || b.left >= a.left + a.width || a.top >= b.top + b.height || b.top >= a.top + a.height
}

describe("label culling", () => {
  it("equals the naive greedy choice, each label at its first free place", () => {
    fc.assert(
      fc.property(fc.array(fc.array(box, { maxLength: 3 }), { maxLength: 60 }), (candidates) => {
        const naive: KeptLabel[] = []
        candidates.forEach((places, index) => {
          const free = places.find((place) => naive.every((other) => apart(place, other.box)))
          if (free) naive.push({ index, box: free })
        })
        expect(cullLabels(candidates)).toEqual(naive)
      }),
    )
  })

  it("stops at the limit", () => {
    const row = Array.from({ length: 10 }, (_, i) => [{ left: i * 100, top: 0, width: 50, height: 20 }])
    expect(cullLabels(row, 3).map(({ index }) => index)).toEqual([0, 1, 2])
  })
})
