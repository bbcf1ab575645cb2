import fc from "fast-check"
import { expect, test } from "vitest"
import { RowChains } from "./row-chains.ts"

const OWNERS = [0, 1, 2, 9] as const

test("has each owner's rows in the order they came, whatever comes, goes and changes hands", () => {
  // Rows are numbered as a table numbers them, one after the other, and go to an owner or to none.
  const someChange = fc.record({ row: fc.nat(199), owner: fc.option(fc.constantFrom(...OWNERS), { nil: undefined }) })
  fc.assert(
    fc.property(fc.array(someChange, { maxLength: 300, size: "max" }), (changes) => {
      const chains = new RowChains()
      const model = new Map(OWNERS.map((owner) => [owner, [] as number[]]))
      let rows = 0
      for (const change of changes) {
        const row = Math.min(change.row, rows)
        if (row === rows) rows++
        for (const [owner, list] of model) {
          if (!list.includes(row)) continue
          chains.remove(owner, row)
          list.splice(list.indexOf(row), 1)
        }
        if (change.owner !== undefined) {
          chains.add(change.owner, row)
          model.get(change.owner)?.push(row)
        }
        for (const [owner, list] of model) expect(chains.of(owner)).toEqual(list)
      }
    }),
    { numRuns: 50 },
  )
})
