import { describe, expect, it } from "vitest"
import { createClock } from "./clock.ts"

describe("simulated past", () => {
  it("takes no time, keeps the order of what sleeps side by side, and ends now", async () => {
    const hour = 3_600_000
    const beforeMs = Date.now()
    const clock = createClock({ pace: 1, historyMs: hour })
    const woken: [string, number][] = []
    const sleeper = async (name: string, ...waits: number[]) => {
      for (const ms of waits) {
        await clock.sleep(ms)
        woken.push([name, clock.now() - beforeMs + hour])
      }
    }
    await Promise.all([sleeper("a", 3_000, 3_000), sleeper("b", 5_000)])
    const slack = 50
    expect(woken.map(([name]) => name)).toEqual(["a", "b", "a"])
    for (const [index, ms] of [3_000, 5_000, 6_000].entries()) expect(Math.abs((woken[index]?.[1] ?? 0) - ms)).toBeLessThan(slack)
    await clock.live
    expect(clock.isLive()).toBe(true)
    expect(clock.now()).toBeGreaterThanOrEqual(beforeMs)
  })

  it("never goes back, also not where the past meets the present", async () => {
    const clock = createClock({ pace: 0, historyMs: 10_000 })
    const times: number[] = []
    for (let step = 0; step < 30; step++) {
      await clock.sleep(500)
      times.push(clock.now())
    }
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })
})

describe("sleep", () => {
  it("is cut short by its signal, live and in the past", async () => {
    for (const historyMs of [0, 1_000]) {
      const clock = createClock({ pace: 1, historyMs })
      const stop = new AbortController()
      const sleeping = clock.sleep(historyMs === 0 ? 60_000 : 500, stop.signal)
      stop.abort(new Error("enough"))
      await expect(sleeping).rejects.toThrow("enough")
      await expect(clock.sleep(1, stop.signal)).rejects.toThrow("enough")
    }
  })
})
