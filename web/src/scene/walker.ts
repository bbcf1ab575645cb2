/** A robot on its way: straight to where it is sent, but around the pedestal in the middle. Zone-local world units. */
import type { GroundPoint } from "../layout/hex.ts"

/** Units per second. A long way is walked faster, so that the robot is never far behind the truth. */
const SPEED = 3.4
const LONGEST_WALK_S = 1.6
const PEDESTAL = 2.1

/** Where a robot is. */
export interface Walker {
  readonly x: number
  readonly z: number
  /** Radians about y; 0 faces +z. */
  readonly heading: number
  readonly moving: boolean
  /** Sends it there; it faces `face` once it has arrived. */
  send(to: GroundPoint, face: GroundPoint): void
  /** Puts it there at once. */
  put(at: GroundPoint, face: GroundPoint): void
  /** Moves it on by so many seconds. */
  step(seconds: number): void
}

/** A robot that stands in the middle. */
export function createWalker(): Walker {
  let x = 0
  let z = 0
  let heading = 0
  let route: GroundPoint[] = []
  let face: GroundPoint = { x: 0, z: 1 }
  let speed = SPEED

  const target = (): GroundPoint => route.at(-1) ?? { x, z }
  const bearing = (to: GroundPoint): number | undefined =>
    Math.hypot(to.x - x, to.z - z) < 1e-6 ? undefined : Math.atan2(to.x - x, to.z - z)

  function turn(towards: number | undefined, seconds: number): boolean {
    if (towards === undefined) return false
    const gap = Math.atan2(Math.sin(towards - heading), Math.cos(towards - heading))
    if (Math.abs(gap) < 0.02) {
      heading = towards
      return false
    }
    heading += gap * Math.min(1, seconds * 11)
    return true
  }

  let turning = false
  return {
    get x() {
      return x
    },
    get z() {
      return z
    },
    get heading() {
      return heading
    },
    get moving() {
      return route.length > 0 || turning
    },
    send(to, towards) {
      face = towards
      if (Math.hypot(target().x - to.x, target().z - to.z) < 1e-6) {
        turning = true
        return
      }
      route = routeAround({ x, z }, to)
      speed = Math.max(SPEED, routeLength({ x, z }, route) / LONGEST_WALK_S)
    },
    put(at, towards) {
      x = at.x
      z = at.z
      route = []
      turning = false
      face = towards
      heading = bearing(face) ?? 0
    },
    step(seconds) {
      let left = speed * seconds
      while (left > 0 && route.length > 0) {
        const next = route[0] as GroundPoint
        const gap = Math.hypot(next.x - x, next.z - z)
        if (gap <= left) {
          x = next.x
          z = next.z
          route.shift()
          left -= gap
        } else {
          x += ((next.x - x) / gap) * left
          z += ((next.z - z) / gap) * left
          left = 0
        }
      }
      turning = turn(bearing(route[0] ?? face), seconds)
    },
  }
}

/** The way from one point to another, with one more point where the straight line would cross the pedestal. */
export function routeAround(from: GroundPoint, to: GroundPoint): GroundPoint[] {
  const dx = to.x - from.x
  const dz = to.z - from.z
  const length = Math.hypot(dx, dz)
  const startsOrEndsInside = Math.hypot(from.x, from.z) < PEDESTAL || Math.hypot(to.x, to.z) < PEDESTAL
  if (length < 1e-6 || startsOrEndsInside) return [to]
  const share = Math.min(1, Math.max(0, -(from.x * dx + from.z * dz) / (length * length)))
  const near = { x: from.x + dx * share, z: from.z + dz * share }
  const gap = Math.hypot(near.x, near.z)
  if (gap >= PEDESTAL) return [to]
  // Straight through the middle there is no side to prefer: pass on the left.
  const side = gap < 1e-6 ? { x: -dz / length, z: dx / length } : { x: near.x / gap, z: near.z / gap }
  return [{ x: side.x * PEDESTAL * 1.15, z: side.z * PEDESTAL * 1.15 }, to]
}

function routeLength(from: GroundPoint, route: readonly GroundPoint[]): number {
  let length = 0
  let at = from
  for (const next of route) {
    length += Math.hypot(next.x - at.x, next.z - at.z)
    at = next
  }
  return length
}
