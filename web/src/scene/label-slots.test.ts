import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { createLabelSlots } from "./label-slots.ts"

describe("label slots", () => {
  it("keeps a text in its slot and draws it once", () => {
    const slots = createLabelSlots(2)
    slots.begin()
    const first = slots.take("a")
    expect(first?.fresh).toBe(true)
    slots.begin()
    expect(slots.take("a")).toEqual({ slot: first?.slot, fresh: false })
  })

  it("pushes out the one unused longest, and none of this pass", () => {
    const slots = createLabelSlots(2)
    slots.begin()
    const a = slots.take("a")
    const b = slots.take("b")
    expect(slots.take("c")).toBeUndefined()
    slots.begin()
    slots.take("a")
    expect(slots.take("c")).toEqual({ slot: b?.slot, fresh: true })
    expect(slots.take("a")).toEqual({ slot: a?.slot, fresh: false })
  })

  it("never gives one slot to two keys of a pass", () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 10 }), { maxLength: 20 }), (passes) => {
        const slots = createLabelSlots(5)
        for (const keys of passes) {
          slots.begin()
          const taken = new Map<number, number>()
          for (const key of keys) {
            const place = slots.take(`k${key}`)
            if (!place) continue
            expect(place.slot).toBeLessThan(5)
            expect(taken.get(place.slot) ?? key).toBe(key)
            taken.set(place.slot, key)
          }
        }
      }),
    )
  })
})
