import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type Point3, fitCamera } from "./camera-fit.ts"

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true })
/** Each place as the four corners of a square, as one point alone could be looked at from no distance at all. */
const points = fc
  .array(fc.tuple(number(-200, 200), number(0, 6), number(-200, 200)), { minLength: 1, maxLength: 20 })
  .map((places) => places.flatMap(([x, y, z]): Point3[] => [-5, 5].flatMap((a) => [-5, 5].map((b): Point3 => [x + a, y, z + b]))))

describe("fitting the camera", () => {
  it("shows every point, and one lies on the edge unless it stands as near as it may", () => {
    fc.assert(
      fc.property(points, number(0.4, 1.2), number(0, 6.28), number(0.2, 0.9), number(0.2, 0.6), (list, polar, azimuth, tanX, tanY) => {
        const towards: Point3 = [Math.sin(azimuth) * Math.cos(polar), Math.sin(polar), Math.cos(azimuth) * Math.cos(polar)]
        const { target, distance } = fitCamera({ points: list, towardsCamera: towards, tanX, tanY, nearest: 1, furthest: 1e6 })
        const eye = target.map((value, i) => value + (towards[i] as number) * distance) as unknown as Point3
        const level = Math.hypot(towards[0], towards[2])
        const right: Point3 = [towards[2] / level, 0, -towards[0] / level]
        const up: Point3 = [(-towards[0] * towards[1]) / level, level, (-towards[2] * towards[1]) / level]
        let widest = 0
        for (const point of list) {
          const rel = [point[0] - eye[0], point[1] - eye[1], point[2] - eye[2]] as const
          const dot = (axis: Point3): number => axis[0] * rel[0] + axis[1] * rel[1] + axis[2] * rel[2]
          const depth = -dot(towards)
          expect(depth).toBeGreaterThan(0)
          widest = Math.max(widest, Math.abs(dot(right)) / (tanX * depth), Math.abs(dot(up)) / (tanY * depth))
        }
        expect(widest).toBeLessThan(1.0001)
        if (distance > 1.001) expect(widest).toBeGreaterThan(0.999)
      }),
    )
  })

  it("stands at the nearest place where there is nothing", () => {
    expect(fitCamera({ points: [], towardsCamera: [0, 1, 0], tanX: 1, tanY: 1, nearest: 30, furthest: 90 }).distance).toBe(30)
  })
})
