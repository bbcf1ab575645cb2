/** What the stations look like: low solids in muted colours. They face the pedestal; the one in use is lit by its layer. */
import { type BufferGeometry, Matrix4 } from "three"
import { type ModelBuilder, createModelBuilder } from "./model-parts.ts"
import { STATIONS, type Station, stationPlace } from "./stations.ts"

const STEEL = 0x46566f
const DARK = 0x222d42
const PALE = 0xb9c6de
const WOOD = 0x6b5a63
const GLASS = 0x8fb4e8

/** Each is built around (0, 0, 0) with its front to +z. */
const MODELS: Readonly<Record<Station, (m: ModelBuilder) => void>> = {
  library(m) {
    m.box([2.7, 2.5, 0.14], DARK, { at: [0, 1.25, -0.42] })
    for (const x of [-1.35, 1.35]) m.box([0.14, 2.6, 0.8], WOOD, { at: [x, 1.3, -0.1] })
    for (const y of [0.12, 0.95, 1.75, 2.55]) m.box([2.7, 0.12, 0.8], WOOD, { at: [0, y, -0.1] })
    const books = [0x7f8fd6, 0xb08fd0, 0xd39bb8, 0x6fa3c8, 0xa9b4c9]
    for (const [row, y] of [0.18, 1.01, 1.81].entries()) {
      for (let i = 0; i < 7; i++) {
        if ((i * 5 + row * 3) % 7 === 2) continue
        const height = 0.42 + ((i * 7 + row * 3) % 4) * 0.06
        m.box([0.24, height, 0.5], books[(i + row * 2) % books.length] as number, { at: [-1.08 + i * 0.36, y + height / 2, -0.1] })
      }
    }
  },
  desk(m) {
    m.box([2.6, 0.14, 1.5], WOOD, { at: [0, 1.05, 0] })
    for (const x of [-1.15, 1.15]) m.box([0.16, 1, 1.3], DARK, { at: [x, 0.5, 0] })
    m.box([0.95, 0.03, 1.1], 0xe4eaf6, { at: [-0.25, 1.14, 0.05], turn: [0, 0.22, 0] })
    for (const z of [-0.25, -0.05, 0.15]) m.box([0.6, 0.035, 0.04], 0x8a97b0, { at: [-0.25, 1.145, z + 0.05], turn: [0, 0.22, 0] })
    m.tube([0.04, 0.04], 0.9, 0xc79bd8, { at: [0.5, 1.2, 0.1], turn: [1.35, 0, 0.5] }, 0, 6)
    m.tube([0.16, 0.2], 0.26, 0x55689c, { at: [0.95, 1.25, -0.4] })
    m.tube([0.05, 0.07], 0.9, STEEL, { at: [-1, 1.5, -0.5], turn: [0, 0, -0.25] }, 0, 6)
    m.cone(0.28, 0.3, STEEL, { at: [-0.86, 1.95, -0.5], turn: [0, 0, -0.5] })
  },
  workbench(m) {
    m.box([2.8, 0.26, 1.4], WOOD, { at: [0, 1, 0] })
    m.box([2.5, 0.5, 1.1], DARK, { at: [0, 0.5, 0] })
    for (const x of [-1.25, 1.25]) m.box([0.24, 0.9, 1.2], STEEL, { at: [x, 0.45, 0] })
    m.box([0.3, 0.42, 0.6], STEEL, { at: [0.95, 1.32, 0.3] })
    m.box([0.3, 0.42, 0.2], PALE, { at: [0.95, 1.32, 0.78] })
    m.tube([0.05, 0.05], 0.8, PALE, { at: [0.95, 1.3, 0.6], turn: [Math.PI / 2, 0, 0] }, 0, 6)
    m.tube([0.06, 0.06], 0.9, 0x8d7468, { at: [-0.1, 1.18, 0.35], turn: [0, 0.5, Math.PI / 2] }, 0, 6)
    m.box([0.2, 0.22, 0.5], PALE, { at: [0.28, 1.22, 0.16], turn: [0, 0.5, 0] })
    m.box([2.6, 0.9, 0.1], DARK, { at: [0, 1.65, -0.62] })
    for (const [x, r] of [
      [-0.75, 0.36],
      [-0.2, 0.24],
    ] as const) {
      m.tube([r, r], 0.14, 0x8796b4, { at: [x, 1.7, -0.5], turn: [Math.PI / 2, 0, 0] }, 0, 8)
      m.tube([r * 0.4, r * 0.4], 0.18, DARK, { at: [x, 1.7, -0.48], turn: [Math.PI / 2, 0, 0] }, 0, 8)
    }
  },
  terminal(m) {
    m.box([2.2, 1, 1], DARK, { at: [0, 0.5, -0.1] })
    m.box([2.4, 0.12, 1.3], STEEL, { at: [0, 1.05, 0] })
    m.box([1.9, 1.25, 0.14], 0x2a364f, { at: [0, 1.85, -0.28], turn: [-0.22, 0, 0] })
    m.box([1.7, 1.05, 0.04], 0x12324a, { at: [0, 1.86, -0.19], turn: [-0.22, 0, 0] }, 0.55)
    for (const [i, width] of [0.9, 1.2, 0.6, 1.05].entries()) {
      m.box([width, 0.08, 0.02], GLASS, { at: [-0.72 + width / 2, 2.2 - i * 0.21, -0.25 + i * 0.045 + 0.02], turn: [-0.22, 0, 0] }, 0.9)
    }
    m.box([1.3, 0.1, 0.04], GLASS, { at: [0, 2.05, -0.42], turn: [-0.22, 0, 0] }, 0.6)
    m.box([0.7, 0.1, 0.04], GLASS, { at: [-0.3, 1.8, -0.37], turn: [-0.22, 0, 0] }, 0.45)
    m.box([1.5, 0.07, 0.5], 0x55637e, { at: [0, 1.15, 0.35], turn: [0.1, 0, 0] })
    for (const z of [0.22, 0.36, 0.5]) m.box([1.35, 0.04, 0.08], 0x93a3c0, { at: [0, 1.2 - (z - 0.36) * 0.1, z], turn: [0.1, 0, 0] })
  },
  scanner(m) {
    for (const angle of [0.5, 2.6, 4.7]) {
      m.tube(
        [0.06, 0.06],
        1.9,
        STEEL,
        { at: [Math.sin(angle) * 0.42, 0.85, Math.cos(angle) * 0.42], turn: [-Math.cos(angle) * 0.5, 0, Math.sin(angle) * 0.5] },
        0,
        6,
      )
    }
    m.ball(0.24, DARK, { at: [0, 1.68, 0] })
    m.tube([0.34, 0.26], 1.9, 0x7486a8, { at: [0, 2.0, -0.15], turn: [-0.95, 0, 0] })
    m.tube([0.4, 0.4], 0.22, PALE, { at: [0, 2.52, -0.88], turn: [-0.95, 0, 0] })
    m.tube([0.32, 0.32], 0.06, GLASS, { at: [0, 2.6, -0.98], turn: [-0.95, 0, 0] }, 0.7)
    m.tube([0.12, 0.15], 0.4, DARK, { at: [0, 1.42, 0.68], turn: [-0.95, 0, 0] })
  },
  antenna(m) {
    m.box([1.2, 0.5, 1.2], DARK, { at: [0, 0.25, 0] })
    m.tube([0.07, 0.14], 3, STEEL, { at: [0, 1.8, 0] }, 0, 6)
    for (const y of [1, 1.7]) m.box([0.5, 0.06, 0.06], PALE, { at: [0, y, 0], turn: [0, 0.7, 0] })
    m.cone(0.95, 0.5, 0x93a5c8, { at: [0, 2.7, 0.32], turn: [-1.05, 0, 0] }, 0, 14)
    m.tube([0.03, 0.03], 0.7, PALE, { at: [0, 2.95, 0.75], turn: [0.52, 0, 0] }, 0, 5)
    m.ball(0.1, PALE, { at: [0, 3.22, 0.95] }, 0.4, 8)
    m.ball(0.13, 0xe7b7dd, { at: [0, 3.4, 0] }, 0.9, 8)
  },
  portal(m) {
    m.tube([1.25, 1.4], 0.2, DARK, { at: [0, 0.1, 0] }, 0, 8)
    m.tube([1, 1.15], 0.18, STEEL, { at: [0, 0.28, 0] }, 0, 8)
    m.ring(1.15, 0.15, 0x9a7bf7, { at: [0, 1.65, 0] }, 0.45)
    m.ring(1.15, 0.05, 0xd9ccff, { at: [0, 1.65, 0.14] }, 0.9)
    m.tube([1.04, 1.04], 0.04, 0x4a3a96, { at: [0, 1.65, 0], turn: [Math.PI / 2, 0, 0] }, 0.5, 22)
    m.tube([0.6, 0.6], 0.06, 0x7a62d8, { at: [0, 1.65, 0], turn: [Math.PI / 2, 0, 0] }, 0.6, 18)
  },
  taskboard(m) {
    for (const x of [-1.2, 1.2]) m.box([0.14, 2.7, 0.14], WOOD, { at: [x, 1.35, -0.1] })
    m.box([2.5, 1.7, 0.12], 0x2c3850, { at: [0, 1.7, -0.1] })
    m.box([2.7, 0.14, 0.2], WOOD, { at: [0, 2.6, -0.1] })
    const cards = [0xc7d2ea, 0xa9b8ee, 0xd4b3dd, 0x9dbfe0, 0xc7d2ea, 0xb7a6ea, 0xa9b8ee]
    for (const [i, colour] of cards.entries()) {
      const column = i % 3
      const row = Math.floor(i / 3)
      // On both sides, as the viewer often stands behind it.
      for (const z of [0, -0.2]) {
        const turn = [0, 0, ((i * 37) % 7) * 0.02 - 0.06] as const
        m.box([0.58, 0.4, 0.04], colour, { at: [-0.78 + column * 0.78, 2.25 - row * 0.54, z], turn }, 0.1)
      }
    }
  },
  exchange(m) {
    m.box([1.7, 2.1, 0.8], 0x2c3850, { at: [0, 1.05, -0.1] })
    m.box([1.9, 0.14, 1], STEEL, { at: [0, 2.15, -0.1] })
    for (let row = 0; row < 4; row++) {
      for (let column = 0; column < 5; column++) {
        const lit = (row * 3 + column * 2) % 4 === 0
        m.tube(
          [0.07, 0.07],
          0.08,
          lit ? GLASS : 0x111827,
          { at: [-0.6 + column * 0.3, 0.75 + row * 0.34, 0.32], turn: [Math.PI / 2, 0, 0] },
          lit ? 0.7 : 0,
          6,
        )
      }
    }
    for (const [x, y, lean] of [
      [-0.45, 1.25, 0.5],
      [0.1, 1.4, -0.6],
      [0.45, 0.95, 0.35],
    ] as const) {
      m.tube([0.035, 0.035], 0.9, 0xb98fe0, { at: [x, y, 0.45], turn: [0, 0, lean] }, 0.1, 5)
    }
  },
  centre(m) {
    m.tube([1.15, 1.35], 0.22, 0x33425e, { at: [0, 0.11, 0] }, 0, 6)
    m.tube([0.95, 0.95], 0.05, 0x4d6187, { at: [0, 0.24, 0] }, 0, 6)
  },
}

/** The furniture of a zone as one geometry; `part.x` is the station's index. */
export function buildStations(): BufferGeometry {
  const builder = createModelBuilder()
  for (const [index, station] of STATIONS.entries()) {
    const { x, z } = stationPlace(station)
    const facing = new Matrix4().makeRotationY(Math.atan2(-x, -z)).setPosition(x, 0, z)
    builder.group(index, facing)
    MODELS[station](builder)
  }
  return builder.build()
}
