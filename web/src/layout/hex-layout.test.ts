import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type Cell, cellDistance, cellKey } from "./hex.ts"
import { type HexLayout, createHexLayout } from "./hex-layout.ts"

type Step = { kind: "arrive"; id: number; project: number } | { kind: "leave"; id: number }
const steps = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("arrive" as const),
        id: fc.integer({ min: 0, max: 40 }),
        project: fc.integer({ min: 0, max: 6 }),
      }),
    },
    fc.record({ kind: fc.constant("leave" as const), id: fc.integer({ min: 0, max: 40 }) }),
  ),
  { maxLength: 120 },
)

function run(layout: HexLayout, list: readonly Step[], each: (cells: Map<string, Cell>) => void): void {
  const cells = new Map<string, Cell>()
  for (const step of list) {
    const id = `s${step.id}`
    if (step.kind === "leave") {
      layout.remove(id)
      cells.delete(id)
    } else {
      const cell = layout.place({ id, project: `p${step.project}` })
      const before = cells.get(id)
      if (before) expect(cell).toEqual(before)
      cells.set(id, cell)
    }
    each(cells)
  }
}

describe("the layout", () => {
  it("never moves a zone, never gives a cell twice, and finds each zone by its cell", () => {
    fc.assert(
      fc.property(steps, (list) => {
        const layout = createHexLayout()
        run(layout, list, (cells) => {
          expect(layout.size()).toBe(cells.size)
          expect(new Set([...cells.values()].map(cellKey)).size).toBe(cells.size)
          for (const [id, cell] of cells) {
            expect(layout.cellOf(id)).toEqual(cell)
            expect(layout.zoneAt(cell)).toBe(id)
          }
        })
      }),
    )
  })

  it("is a pure function of the arrivals", () => {
    fc.assert(
      fc.property(steps, (list) => {
        const once = new Map<string, Cell>()
        const again = new Map<string, Cell>()
        run(createHexLayout(), list, (cells) => cells.forEach((cell, id) => once.set(id, cell)))
        run(createHexLayout(), list, (cells) => cells.forEach((cell, id) => again.set(id, cell)))
        expect(again).toEqual(once)
      }),
    )
  })

  it("keeps the zones of one project neighbours when projects arrive interleaved", () => {
    const layout = createHexLayout()
    const cells = new Map<string, Cell[]>()
    for (let i = 0; i < 15; i++) {
      const project = `p${i % 5}`
      const cell = layout.place({ id: `s${i}`, project })
      const own = cells.get(project) ?? []
      cells.set(project, [...own, cell])
    }
    for (const own of cells.values()) {
      for (const [i, cell] of own.entries()) {
        if (i > 0) expect(Math.min(...own.slice(0, i).map((mine) => cellDistance(mine, cell)))).toBe(1)
      }
    }
    expect(cells.size).toBe(5)
  })

  it("stays compact: a hundred zones of one project fill no more than the rings they need and one", () => {
    const layout = createHexLayout()
    let reach = 0
    for (let i = 0; i < 100; i++) reach = Math.max(reach, cellDistance(layout.place({ id: `s${i}`, project: "p" }), { q: 0, r: 0 }))
    expect(reach).toBeLessThanOrEqual(7)
  })

  it("takes the nearest free cell when a project is walled in", () => {
    const layout = createHexLayout()
    const first = layout.place({ id: "a", project: "a" })
    for (let i = 0; i < 60; i++) layout.place({ id: `b${i}`, project: "b" })
    for (let i = 0; i < 6; i++) expect(cellDistance(layout.place({ id: `a${i}`, project: "a" }), first)).toBeLessThanOrEqual(6)
  })

  it("starts in the middle and reuses a cell that became free", () => {
    const layout = createHexLayout()
    expect(layout.place({ id: "a", project: "a" })).toEqual({ q: 0, r: 0 })
    layout.place({ id: "b", project: "b" })
    layout.remove("a")
    expect(layout.place({ id: "c", project: "c" })).toEqual({ q: 0, r: 0 })
  })
})
