import { create, equals, fromBinary, fromJson, toBinary, toJson } from "@bufbuild/protobuf"
import { HostSchema, Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { type Metrics, MetricsSchema } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { type Session, SessionSchema } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { type Hierarchy, HierarchySchema } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { createPriceBook } from "../src/model/prices/price-book.ts"
import { World } from "../src/model/world.ts"
import { anyStep, CONVERSATION_IDS, FACTS_START, take } from "./any-facts.ts"

interface Clock {
  now: number
}

function createWorld(clock: Clock): World {
  return new World({ host: create(HostSchema, { id: "h", name: "box" }), prices: createPriceBook([]), now: () => clock.now })
}

/** All that a world publishes, as JSON in the order of the contract, so that a failure shows what differs. */
function published(world: World): unknown {
  return {
    sessions: world.sessions(Scope.ALL).map(sessionShown),
    trees: world.trees(Scope.ALL).map(treeShown),
    rows: CONVERSATION_IDS.map((id) => rowShown(world.metricsRow(id)?.message)),
  }
}

/** What is known to one who looks again only at what he is told of. */
function follow(world: World): () => unknown {
  const known = { sessions: new Map<string, unknown>(), trees: new Map<string, unknown>(), rows: new Map<string, unknown>() }
  world.subscribe(({ sessionIds, treeIds, conversationIds }) => {
    for (const id of sessionIds) known.sessions.set(id, sessionShown(world.session(id)))
    for (const id of treeIds) known.trees.set(id, treeShown(world.tree(id)))
    for (const id of conversationIds) known.rows.set(id, rowShown(world.metricsRow(id)?.message))
  })
  return () => {
    const sessions = world.sessions(Scope.ALL)
    const roots = new Set(sessions.map(({ id }) => world.treeRoot(id) ?? ""))
    return {
      sessions: sessions.map(({ id }) => known.sessions.get(id)),
      trees: [...roots].map((id) => known.trees.get(id)),
      rows: CONVERSATION_IDS.map((id) => known.rows.get(id)),
    }
  }
}

const sessionShown = (session: Session | undefined) => session && toJson(SessionSchema, session)
const treeShown = (tree: Hierarchy | undefined) => tree && toJson(HierarchySchema, tree)
const rowShown = (row: Metrics | undefined) => row && toJson(MetricsSchema, row)

describe("what a world publishes", () => {
  it("to who asked all along is what it publishes to who asks first", () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 12 }), (steps) => {
        const clock = { now: FACTS_START + 10_000 }
        const [watched, fresh] = [createWorld(clock), createWorld(clock)]
        for (const one of steps) {
          take([watched, fresh], clock, one)
          published(watched)
        }
        expect(published(watched)).toEqual(published(fresh))
      }),
      { numRuns: 400 },
    )
  })

  it("is known to who looks again only at what he is told of", () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 12 }), (steps) => {
        const clock = { now: FACTS_START + 10_000 }
        const [watched, fresh] = [createWorld(clock), createWorld(clock)]
        const known = follow(watched)
        for (const one of steps) take([watched, fresh], clock, one)
        expect(known()).toEqual(published(fresh))
      }),
      { numRuns: 400 },
    )
  })

  it("is what the library would have made, and comes through both formats as it is", () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 12 }), (steps) => {
        const clock = { now: FACTS_START + 10_000 }
        const world = createWorld(clock)
        for (const one of steps) take([world], clock, one)
        for (const id of CONVERSATION_IDS) {
          const row = world.metricsRow(id)?.message
          if (row !== undefined) expectMessage(row)
        }
      }),
      { numRuns: 200 },
    )
  })
})

function expectMessage(row: Metrics): void {
  const binary = fromBinary(MetricsSchema, toBinary(MetricsSchema, row))
  expect(equals(MetricsSchema, row, binary)).toBe(true)
  expect(equals(MetricsSchema, row, fromJson(MetricsSchema, toJson(MetricsSchema, row)))).toBe(true)
  expect(row).toEqual(binary)
}
