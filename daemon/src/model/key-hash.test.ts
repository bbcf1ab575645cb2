import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { keyHash } from "./key-hash.ts"

describe("keyHash", () => {
  test("tells the ids apart that agents make, counting ones included", () => {
    const ids = new Set<string>()
    for (let n = 0; n < 60_000; n++) {
      ids.add(`msg_${n}`)
      ids.add(`toolu_01Ab${n.toString(36)}`)
      ids.add(`019a0000-0000-7000-8000-${n.toString(16).padStart(12, "0")}#1`)
      ids.add(`call_${n * 7919}`)
    }
    expect(new Set([...ids].map(keyHash)).size).toBe(ids.size)
  })

  test("spreads over all of its 53 bits", () => {
    const ones = Array.from({ length: 53 }, () => 0)
    for (let n = 0; n < 4096; n++) {
      const bits = BigInt(keyHash(`msg_${n}`))
      for (let bit = 0; bit < 53; bit++) if ((bits >> BigInt(bit)) & 1n) ones[bit] = (ones[bit] ?? 0) + 1
    }
    for (const count of ones) expect(Math.abs(count - 2048)).toBeLessThan(300)
  })

  test("is a whole number that stays what it is", () => {
    fc.assert(fc.property(fc.string(), (text) => Number.isSafeInteger(keyHash(text)) && keyHash(text) >= 0))
    expect(keyHash("msg_01")).toBe(keyHash(["msg", "01"].join("_")))
  })
})
