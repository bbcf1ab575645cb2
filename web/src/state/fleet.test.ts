import { create } from "@bufbuild/protobuf"
import { SessionSchema, Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { WatchMetricsResponseSchema } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import { WatchSessionsResponseSchema } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import { describe, expect, it } from "vitest"
import { type FleetChange, createFleet } from "./fleet.ts"

const session = (id: string, status: Status) => create(SessionSchema, { id, status, conversationId: `c-${id}` })

function handFleet() {
  let flushes: (() => void)[] = []
  const fleet = createFleet((flush) => flushes.push(flush))
  const changes: FleetChange[] = []
  fleet.onChange((change) => changes.push(change))
  return {
    fleet,
    changes,
    flush: () => {
      const due = flushes
      flushes = []
      for (const each of due) each()
      return due.length
    },
  }
}

describe("the fleet", () => {
  it("tells once per flush, needs-you first, and which ones were announced", () => {
    const { fleet, changes, flush } = handFleet()
    fleet.applySessions(
      create(WatchSessionsResponseSchema, {
        event: { case: "snapshot", value: { sessions: [session("a", Status.WORKING), session("b", Status.WAITING)] } },
      }),
    )
    fleet.applySessions(
      create(WatchSessionsResponseSchema, { event: { case: "discovered", value: { sessions: [session("c", Status.IDLE)] } } }),
    )
    expect(fleet.sessions.value).toEqual([])
    expect(flush()).toBe(1)
    expect(fleet.sessions.value.map(({ id }) => id)).toEqual(["b", "a", "c"])
    expect(fleet.waiting.value).toBe(1)
    expect(changes).toHaveLength(1)
    expect([...(changes[0]?.changed ?? [])].sort()).toEqual(["a", "b", "c"])
    expect([...(changes[0]?.discovered ?? [])]).toEqual(["c"])
  })

  it("puts the present conversation's row first", () => {
    const { fleet, flush } = handFleet()
    const rows = ["old", "c-a"].map((conversationId) => ({ conversationId, sessionId: "a" }))
    fleet.applyMetrics(
      create(WatchMetricsResponseSchema, { event: { case: "snapshot", value: { metrics: rows, firstRead: { done: true } } } }),
    )
    flush()
    expect(fleet.metricsOf(session("a", Status.IDLE)).map((row) => row.conversationId)).toEqual(["c-a", "old"])
    expect(fleet.firstRead.value?.done).toBe(true)
  })
})
