/** Small coloured solids put together into one geometry, so that a whole workshop is one draw. Every part carries its colour, its glow and a number. */
import {
  BoxGeometry,
  BufferAttribute,
  type BufferGeometry,
  ConeGeometry,
  CylinderGeometry,
  Euler,
  Matrix4,
  Quaternion,
  SphereGeometry,
  TorusGeometry,
  Vector3,
} from "three"
import { mergeGeometries } from "three/addons/utils/BufferGeometryUtils.js"
import { type Rgb, channels } from "../theme/colours.ts"

/** Where and how a part stands. Angles in radians. */
export interface PartPose {
  readonly at?: readonly [x: number, y: number, z: number]
  readonly turn?: readonly [x: number, y: number, z: number]
  readonly size?: readonly [x: number, y: number, z: number]
}

/** Collects parts. */
export interface ModelBuilder {
  box(size: readonly [number, number, number], colour: Rgb, pose?: PartPose, glow?: number): void
  tube(radii: readonly [top: number, bottom: number], height: number, colour: Rgb, pose?: PartPose, glow?: number, sides?: number): void
  ball(radius: number, colour: Rgb, pose?: PartPose, glow?: number, detail?: number): void
  cone(radius: number, height: number, colour: Rgb, pose?: PartPose, glow?: number, sides?: number): void
  ring(radius: number, thickness: number, colour: Rgb, pose?: PartPose, glow?: number): void
  /** Parts from here on carry this number and are moved by this matrix. */
  group(number: number, matrix?: Matrix4): void
  /** One geometry with position, normal, `tint` (colour) and `part` (number, glow). */
  build(): BufferGeometry
}

/** An empty builder. */
export function createModelBuilder(): ModelBuilder {
  const parts: BufferGeometry[] = []
  let number = 0
  let outer = new Matrix4()

  function add(geometry: BufferGeometry, colour: Rgb, pose: PartPose = {}, glow = 0): void {
    const { at = [0, 0, 0], turn = [0, 0, 0], size = [1, 1, 1] } = pose
    const matrix = new Matrix4().compose(new Vector3(...at), new Quaternion().setFromEuler(new Euler(...turn)), new Vector3(...size))
    geometry.applyMatrix4(matrix.premultiply(outer))
    geometry.deleteAttribute("uv")
    const count = geometry.getAttribute("position").count
    const tint = new Float32Array(count * 3)
    const part = new Float32Array(count * 2)
    const rgb = channels(colour)
    for (let i = 0; i < count; i++) {
      tint.set(rgb, i * 3)
      part[i * 2] = number
      part[i * 2 + 1] = glow
    }
    geometry.setAttribute("tint", new BufferAttribute(tint, 3))
    geometry.setAttribute("part", new BufferAttribute(part, 2))
    parts.push(geometry)
  }

  return {
    box: ([x, y, z], colour, pose, glow) => add(new BoxGeometry(x, y, z), colour, pose, glow),
    tube: ([top, bottom], height, colour, pose, glow, sides = 10) =>
      add(new CylinderGeometry(top, bottom, height, sides), colour, pose, glow),
    ball: (radius, colour, pose, glow, detail = 12) =>
      add(new SphereGeometry(radius, detail, Math.max(4, Math.round(detail * 0.66))), colour, pose, glow),
    cone: (radius, height, colour, pose, glow, sides = 10) => add(new ConeGeometry(radius, height, sides), colour, pose, glow),
    ring: (radius, thickness, colour, pose, glow) => add(new TorusGeometry(radius, thickness, 6, 22), colour, pose, glow),
    group(value, matrix = new Matrix4()) {
      number = value
      outer = matrix
    },
    build() {
      const merged = mergeGeometries(parts)
      for (const part of parts) part.dispose()
      return merged
    },
  }
}

/** Light and shade for solids, with `uStale` taking the colour out. */
export const SOLID_GLSL = /* glsl */ `
vec3 shadeSolid(vec3 tint, vec3 normal) {
  float sun = max(dot(normal, normalize(vec3(0.5, 0.8, 0.42))), 0.0);
  float sky = normal.y * 0.5 + 0.5;
  return tint * (vec3(0.36, 0.4, 0.52) * (0.45 + 0.75 * sky) + vec3(1.0, 0.95, 0.88) * sun * 0.62);
}
`
