/**
 * The few colours of the page and the world. Green, amber, red and cyan belong to status alone; what tells projects apart is taken
 * from blues, violets and pinks clear of them, and is used on trim only.
 */
import { Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"

/** A colour as 0xRRGGBB, in sRGB. */
export type Rgb = number

/** Behind everything. */
export const BACKGROUND: Rgb = 0x070b13

const STATUS_COLOURS = new Map<number, Rgb>([
  [Status.STARTING, 0x7dd3fc],
  [Status.WORKING, 0x22d3ee],
  [Status.WAITING, 0xfbb324],
  [Status.IDLE, 0x4ade80],
  [Status.STALLED, 0xf87171],
  [Status.OFFLINE, 0x69758a],
  [Status.ENDED, 0x4b5567],
  [Status.UNKNOWN, 0xaab4c5],
])

/** Trim colours of projects. */
export const TRIMS: readonly Rgb[] = [0x4f8ff0, 0x7a7cf8, 0xa077f7, 0xc873f0, 0xe070d2, 0xf07ab0, 0x9db4f0, 0xc9b0f5]

/** The colour of a status; that of `unknown` for one this version does not know. */
export function statusColour(status: Status): Rgb {
  return STATUS_COLOURS.get(status) ?? 0xaab4c5
}

/** The trim of a project: the same one for the same name, always. */
export function trimColour(project: string): Rgb {
  let hash = 0x811c9dc5
  for (let i = 0; i < project.length; i++) hash = Math.imul(hash ^ project.charCodeAt(i), 0x01000193)
  // Mixed once more, as the low bits of short names alike differ little.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return TRIMS[(hash >>> 8) % TRIMS.length] as Rgb
}

/** "#rrggbb". */
export function cssColour(rgb: Rgb): string {
  return `#${rgb.toString(16).padStart(6, "0")}`
}

/** Red, green and blue as fractions. */
export function channels(rgb: Rgb): [number, number, number] {
  return [((rgb >> 16) & 255) / 255, ((rgb >> 8) & 255) / 255, (rgb & 255) / 255]
}
