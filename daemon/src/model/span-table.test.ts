import fc from "fast-check"
import { expect, test } from "vitest"
import { SpanTable } from "./span-table.ts"
import type { StoredSpan } from "./stored-entry.ts"

const CONVERSATIONS = ["one", "two", "three"] as const
const optional = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined })
const stored: fc.Arbitrary<StoredSpan> = fc.record({
  kind: fc.constant("span"),
  key: fc.oneof(fc.nat(150), fc.nat({ max: 2 ** 53 - 1 })),
  what: fc.constantFrom("model", "permission", "turn", "idle"),
  conversationId: fc.constantFrom(...CONVERSATIONS),
  subagentId: optional(fc.constantFrom("a1", "a2")),
  model: fc.constantFrom("", "opus", "haiku"),
  startMs: fc.nat({ max: 2 ** 45 }),
  endMs: fc.nat({ max: 2 ** 45 }),
  isEstimated: fc.boolean(),
  isCut: fc.boolean(),
  activeMs: optional(fc.nat({ max: 2 ** 45 })),
})
const change = fc.record({ span: stored, place: fc.nat(500), what: fc.constantFrom("revise", "revise", "move", "forget") })

test("keeps spans as a list of objects would, whatever is learnt of them, through growth, moves and forgetting", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 250, size: "max" }), (changes) => {
      const table = new SpanTable()
      let model: (StoredSpan & { place: number })[] = []
      for (const { span, place, what } of changes) {
        const known = model.find(({ key }) => key === span.key)
        const row = table.find(span.key)
        expect(row?.key).toBe(known?.key)
        if (known === undefined || row === undefined) {
          model.push({ ...span, place: table.add(span).place })
        } else if (what === "revise") {
          row.become(span)
          row.place = place
          Object.assign(known, span, { what: known.what, conversationId: known.conversationId, place })
        } else if (what === "move") {
          table.leave(row)
          table.join(row, span.conversationId)
          model = [...model.filter((one) => one !== known), { ...known, conversationId: span.conversationId }]
        } else {
          const gone = table.forget(span.conversationId).map((at) => table.at(at).key)
          expect(gone).toEqual(model.filter((one) => one.conversationId === span.conversationId).map(({ key }) => key))
          model = model.filter((one) => one.conversationId !== span.conversationId)
        }
      }
      for (const id of CONVERSATIONS) {
        const rows = table.of(id).map((row) => ({ ...row.stored(), place: row.place }))
        expect(rows).toEqual(model.filter((one) => one.conversationId === id))
      }
    }),
    { numRuns: 60 },
  )
})
