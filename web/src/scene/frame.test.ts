import { describe, expect, it } from "vitest"
import { type FrameClock, type Motion, createFrame } from "./frame.ts"

/** A clock whose frames and delays run when the test says so. */
function handClock(): FrameClock & { runFrame(): boolean; runDelay(): boolean } {
  let nowMs = 0
  let frames = new Map<number, (timeMs: number) => void>()
  let delays = new Map<number, () => void>()
  let next = 1
  return {
    now: () => nowMs,
    request: (callback) => (frames.set(next, callback), next++),
    cancel: (handle) => void frames.delete(handle),
    delay: (callback) => (delays.set(next, callback), next++),
    cancelDelay: (handle) => void delays.delete(handle),
    runFrame() {
      const due = frames
      frames = new Map()
      nowMs += 16
      for (const callback of due.values()) callback(nowMs)
      return due.size > 0
    },
    runDelay() {
      const due = delays
      delays = new Map()
      for (const callback of due.values()) callback()
      return due.size > 0
    },
  }
}

describe("frames", () => {
  it("draws nothing until asked, once for many asks, and then stops", () => {
    const clock = handClock()
    const frame = createFrame({ clock, draw: () => "still" })
    expect(clock.runFrame()).toBe(false)
    frame.invalidate()
    frame.invalidate()
    expect(clock.runFrame()).toBe(true)
    expect(clock.runFrame()).toBe(false)
    expect(clock.runDelay()).toBe(false)
    expect(frame.count()).toBe(1)
  })

  it("goes on while something moves: at once when smooth, after a delay when calm", () => {
    const clock = handClock()
    const motions: Motion[] = ["smooth", "calm", "still"]
    const frame = createFrame({ clock, draw: () => motions.shift() ?? "still" })
    frame.invalidate()
    clock.runFrame()
    expect(clock.runFrame()).toBe(true)
    expect(clock.runFrame()).toBe(false)
    expect(clock.runDelay()).toBe(true)
    expect(clock.runFrame()).toBe(true)
    expect(clock.runDelay()).toBe(false)
    expect(frame.count()).toBe(3)
  })

  it("draws nothing while hidden and once when shown again", () => {
    const clock = handClock()
    const frame = createFrame({ clock, draw: () => "smooth" })
    frame.invalidate()
    clock.runFrame()
    frame.setHidden(true)
    frame.invalidate()
    expect(clock.runFrame()).toBe(false)
    frame.setHidden(false)
    expect(clock.runFrame()).toBe(true)
    frame.close()
    frame.invalidate()
    expect(clock.runFrame()).toBe(false)
  })
})
