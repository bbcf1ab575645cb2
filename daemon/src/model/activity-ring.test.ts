import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Activity, StoredActivity } from "./activity.ts"
import { ActivityRing } from "./activity-ring.ts"
import { byAge } from "./time-heap.ts"

const NOW = 1_800_000_000_000
const HOUR = 3_600_000

const activity = (key: number, timeMs: number): Activity => ({ key, id: 0, timeMs, kind: "prompt", isSaved: false })

/** Few keys and times, so that repeats and equal times come up. A key has one time. */
const happened = fc
  .array(fc.integer({ min: 1, max: 60 }), { maxLength: 120 })
  .map((keys) => keys.map((key) => ({ key, timeMs: NOW - HOUR + (key % 17) * 1000 })))

describe("ActivityRing", () => {
  it("keeps the latest by time, each once, whatever the order and however often it is heard of", () => {
    fc.assert(
      fc.property(happened, fc.integer({ min: 1, max: 12 }), fc.array(fc.boolean()), (all, capacity, publishes) => {
        const ring = new ActivityRing({ capacity, now: () => NOW })
        const published: Activity[] = []
        for (const [index, { key, timeMs }] of all.entries()) {
          ring.add(activity(key, timeMs))
          if (publishes[index] === true) published.push(...ring.publish())
          expect(ring.count).toBeLessThanOrEqual(capacity)
        }
        published.push(...ring.publish())
        const expected = [...new Map(all.map((one) => [one.key, one])).values()].sort(byAge).slice(-capacity)
        const kept = [...ring.forwards(0)]
        expect(kept.toSorted(byAge).map(({ key }) => key)).toEqual(expected.map(({ key }) => key))
        expect(ring.oldestMs).toBe(expected[0]?.timeMs)
        // Each was published once, and numbers grow by one.
        expect(published.map(({ id }) => id)).toEqual(published.map((_, index) => index + 1))
        expect(new Set(published.map(({ key }) => key)).size).toBe(published.length)
        expect(kept.map(({ id }) => id)).toEqual(kept.map(({ id }) => id).toSorted((a, b) => a - b))
        expect([...ring.backwards()].toReversed()).toEqual(kept)
      }),
      { numRuns: 300 },
    )
  })

  it("publishes what came together in the order of time", () => {
    const ring = new ActivityRing({ now: () => NOW })
    for (const [key, timeMs] of [3, 1, 2].entries()) ring.add(activity(key, NOW - timeMs))
    expect(ring.publish().map(({ timeMs }) => NOW - timeMs)).toEqual([3, 2, 1])
    ring.add(activity(9, NOW - 10))
    expect(ring.publish()).toMatchObject([{ id: 4, key: 9 }])
    expect(ring.publish()).toEqual([])
  })

  it("takes in nothing that is too old, or of a clock that is wrong, and forgets what becomes too old", () => {
    let now = NOW
    const ring = new ActivityRing({ maxAgeMs: HOUR, now: () => now })
    expect(ring.wants(NOW - HOUR)).toBe(false)
    expect(ring.add(activity(1, NOW - HOUR))).toBe(false)
    expect(ring.add(activity(2, NOW + 48 * HOUR))).toBe(false)
    expect(ring.add(activity(3, NOW - HOUR + 1000))).toBe(true)
    expect(ring.add(activity(4, NOW))).toBe(true)
    ring.publish()
    now += 2000
    ring.expire()
    expect([...ring.forwards(0)].map(({ key }) => key)).toEqual([4])
    expect(ring.dropped).toBe(0)
  })

  it("says how many made room, and tells those who listen", () => {
    const ring = new ActivityRing({ capacity: 2, now: () => NOW })
    const told: number[] = []
    ring.onDropped(({ key }) => told.push(key))
    for (const key of [1, 2, 3, 4]) {
      ring.add(activity(key, NOW - 10 + key))
      ring.publish()
    }
    expect(told).toEqual([1, 2])
    expect(ring.dropped).toBe(2)
    // It has made room once: it does not come back.
    expect(ring.add(activity(2, NOW - 8))).toBe(false)
  })

  it("gives a store what changed, each as it then is, and comes back from it as it was", () => {
    const ring = new ActivityRing({ capacity: 3, now: () => NOW })
    ring.restore({ load: () => [], state: undefined })
    const kept = new Map<number, StoredActivity>()
    let state: ReturnType<ActivityRing["takeUnsaved"]> | undefined
    const save = (): void => {
      const changes = ring.takeUnsaved()
      if (changes === undefined) return
      for (const one of changes.kept) kept.set(one.key, one)
      for (const key of changes.gone) expect(kept.delete(key)).toBe(true)
      state = changes
    }
    for (const key of [1, 2, 3, 4, 5]) {
      ring.add({ ...activity(key, NOW - 10 + key), prompt: "SECRET" })
      if (key !== 2) ring.publish()
      if (key % 2 === 1) save()
    }
    const three = ring.get(3)
    if (three !== undefined) ring.revise(three, { outcome: "failed", durationMs: 7 })
    ring.forget(({ key }) => key === 5)
    save()
    expect(JSON.stringify([...kept.values()])).not.toContain("SECRET")
    const again = new ActivityRing({ capacity: 3, now: () => NOW })
    again.restore({ load: () => [...kept.values()].map((one) => ({ ...one, isSaved: true })), state: state?.state })
    expect([...again.forwards(0)]).toEqual([...ring.forwards(0)].map(({ prompt: _prompt, ...rest }) => rest))
    expect([again.lastId, again.dropped, again.oldestMs]).toEqual([ring.lastId, ring.dropped, ring.oldestMs])
    expect(again.add(activity(1, NOW - 9))).toBe(false)
    expect(again.hasUnsaved).toBe(false)
  })
})
