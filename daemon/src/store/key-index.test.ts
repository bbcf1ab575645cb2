import fc from "fast-check"
import { expect, test } from "vitest"
import { KeyIndex } from "./key-index.ts"

test("answers what a map would", () => {
  const key = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.maxSafeNat())
  const step = fc.tuple(fc.constantFrom("set", "leave"), key, fc.integer({ min: 1, max: 5 }))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const index = new KeyIndex()
      const map = new Map<number, number>()
      for (const [what, at, home] of steps) {
        if (what === "set") {
          index.set(at, home)
          map.set(at, home)
        } else {
          index.leave(at, home)
          if (map.get(at) === home) map.delete(at)
        }
      }
      for (const [, at] of steps) expect(index.get(at)).toBe(map.get(at) ?? 0)
    }),
  )
})

test("holds many", () => {
  const index = new KeyIndex()
  for (let n = 0; n < 20_000; n++) index.set(n * 7_919_001, 1 + (n % 9))
  for (let n = 0; n < 20_000; n++) expect(index.get(n * 7_919_001)).toBe(1 + (n % 9))
  expect(index.get(3)).toBe(0)
})
