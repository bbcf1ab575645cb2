/**
 * The state of all zones in one small float texture. Every layer draws one instance per zone and reads its zone's texels by instance
 * number, so that a change is written once, uploaded once, and animation runs in the shaders from one time uniform.
 */
import { DataTexture, FloatType, NearestFilter, RGBAFormat } from "three"

/** Texels of a zone, four floats each. */
export const TEXELS = {
  /** x, z of its centre; seconds when it rose and when it leaves. */
  place: 0,
  /** Status number, seconds since when, marks (see MARKS), station in use or -1. */
  status: 1,
  /** Trim colour; agent number. */
  trim: 2,
  /** Robot: x, z relative to the centre, heading, mood (see MOODS). */
  robot: 3,
  /** A number of its own 0..1, context share or -1, subagents, seconds when the station changed. */
  extra: 4,
} as const

/** What the pointer and the selection do to a zone, added up. */
export const MARKS = { hovered: 1, selected: 2 } as const

/** What a robot does. */
export const MOODS = { resting: 0, walking: 1, working: 2, thinking: 3, asking: 4, gone: 5 } as const

/** Never: later than any time the page will see. */
export const NEVER = 1e9

const TEXELS_PER_ZONE = 5
const ZONES_PER_ROW = 64

/** Slots 0..count-1 are in use; removing one moves the last into its place. */
export interface ZoneTexture {
  readonly uniform: { value: DataTexture }
  readonly count: number
  slotOf(id: string): number | undefined
  /** A slot for a new zone; the number it already has for a known one. */
  add(id: string): number
  remove(id: string): void
  write(slot: number, texel: number, a: number, b: number, c: number, d: number): void
  /** Marks what was written for upload. */
  flush(): void
  dispose(): void
}

/** An empty texture that grows by doubling. */
export function createZoneTexture(): ZoneTexture {
  let rows = 1
  let data = new Float32Array(rows * ZONES_PER_ROW * TEXELS_PER_ZONE * 4)
  let texture = makeTexture(data, rows)
  const uniform = { value: texture }
  const ids: string[] = []
  const slots = new Map<string, number>()
  let dirty = false

  function grow(): void {
    rows *= 2
    const larger = new Float32Array(rows * ZONES_PER_ROW * TEXELS_PER_ZONE * 4)
    larger.set(data)
    data = larger
    texture.dispose()
    texture = makeTexture(data, rows)
    uniform.value = texture
  }

  return {
    uniform,
    get count() {
      return ids.length
    },
    slotOf: (id) => slots.get(id),
    add(id) {
      const known = slots.get(id)
      if (known !== undefined) return known
      const slot = ids.length
      if (slot >= rows * ZONES_PER_ROW) grow()
      ids.push(id)
      slots.set(id, slot)
      return slot
    },
    remove(id) {
      const slot = slots.get(id)
      if (slot === undefined) return
      const last = ids.pop() as string
      slots.delete(id)
      if (last !== id) {
        const size = TEXELS_PER_ZONE * 4
        data.copyWithin(slot * size, ids.length * size, (ids.length + 1) * size)
        ids[slot] = last
        slots.set(last, slot)
      }
      dirty = true
    },
    write(slot, texel, a, b, c, d) {
      const at = (slot * TEXELS_PER_ZONE + texel) * 4
      data[at] = a
      data[at + 1] = b
      data[at + 2] = c
      data[at + 3] = d
      dirty = true
    },
    flush() {
      if (!dirty) return
      dirty = false
      texture.needsUpdate = true
    },
    dispose: () => texture.dispose(),
  }
}

function makeTexture(data: Float32Array, rows: number): DataTexture {
  const texture = new DataTexture(data, ZONES_PER_ROW * TEXELS_PER_ZONE, rows, RGBAFormat, FloatType)
  texture.minFilter = NearestFilter
  texture.magFilter = NearestFilter
  texture.needsUpdate = true
  return texture
}

/** GLSL that reads the texture, and what every shader shares: the rise of a zone, light, colours of statuses. */
export const ZONE_GLSL = /* glsl */ `
uniform highp sampler2D uZones;
uniform float uTime;
uniform float uStale;
vec4 zoneTexel(int slot, int texel) {
  return texelFetch(uZones, ivec2((slot % ${ZONES_PER_ROW}) * ${TEXELS_PER_ZONE} + texel, slot / ${ZONES_PER_ROW}), 0);
}
/* 0 before it rises, 1 while it stands, 0 again when it has left. */
float zoneRise(vec4 place) {
  float up = clamp((uTime - place.z) / 0.6, 0.0, 1.0);
  float away = clamp((uTime - place.w) / 0.4, 0.0, 1.0);
  float eased = 1.0 - pow(1.0 - up, 3.0);
  return eased * (1.0 - away * away);
}
`
