import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { createZoneTexture } from "./zone-texture.ts"

describe("the zone texture", () => {
  it("keeps every zone's numbers through growth and swaps", () => {
    fc.assert(
      fc.property(fc.array(fc.record({ add: fc.boolean(), id: fc.integer({ min: 0, max: 150 }) }), { maxLength: 400 }), (steps) => {
        const texture = createZoneTexture()
        const alive = new Set<number>()
        for (const step of steps) {
          if (step.add) {
            const slot = texture.add(`z${step.id}`)
            for (let texel = 0; texel < 5; texel++) texture.write(slot, texel, step.id, texel, 0, 1)
            alive.add(step.id)
          } else {
            texture.remove(`z${step.id}`)
            alive.delete(step.id)
          }
        }
        expect(texture.count).toBe(alive.size)
        const data = texture.uniform.value.image.data as unknown as Float32Array
        const slots = new Set<number>()
        for (const id of alive) {
          const slot = texture.slotOf(`z${id}`) as number
          expect(slot).toBeLessThan(alive.size)
          slots.add(slot)
          for (let texel = 0; texel < 5; texel++) {
            expect(data[(slot * 5 + texel) * 4]).toBe(id)
            expect(data[(slot * 5 + texel) * 4 + 1]).toBe(texel)
          }
        }
        expect(slots.size).toBe(alive.size)
      }),
    )
  })
})
