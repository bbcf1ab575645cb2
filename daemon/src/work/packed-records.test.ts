import fc from "fast-check"
import { expect, test } from "vitest"
import { packRecords, unpackRecords } from "./packed-records.ts"

const name = fc.constantFrom("kind", "id", "timeMs", "usage", "text")

const { record } = fc.letrec<{ record: Record<string, unknown> }>((tie) => ({
  record: fc.dictionary(
    name,
    fc.oneof(
      { depthSize: "small" },
      fc.constantFrom("a", "b", ""),
      fc.string({ unit: "binary", maxLength: 5 }),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.array(fc.constantFrom<unknown>("a", 1, { id: "a" }), { maxLength: 3 }),
      tie("record"),
    ),
    { maxKeys: 5, noNullPrototype: true },
  ),
}))

test("any objects are the same again on the other side", () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 12 }), (records) => {
      expect(unpackRecords(structuredClone(packRecords(records)))).toEqual(records)
    }),
    { numRuns: 2000 },
  )
})

test("a member that is undefined is left out", () => {
  expect(
    unpackRecords(
      packRecords([
        { a: undefined, b: 1 },
        { a: 2, b: undefined },
      ]),
    ),
  ).toStrictEqual([{ b: 1 }, { a: 2 }])
})

test("a text that the last object had as well is sent once", () => {
  const id = "11111111-1111-4111-8111-111111111111"
  const records = Array.from({ length: 100 }, (_, timeMs) => ({ kind: "active", id, timeMs }))
  expect(packRecords(records).cells.filter((cell) => cell === id)).toHaveLength(1)
})
