import { create, type MessageInitShape } from "@bufbuild/protobuf"
import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { NodeKind } from "./gen/vibecraft/v1/hierarchy_pb.ts"
import { SessionSchema, Status, type Session } from "./gen/vibecraft/v1/session_pb.ts"
import { WatchSessionsResponseSchema } from "./gen/vibecraft/v1/session_service_pb.ts"
import { compareNeedsYou } from "./needs-you-order.ts"
import { SessionReplica } from "./session-replica.ts"

type Event = MessageInitShape<typeof WatchSessionsResponseSchema>["event"]
const message = (event: NonNullable<Event>) => create(WatchSessionsResponseSchema, { event })
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a number as it may come off the wire
const session = (id: string, status: number): Session => create(SessionSchema, { id, status: status as Status })

describe("SessionReplica", () => {
  test("a snapshot replaces everything and touches old and new", () => {
    const replica = new SessionReplica()
    replica.apply(
      message({ case: "snapshot", value: { sessions: [session("a", Status.IDLE)], daemonVersion: "1", firstRead: { files: 3 } } }),
    )
    const touched = replica.apply(message({ case: "snapshot", value: { sessions: [session("b", Status.IDLE)], daemonVersion: "2" } }))
    expect([...touched].toSorted()).toEqual(["a", "b"])
    expect(replica.get("a")).toBeUndefined()
    expect(replica.sessions().map(({ id }) => id)).toEqual(["b"])
    expect(replica.daemonVersion).toBe("2")
    expect(replica.firstRead).toBeUndefined()
  })

  test("keeps trees in the order of the first of their sessions, drops those that are gone, or not in a new snapshot", () => {
    const replica = new SessionReplica()
    const tree = (rootId: string, ...below: string[]) => ({
      rootId,
      nodes: [rootId, ...below].map((id) => ({ id, kind: NodeKind.SESSION })),
    })
    const roots = () => replica.trees().map(({ rootId }) => rootId)
    const sessions = ["a", "b", "c"].map((id) => session(id, id === "b" ? Status.WAITING : Status.IDLE))
    replica.apply(message({ case: "snapshot", value: { sessions } }))
    expect(replica.apply(message({ case: "hierarchy", value: { trees: [tree("a"), tree("b"), tree("c")] } }))).toEqual(
      new Set(["a", "b", "c"]),
    )
    expect(roots()).toEqual(["b", "a", "c"])
    expect(replica.apply(message({ case: "hierarchy", value: { goneRootIds: ["c"], trees: [tree("a", "c")] } }))).toEqual(
      new Set(["a", "c"]),
    )
    expect(roots()).toEqual(["b", "a"])
    replica.apply(message({ case: "hierarchy", value: { trees: [tree("out of scope", "b")] } }))
    replica.apply(message({ case: "hierarchy", value: { goneRootIds: ["b"] } }))
    expect(roots()).toEqual(["out of scope", "a"])
    replica.apply(message({ case: "ended", value: { sessionIds: ["b"] } }))
    replica.apply(message({ case: "hierarchy", value: { goneRootIds: ["out of scope"] } }))
    expect([roots(), replica.allTrees().length]).toEqual([["a"], 1])
    replica.apply(message({ case: "snapshot", value: { sessions } }))
    expect(roots()).toEqual([])
  })

  test("an update moves a session to its place, and a heartbeat leaves the list as it is", () => {
    const replica = new SessionReplica()
    replica.apply(message({ case: "snapshot", value: { sessions: [session("a", Status.WORKING), session("b", Status.WORKING)] } }))
    expect([...replica.apply(message({ case: "updated", value: { sessions: [session("b", Status.WAITING)] } }))]).toEqual(["b"])
    expect(replica.sessions().map(({ id }) => id)).toEqual(["b", "a"])
    expect(replica.waiting).toBe(1)
    const before = replica.sessions()
    expect(replica.apply(message({ case: "heartbeat", value: {} })).size).toBe(0)
    expect(replica.sessions()).toBe(before)
  })

  test("ended touches only what was there; first-read news are kept", () => {
    const replica = new SessionReplica()
    replica.apply(message({ case: "discovered", value: { sessions: [session("a", Status.IDLE)] } }))
    expect([...replica.apply(message({ case: "ended", value: { sessionIds: ["a", "ghost"] } }))]).toEqual(["a"])
    expect(replica.size).toBe(0)
    replica.apply(message({ case: "firstRead", value: { done: true } }))
    expect(replica.firstRead?.done).toBe(true)
  })

  test("snapshot and any changes give the world that they describe", () => {
    const change = fc.record({ id: fc.constantFrom("a", "b", "c", "d"), status: fc.integer({ min: 1, max: 8 }), gone: fc.boolean() })
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const replica = new SessionReplica()
        const world = new Map<string, Session>()
        replica.apply(message({ case: "snapshot", value: {} }))
        for (const { id, status, gone } of changes) {
          if (gone) {
            world.delete(id)
            replica.apply(message({ case: "ended", value: { sessionIds: [id] } }))
          } else {
            const now = session(id, status)
            replica.apply(message({ case: world.has(id) ? "updated" : "discovered", value: { sessions: [now] } }))
            world.set(id, now)
          }
        }
        expect(replica.sessions()).toEqual([...world.values()].toSorted(compareNeedsYou))
      }),
    )
  })
})
