import { describe, expect, it } from "vitest"
import { STATIONS, standPlace, stationPlace } from "./stations.ts"
import { createWalker, routeAround } from "./walker.ts"

describe("a robot", () => {
  it("arrives at every station from every other within two seconds, faces it and then rests", () => {
    for (const from of STATIONS) {
      for (const to of STATIONS) {
        const walker = createWalker()
        walker.put(standPlace(from), stationPlace(from))
        walker.send(standPlace(to), stationPlace(to))
        let seconds = 0
        while (walker.moving && seconds < 10) {
          walker.step(1 / 60)
          seconds += 1 / 60
        }
        expect(walker.x).toBeCloseTo(standPlace(to).x, 6)
        expect(walker.z).toBeCloseTo(standPlace(to).z, 6)
        expect(seconds).toBeLessThan(2.6)
        if (to !== "centre" && from !== to) {
          const towards = Math.atan2(stationPlace(to).x - walker.x, stationPlace(to).z - walker.z)
          expect(Math.cos(towards - walker.heading)).toBeGreaterThan(0.99)
        }
      }
    }
  })

  it("goes around the pedestal", () => {
    const route = routeAround({ x: 0, z: -4 }, { x: 0, z: 4 })
    expect(route).toHaveLength(2)
    expect(Math.hypot(route[0]?.x ?? 0, route[0]?.z ?? 0)).toBeGreaterThan(2)
    expect(routeAround({ x: 4, z: 0 }, { x: 3, z: 3 })).toHaveLength(1)
  })
})
