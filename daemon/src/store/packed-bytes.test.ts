import fc from "fast-check"
import { expect, test } from "vitest"
import { PackedReader, PackedWriter } from "./packed-bytes.ts"

test("numbers come back as they were, whatever their size", () => {
  const number = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.maxSafeNat(), fc.constantFrom(0, 127, 128, 2 ** 31, 2 ** 32, 2 ** 53 - 1))
  const signed = fc.integer({ min: -(2 ** 31), max: 2 ** 31 })
  fc.assert(
    fc.property(fc.array(fc.tuple(number, signed), { maxLength: 500 }), (pairs) => {
      const writer = new PackedWriter()
      for (const [a, b] of pairs) {
        writer.number(a)
        writer.signed(b)
      }
      const reader = new PackedReader(writer.take())
      for (const pair of pairs) expect([reader.number(), reader.signed() + 0]).toEqual(pair)
      expect(reader.isDone).toBe(true)
    }),
  )
})

test.each([Number.NaN, -1, Number.POSITIVE_INFINITY, 2 ** 60])("%d, which is no number of ours, becomes 0", (value) => {
  const writer = new PackedWriter()
  writer.number(value)
  expect([...writer.take()]).toEqual([0])
})

test("says so where the bytes end in mid-number", () => {
  expect(() => new PackedReader(Uint8Array.of(0x80)).number()).toThrow(RangeError)
})
