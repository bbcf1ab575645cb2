/**
 * Gives every zone a cell. A zone keeps its cell while it lives, a new one never moves the others, and zones of one project are
 * neighbours as long as there is room. The same arrivals in the same order give the same world.
 */
import { type Cell, cellDistance, cellKey, neighbours, ringCells } from "./hex.ts"

/** What the layout needs to know of a zone. */
export interface ZoneSeat {
  readonly id: string
  /** Zones with the same project lie together. */
  readonly project: string
}

/** Cells by zone. */
export interface HexLayout {
  /** The zone's cell, given on first sight. */
  place(seat: ZoneSeat): Cell
  /** Frees the zone's cell. */
  remove(id: string): void
  /** The cell of a placed zone. */
  cellOf(id: string): Cell | undefined
  /** The zone in a cell. */
  zoneAt(cell: Cell): string | undefined
  /** How many zones are placed. */
  size(): number
}

interface Placed {
  readonly cell: Cell
  readonly project: string
}

const ORIGIN: Cell = { q: 0, r: 0 }
/** Free neighbours a project's first zone wants, so that it can grow in one piece. */
const ROOM = 2

/** An empty layout. */
export function createHexLayout(): HexLayout {
  const placed = new Map<string, Placed>()
  const zoneByCell = new Map<string, string>()

  const isFree = (cell: Cell): boolean => !zoneByCell.has(cellKey(cell))
  const freeAround = (cell: Cell): number => neighbours(cell).filter(isFree).length

  function cellsOf(project: string): Cell[] {
    return [...placed.values()].filter((zone) => zone.project === project).map((zone) => zone.cell)
  }

  /** Walks outwards from the centre and takes the first free cell that will do. There is always one: the plane is endless. */
  function firstFree(accept: (cell: Cell) => boolean): Cell {
    for (let ring = 0; ; ring++) {
      const found = ringCells(ring).find((cell) => isFree(cell) && accept(cell))
      if (found) return found
    }
  }

  /** Would a stranger on this cell take the last free place beside some other project's zone? */
  function crowds(cell: Cell): boolean {
    return neighbours(cell).some((beside) => !isFree(beside) && freeAround(beside) <= 1)
  }

  function besideOwn(own: readonly Cell[]): Cell {
    const candidates = new Map<string, Cell>()
    for (const cell of own) for (const beside of neighbours(cell)) if (isFree(beside)) candidates.set(cellKey(beside), beside)
    if (candidates.size === 0) {
      // Walled in: the nearest free cell to any of its own.
      let best = firstFree(() => true)
      const far = (cell: Cell): number => Math.min(...own.map((mine) => cellDistance(mine, cell)))
      const reach = far(best)
      for (const mine of own) {
        for (let ring = 2; ring < reach; ring++) {
          for (const offset of ringCells(ring)) {
            const cell = { q: mine.q + offset.q, r: mine.r + offset.r }
            if (isFree(cell) && far(cell) < far(best)) best = cell
          }
        }
      }
      return best
    }
    // Compact first: many neighbours of its own, then near the centre of the world.
    const score = (cell: Cell): number =>
      neighbours(cell).filter((beside) => own.some((mine) => mine.q === beside.q && mine.r === beside.r)).length * 2 -
      cellDistance(cell, ORIGIN) * 1.5 -
      (crowds(cell) ? 1 : 0)
    return [...candidates.values()].reduce((best, cell) => (score(cell) > score(best) + 1e-9 ? cell : best))
  }

  function choose(project: string): Cell {
    const own = cellsOf(project)
    if (own.length > 0) return besideOwn(own)
    return firstFree((cell) => freeAround(cell) >= ROOM && !crowds(cell))
  }

  return {
    place(seat) {
      const known = placed.get(seat.id)
      if (known) return known.cell
      const cell = choose(seat.project)
      placed.set(seat.id, { cell, project: seat.project })
      zoneByCell.set(cellKey(cell), seat.id)
      return cell
    },
    remove(id) {
      const known = placed.get(id)
      if (!known) return
      placed.delete(id)
      zoneByCell.delete(cellKey(known.cell))
    },
    cellOf: (id) => placed.get(id)?.cell,
    zoneAt: (cell) => zoneByCell.get(cellKey(cell)),
    size: () => placed.size,
  }
}
