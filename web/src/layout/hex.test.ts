import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { HEX_RADIUS, cellAt, cellCentre, cellDistance, cellKey, neighbours, ringCells } from "./hex.ts"

const cells = fc.record({ q: fc.integer({ min: -60, max: 60 }), r: fc.integer({ min: -60, max: 60 }) })

describe("hexagons", () => {
  it("finds the cell of every point well inside it", () => {
    fc.assert(
      fc.property(
        cells,
        fc.double({ min: 0, max: 2 * Math.PI, noNaN: true }),
        fc.double({ min: 0, max: 0.86, noNaN: true }),
        (cell, angle, share) => {
          const centre = cellCentre(cell)
          const point = { x: centre.x + Math.cos(angle) * share * HEX_RADIUS, z: centre.z + Math.sin(angle) * share * HEX_RADIUS }
          expect(cellAt(point)).toEqual({ q: cell.q, r: cell.r })
        },
      ),
    )
  })

  it("lets cells touch: six neighbours, all at sqrt(3) radii", () => {
    const origin = cellCentre({ q: 0, r: 0 })
    for (const cell of neighbours({ q: 0, r: 0 })) {
      const centre = cellCentre(cell)
      expect(Math.hypot(centre.x - origin.x, centre.z - origin.z)).toBeCloseTo(Math.sqrt(3) * HEX_RADIUS, 9)
    }
  })

  it("walks rings of 6k cells from the east corner, each at its distance, none twice", () => {
    const seen = new Set<string>()
    for (let ring = 0; ring < 8; ring++) {
      const found = ringCells(ring)
      expect(found).toHaveLength(ring === 0 ? 1 : 6 * ring)
      expect(found[0]).toEqual({ q: ring, r: 0 })
      for (const cell of found) {
        expect(cellDistance(cell, { q: 0, r: 0 })).toBe(ring)
        expect(seen.has(cellKey(cell))).toBe(false)
        seen.add(cellKey(cell))
      }
    }
  })
})
