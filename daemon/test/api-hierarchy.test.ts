// Hierarchies over the API: one tree or all of a scope, and in the watch of sessions for those who ask.

import { createClient } from "@connectrpc/connect"
import { Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { SessionService } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import { afterEach, describe, expect, it } from "vitest"
import { type ApiHarness, collect, failureOf, nameOf, openClient, startApi, until, WAYS } from "./api-harness.ts"

let api: ApiHarness
afterEach(() => api.close())

async function startWithTrees() {
  api = await startApi()
  api.world.putSession({ id: "s1", status: Status.IDLE, conversationId: "c1" })
  api.world.putSession({ id: "s2", status: Status.ENDED, conversationId: "c2" })
  api.world.putTree({ rootId: "s1", nodes: [{ id: "s1" }, { id: "c1/a", parentId: "s1" }] })
  api.world.putTree({ rootId: "s2", nodes: [{ id: "s2" }] })
}

describe.each(WAYS.map((way) => ({ way, name: nameOf(way) })))("$name", ({ way }) => {
  it("answers the tree that an id is in, or all of a scope", async () => {
    await startWithTrees()
    const client = openClient(api, way)
    const sessions = createClient(SessionService, client.transport)
    const roots = async (request: { id?: string; scope?: Scope }) =>
      (await sessions.getHierarchy(request)).trees.map(({ rootId }) => rootId)
    expect(await roots({})).toEqual(["s1"])
    expect(await roots({ scope: Scope.ALL })).toEqual(["s1", "s2"])
    expect(await roots({ id: "c1/a" })).toEqual(["s1"])
    expect(await roots({ id: "s2" })).toEqual(["s2"])
    expect(await failureOf(sessions.getHierarchy({ id: "nobody" }))).toBe('[not_found] no session, conversation or node "nobody"')
    client.close()
  })

  it("sends trees behind the snapshot and as they change to those who ask, and to no others", async () => {
    await startWithTrees()
    const client = openClient(api, way)
    const sessions = createClient(SessionService, client.transport)
    const asking = collect((options) => sessions.watchSessions({ hierarchy: true, minIntervalMs: 0 }, options))
    const silent = collect((options) => sessions.watchSessions({ minIntervalMs: 0 }, options))
    await until(
      () => [asking.events.length, silent.events.length],
      ([told = 0, others = 0]) => told === 2 && others === 1,
      "snapshots",
    )
    api.world.putTree({ rootId: "s1", nodes: [{ id: "s1", name: "changed" }] })
    api.world.putTree({ rootId: "s2", nodes: [{ id: "s2", name: "out of scope" }] })
    api.world.putSession({ id: "s1", status: Status.WORKING, conversationId: "c1" })
    await until(
      () => [asking.events, silent.events].map((events) => events.map(({ event }) => event.case)),
      ([told = [], others = []]) => told.includes("updated") && told.length >= 4 && others.includes("updated"),
      "changes",
    )
    const trees = asking.events.flatMap(({ event }) => (event.case === "hierarchy" ? event.value.trees : []))
    expect(trees.map(({ rootId }) => rootId)).not.toContain("s2")
    expect(trees.at(-1)?.nodes[0]?.name).toBe("changed")
    expect(silent.events.map(({ event }) => event.case)).not.toContain("hierarchy")
    client.close()
  })
})
