import { describe, expect, it } from "vitest"
import { HEX_RADIUS, cellAt } from "../layout/hex.ts"
import { STATIONS, standPlace, stationOf, stationPlace } from "./stations.ts"

describe("stations", () => {
  it("sends each tool to its place, whatever its case", () => {
    expect(stationOf("Read")).toBe("library")
    expect(stationOf("apply_patch")).toBe("workbench")
    expect(stationOf("exec_command")).toBe("terminal")
    expect(stationOf("Agent")).toBe("portal")
    expect(stationOf("update_plan")).toBe("taskboard")
    expect(stationOf("mcp__github__search")).toBe("exchange")
    expect(stationOf("AskUserQuestion")).toBe("centre")
    expect(stationOf("never heard of")).toBe("centre")
  })

  it("stands them inside the zone, clear of each other", () => {
    for (const station of STATIONS) {
      const at = stationPlace(station)
      expect(cellAt({ x: at.x * 1.2, z: at.z * 1.2 })).toEqual({ q: 0, r: 0 })
      expect(Math.hypot(at.x, at.z)).toBeLessThan(HEX_RADIUS * 0.8)
      for (const other of STATIONS) {
        if (other === station) continue
        const there = stationPlace(other)
        expect(Math.hypot(at.x - there.x, at.z - there.z)).toBeGreaterThan(2.9)
      }
    }
  })

  it("lets the robot stand nearer the centre", () => {
    for (const station of STATIONS) {
      if (station === "centre") continue
      const at = stationPlace(station)
      const stand = standPlace(station)
      expect(Math.hypot(at.x, at.z) - Math.hypot(stand.x, stand.z)).toBeCloseTo(1.75, 9)
    }
  })
})
