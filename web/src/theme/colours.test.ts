import { Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { describe, expect, it } from "vitest"
import { TRIMS, channels, cssColour, statusColour, trimColour } from "./colours.ts"

/** Hue in degrees. */
function hue(rgb: number): number {
  const [r, g, b] = channels(rgb)
  const max = Math.max(r, g, b)
  const span = max - Math.min(r, g, b)
  const sixth = max === r ? ((g - b) / span) % 6 : max === g ? (b - r) / span + 2 : (r - g) / span + 4
  return (sixth * 60 + 360) % 360
}

describe("colours", () => {
  it("gives every status one of its own", () => {
    const all = [Status.STARTING, Status.WORKING, Status.WAITING, Status.IDLE, Status.STALLED, Status.OFFLINE, Status.ENDED, Status.UNKNOWN]
    expect(new Set(all.map(statusColour)).size).toBe(all.length)
    expect(statusColour(99 as Status)).toBe(statusColour(Status.UNKNOWN))
  })

  it("keeps the trims clear of the status hues", () => {
    const taken = [Status.WORKING, Status.WAITING, Status.IDLE, Status.STALLED].map((status) => hue(statusColour(status)))
    for (const trim of TRIMS) {
      for (const status of taken) {
        const apart = Math.abs(hue(trim) - status)
        expect(Math.min(apart, 360 - apart)).toBeGreaterThan(18)
      }
    }
  })

  it("spreads projects over the trims and is stable", () => {
    const names = Array.from({ length: 64 }, (_, i) => `/home/dev/project-${i}`)
    expect(new Set(names.map(trimColour)).size).toBe(TRIMS.length)
    expect(trimColour("/a")).toBe(trimColour("/a"))
    expect(cssColour(0x00ff0a)).toBe("#00ff0a")
  })
})
