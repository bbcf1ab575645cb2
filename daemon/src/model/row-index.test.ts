import fc from "fast-check"
import { expect, test } from "vitest"
import { RowIndex } from "./row-index.ts"

/** Few keys, some of which differ above their low 32 bits alone, so that rows stand in each other's way; and large ones. */
const someKey = fc.oneof(
  fc.nat(40).map((n) => (n % 8) * 2 ** 32 + (n >> 3)),
  fc.nat({ max: 2 ** 53 - 1 }),
)
const change = fc.record({ key: someKey, isThere: fc.boolean() })

test("finds the rows that a Map would, whatever comes and goes", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 400, size: "max" }), (changes) => {
      const keys: number[] = []
      const index = new RowIndex((row) => keys[row] ?? Number.NaN)
      const model = new Map<number, number>()
      for (const { key, isThere } of changes) {
        expect(index.find(key)).toBe(model.get(key))
        if (!isThere) {
          index.remove(key)
          model.delete(key)
        } else if (!model.has(key)) {
          const row = keys.push(key) - 1
          index.add(row)
          model.set(key, row)
        }
        expect(index.size).toBe(model.size)
      }
      for (const { key } of changes) expect(index.find(key)).toBe(model.get(key))
    }),
  )
})
