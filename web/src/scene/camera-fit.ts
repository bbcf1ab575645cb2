/** How far a camera must stand so that all it should show is in the free part of the picture. Pure, so that it can be checked without one. */

/** A point in world units. */
export type Point3 = readonly [x: number, y: number, z: number]

/** What is to be shown, from where. */
export interface FitOptions {
  readonly points: readonly Point3[]
  /** Unit vector from the target to the camera. */
  readonly towardsCamera: Point3
  /** Tangents of half the free view angles. */
  readonly tanX: number
  readonly tanY: number
  readonly nearest: number
  readonly furthest: number
}

/** Where to look and from how far. */
export interface CameraFit {
  readonly target: Point3
  readonly distance: number
}

/** The nearest view along a direction that shows all points, centred in the picture and with the target on the ground. */
export function fitCamera({ points, towardsCamera, tanX, tanY, nearest, furthest }: FitOptions): CameraFit {
  if (points.length === 0) return { target: [0, 0, 0], distance: nearest }
  const [dx, dy, dz] = towardsCamera
  // The camera's own axes: right lies level, up leans back.
  const level = Math.hypot(dx, dz) || 1
  const right: Point3 = [dz / level, 0, -dx / level]
  const up: Point3 = [(-dx * dy) / level, level, (-dz * dy) / level]
  const along = (axis: Point3, [x, y, z]: Point3): number => axis[0] * x + axis[1] * y + axis[2] * z
  const seen = points.map((point) => ({ x: along(right, point), y: along(up, point), toward: along(towardsCamera, point) }))

  // For a camera at c + d * towards, a point is in sight when |x - cx| <= tanX * (d - toward), and so for y.
  // So each side asks for its own plane, and the tightest two of each pair give centre and distance.
  const max = (pick: (point: { x: number; y: number; toward: number }) => number): number => Math.max(...seen.map(pick))
  const toRight = max((p) => p.x + tanX * p.toward)
  const toLeft = max((p) => -p.x + tanX * p.toward)
  const toTop = max((p) => p.y + tanY * p.toward)
  const toBottom = max((p) => -p.y + tanY * p.toward)
  const centreX = (toRight - toLeft) / 2
  const centreY = (toTop - toBottom) / 2
  const reach = Math.max((toRight + toLeft) / (2 * tanX), (toTop + toBottom) / (2 * tanY))

  // The eye is fixed now; the target is where its line of sight meets the ground.
  const eye: Point3 = [
    right[0] * centreX + up[0] * centreY + dx * reach,
    right[1] * centreX + up[1] * centreY + dy * reach,
    right[2] * centreX + up[2] * centreY + dz * reach,
  ]
  const distance = eye[1] / dy
  const kept = Math.min(furthest, Math.max(nearest, distance))
  return { target: [eye[0] - dx * distance, 0, eye[2] - dz * distance], distance: kept }
}
