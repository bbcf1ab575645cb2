/**
 * Pointy-top hexagons in axial coordinates. Cells touch: with radius R the column pitch is sqrt(3) R and the row pitch 1.5 R.
 * World units, y up; a cell's centre lies on the ground plane.
 */

/** Distance from a cell's centre to its corners, in world units. */
export const HEX_RADIUS = 10

const COLUMN_PITCH = Math.sqrt(3) * HEX_RADIUS
const ROW_PITCH = 1.5 * HEX_RADIUS

/** A cell. The third cube coordinate is -q - r. */
export interface Cell {
  readonly q: number
  readonly r: number
}

/** A point on the ground. */
export interface GroundPoint {
  readonly x: number
  readonly z: number
}

const DIRECTIONS: readonly Cell[] = [
  { q: 1, r: 0 },
  { q: 1, r: -1 },
  { q: 0, r: -1 },
  { q: -1, r: 0 },
  { q: -1, r: 1 },
  { q: 0, r: 1 },
]

/** One string per cell, for maps and sets. */
export function cellKey(cell: Cell): string {
  return `${cell.q},${cell.r}`
}

/** The centre of a cell. */
export function cellCentre(cell: Cell): GroundPoint {
  return { x: COLUMN_PITCH * (cell.q + cell.r / 2), z: ROW_PITCH * cell.r }
}

/** The cell in which a point lies, by cube rounding. */
export function cellAt(point: GroundPoint): Cell {
  const r = point.z / ROW_PITCH
  const q = point.x / COLUMN_PITCH - r / 2
  const s = -q - r
  let roundQ = Math.round(q)
  let roundR = Math.round(r)
  const roundS = Math.round(s)
  const errorQ = Math.abs(roundQ - q)
  const errorR = Math.abs(roundR - r)
  const errorS = Math.abs(roundS - s)
  if (errorQ > errorR && errorQ > errorS) roundQ = -roundR - roundS
  else if (errorR > errorS) roundR = -roundQ - roundS
  return { q: roundQ + 0, r: roundR + 0 }
}

/** Steps between two cells. */
export function cellDistance(a: Cell, b: Cell): number {
  const q = a.q - b.q
  const r = a.r - b.r
  return (Math.abs(q) + Math.abs(r) + Math.abs(q + r)) / 2
}

/** The six cells around one. */
export function neighbours(cell: Cell): Cell[] {
  return DIRECTIONS.map((direction) => ({ q: cell.q + direction.q, r: cell.r + direction.r }))
}

/** The cells at exactly `ring` steps from the origin, from the east corner on: 1 cell for 0, else 6 * ring. */
export function ringCells(ring: number): Cell[] {
  if (ring === 0) return [{ q: 0, r: 0 }]
  const cells: Cell[] = []
  let { q, r } = { q: ring, r: 0 }
  // From the east corner each side is walked along the direction two further on.
  for (let side = 0; side < 6; side++) {
    const step = DIRECTIONS[(side + 2) % 6] as Cell
    for (let i = 0; i < ring; i++) {
      cells.push({ q, r })
      q += step.q
      r += step.r
    }
  }
  return cells
}
