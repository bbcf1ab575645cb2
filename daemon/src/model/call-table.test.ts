import fc from "fast-check"
import { expect, test } from "vitest"
import type { ToolOutcome } from "../domain/facts.ts"
import { CallTable } from "./call-table.ts"
import type { StoredCall } from "./stored-entry.ts"

const CONVERSATIONS = ["one", "two", "three"] as const
const optional = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined })
const time = optional(fc.nat({ max: 2 ** 45 }))
const outcome = optional(
  fc.constantFrom<ToolOutcome>(
    "ok",
    "failed",
    "command-failed",
    "model-error",
    "timeout",
    "denied",
    "rejected",
    "interrupted",
    "cancelled",
    "background",
  ),
)
const members = {
  subagentId: optional(fc.constantFrom("a1", "a2")),
  name: fc.constantFrom("", "Bash", "Read"),
  startMs: time,
  endMs: time,
  outcome,
  durationMs: optional(fc.nat({ max: 86_400_000 })),
  abandoned: fc.boolean(),
  wasAsked: fc.boolean(),
}
const conversationId = fc.constantFrom(...CONVERSATIONS)
const stored: fc.Arbitrary<StoredCall> = fc.record({
  kind: fc.constant("call"),
  key: fc.oneof(fc.nat(150), fc.nat({ max: 2 ** 53 - 1 })),
  conversationId,
  ...members,
})
const change = fc.record({
  call: stored,
  place: fc.nat(500),
  waitPlace: fc.nat(500),
  target: optional(fc.constantFrom("npm test")),
  what: fc.constantFrom("revise", "revise", "move", "forget"),
})

test("keeps calls as a list of objects would, whatever is learnt of them, through growth, moves and forgetting", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 250, size: "max" }), (changes) => {
      const table = new CallTable()
      let model: (StoredCall & { place: number; waitPlace: number; target: string | undefined })[] = []
      for (const { call, place, waitPlace, target, what } of changes) {
        const known = model.find(({ key }) => key === call.key)
        const row = table.find(call.key)
        expect(row?.stored().key).toBe(known?.key)
        if (known === undefined || row === undefined) {
          const added = table.add(call, target)
          model.push({ ...call, place: added.place, waitPlace: added.waitPlace, target })
        } else if (what === "revise") {
          const { kind: _kind, key: _key, conversationId: _id, ...revised } = call
          Object.assign(row, revised, { place, waitPlace, target })
          Object.assign(known, revised, { place, waitPlace, target })
        } else if (what === "move") {
          table.leave(row)
          table.join(row, call.conversationId)
          model = [...model.filter((one) => one !== known), { ...known, conversationId: call.conversationId }]
        } else {
          const gone = table.forget(call.conversationId).map((at) => table.at(at).key)
          expect(gone).toEqual(model.filter((one) => one.conversationId === call.conversationId).map(({ key }) => key))
          model = model.filter((one) => one.conversationId !== call.conversationId)
        }
        expect(table.size).toBe(model.length)
      }
      for (const id of CONVERSATIONS) {
        const rows = table.of(id).map((row) => ({ ...row.stored(), place: row.place, waitPlace: row.waitPlace, target: row.target }))
        expect(rows).toEqual(model.filter((one) => one.conversationId === id))
      }
    }),
    { numRuns: 60 },
  )
})
