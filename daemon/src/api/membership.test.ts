import * as fc from "fast-check"
import { expect, it } from "vitest"
import { createMembership, type Followed } from "./membership.ts"

interface Item {
  readonly id: string
  readonly version: number
  readonly inScope: boolean
}

function followedOf(world: ReadonlyMap<string, Item>): Followed<Item> {
  return {
    list: () => [...world.values()].filter((item) => item.inScope),
    item: (id) => world.get(id),
    has: (id) => world.get(id)?.inScope === true,
    idOf: (item) => item.id,
  }
}

it("says what came, changed and left, once each", () => {
  const world = new Map<string, Item>([["a", { id: "a", version: 1, inScope: true }]])
  const membership = createMembership(followedOf(world))
  expect(membership.snapshot()).toHaveLength(1)
  world.set("a", { id: "a", version: 2, inScope: true })
  world.set("b", { id: "b", version: 1, inScope: true })
  world.set("c", { id: "c", version: 1, inScope: false })
  const first = membership.changes(["a", "b", "c", "nobody"])
  expect([first.added.map((item) => item.id), first.changed.map((item) => item.version), first.removed]).toEqual([["b"], [2], []])
  world.set("a", { id: "a", version: 3, inScope: false })
  world.delete("b")
  expect(membership.changes(["a", "b", "c"]).removed).toEqual(["a", "b"])
  expect(membership.changes(["a", "b", "c"])).toEqual({ added: [], changed: [], removed: [] })
})

it("finds those that left without being touched", () => {
  const world = new Map<string, Item>([["a", { id: "a", version: 1, inScope: true }]])
  const membership = createMembership(followedOf(world))
  membership.snapshot()
  world.set("a", { id: "a", version: 1, inScope: false })
  expect([membership.leavers(), membership.leavers(), membership.changes(["a"]).removed]).toEqual([["a"], [], []])
})

it("a snapshot and the changes after it, taken whenever, are the world", () => {
  const change = fc.record({
    id: fc.integer({ min: 0, max: 7 }).map(String),
    kind: fc.constantFrom("put", "leave", "delete", "send", "sweep"),
  })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), fc.array(change, { maxLength: 60 }), (before, after) => {
      const world = new Map<string, Item>()
      const dirty = new Set<string>()
      let version = 0
      const apply = ({ id, kind }: { id: string; kind: string }): void => {
        if (kind === "put") world.set(id, { id, version: version++, inScope: true })
        else if (kind === "leave" && world.has(id)) world.set(id, { id, version: version++, inScope: false })
        else if (kind === "delete") world.delete(id)
        dirty.add(id)
      }
      for (const one of before) apply(one)
      const followed = followedOf(world)
      const membership = createMembership(followed)
      dirty.clear()
      const client = new Map(membership.snapshot().map((item) => [item.id, item]))
      const send = (): void => {
        const { added, changed, removed } = membership.changes(dirty)
        dirty.clear()
        for (const item of added) {
          expect(client.has(item.id)).toBe(false)
          client.set(item.id, item)
        }
        for (const item of changed) {
          expect(client.has(item.id)).toBe(true)
          client.set(item.id, item)
        }
        for (const id of removed) expect(client.delete(id)).toBe(true)
      }
      for (const one of after) {
        if (one.kind === "send") send()
        else if (one.kind === "sweep") for (const id of membership.leavers()) expect(client.delete(id)).toBe(true)
        else apply(one)
      }
      send()
      expect(client).toEqual(new Map(followed.list().map((item) => [item.id, item])))
    }),
    { numRuns: 500 },
  )
})
