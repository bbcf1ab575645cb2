import fc from "fast-check"
import { expect, test } from "vitest"
import { packTotals, type ToolTotals, unpackTotals } from "./tool-totals.ts"

const count = fc.nat({ max: Number.MAX_SAFE_INTEGER })
const errors = fc.record({ count, lastMs: count, lastKey: count })
const totals: fc.Arbitrary<ToolTotals> = fc.record({
  calls: count,
  judged: count,
  failures: count,
  errors: fc.dictionary(fc.constantFrom("failed", "timeout", "rejected", "command-failed"), errors, { noNullPrototype: true }),
})

test("totals come back from their text as they were, in the same order, whatever tools are called", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(fc.string({ unit: "binary" }), totals), { selector: ([name]) => name }), (entries) => {
      expect([...unpackTotals(packTotals(new Map(entries)))]).toEqual(entries)
    }),
  )
})
