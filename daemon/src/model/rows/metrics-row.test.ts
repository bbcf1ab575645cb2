import { create } from "@bufbuild/protobuf"
import { HostSchema, Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { agentSeen, anyFact, FACTS_START as START } from "../../../test/any-facts.ts"
import type { Fact } from "../../domain/facts.ts"
import { createPriceBook } from "../prices/price-book.ts"
import { World } from "../world.ts"
import type { PublishedRow } from "./published-row.ts"

function createWorld(): World {
  return new World({ host: create(HostSchema, { id: "h", name: "box" }), prices: createPriceBook([]), now: () => START + 10_000 })
}

const seen: Fact = { kind: "conversation-seen", conversationId: "one", agent: "claude" }

describe("a row of metrics", () => {
  it("stays as it was published while later ones differ", () => {
    fc.assert(
      fc.property(fc.array(anyFact, { maxLength: 20 }), (list) => {
        const world = createWorld()
        const published = new Map<PublishedRow, string>()
        for (const one of list) {
          world.apply([one])
          for (const row of world.metrics(Scope.ALL)) published.set(row, hexOf(row))
        }
        for (const [row, before] of published) expect(hexOf(row)).toBe(before)
      }),
    )
  })

  it("tells of tools with most calls first, then by name, whichever was called last", () => {
    const world = createWorld()
    world.apply([seen, agentSeen("one", "busy")])
    let calls = 0
    const orderAfter = (...names: string[]): readonly string[] | undefined => {
      for (const name of names) {
        const call = { conversationId: "one", callId: `${calls++}`, name }
        world.apply([{ kind: "tool-started", ...call, timeMs: START }])
      }
      return world.metricsRow("one")?.message.tools.map((tool) => `${tool.calls} ${tool.name}`)
    }
    expect(orderAfter("Read", "Edit", "Bash")).toEqual(["1 Bash", "1 Edit", "1 Read"])
    expect(orderAfter("Bash", "Read")).toEqual(["2 Bash", "2 Read", "1 Edit"])
    expect(orderAfter("Edit", "Edit")).toEqual(["3 Edit", "2 Bash", "2 Read"])
  })

  it("tells what another copy of a call's end says of it", () => {
    const world = createWorld()
    const end = { kind: "tool-ended", conversationId: "one", callId: "a", timeMs: START + 7, outcome: "failed" } as const
    world.apply([
      seen,
      agentSeen("one", "busy"),
      { kind: "tool-started", conversationId: "one", callId: "a", name: "Bash", timeMs: START },
      end,
    ])
    expect(world.metricsRow("one")?.message.errors[0]?.lastExample).toBeUndefined()
    world.apply([{ ...end, example: "no such file" }])
    const row = world.metricsRow("one")?.message
    expect([row?.errors[0]?.lastExample, row?.tools[0]?.errors[0]?.lastExample]).toEqual(["no such file", "no such file"])
  })
})

function hexOf({ bytes }: PublishedRow): string {
  return Buffer.from(bytes).toString("hex")
}
