import { create, type MessageInitShape } from "@bufbuild/protobuf"
import { describe, expect, test } from "vitest"
import { MetricsSchema, type Metrics } from "./gen/vibecraft/v1/metrics_pb.ts"
import { WatchMetricsResponseSchema } from "./gen/vibecraft/v1/metrics_service_pb.ts"
import { MetricsReplica } from "./metrics-replica.ts"

type Event = MessageInitShape<typeof WatchMetricsResponseSchema>["event"]
const message = (event: NonNullable<Event>) => create(WatchMetricsResponseSchema, { event })
const row = (conversationId: string, sessionId: string, requests = 0n): Metrics =>
  create(MetricsSchema, { conversationId, sessionId, requests })
const sorted = (ids: ReadonlySet<string>) => [...ids].toSorted()

function filled(...metrics: Metrics[]): MetricsReplica {
  const replica = new MetricsReplica()
  replica.apply(message({ case: "snapshot", value: { metrics, firstRead: { files: 1 } } }))
  return replica
}

describe("MetricsReplica", () => {
  test("finds rows by conversation and by session", () => {
    const replica = filled(row("c1", "s1"), row("c2", "s1"), row("c3", "s2"))
    expect(replica.ofConversation("c3")?.sessionId).toBe("s2")
    expect(replica.ofSession("s1").map(({ conversationId }) => conversationId)).toEqual(["c1", "c2"])
    expect(replica.ofSession("nobody")).toEqual([])
    expect(replica.firstRead?.files).toBe(1)
  })

  test("an update replaces the row and names its session", () => {
    const replica = filled(row("c1", "s1"))
    const change = replica.apply(message({ case: "updated", value: { metrics: [row("c1", "s1", 7n)] } }))
    expect(replica.ofConversation("c1")?.requests).toBe(7n)
    expect([sorted(change.conversationIds), sorted(change.sessionIds)]).toEqual([["c1"], ["s1"]])
  })

  test("a row that moves to another session touches both", () => {
    const replica = filled(row("c1", "s1"))
    const change = replica.apply(message({ case: "updated", value: { metrics: [row("c1", "s2")] } }))
    expect(sorted(change.sessionIds)).toEqual(["s1", "s2"])
    expect(replica.ofSession("s1")).toEqual([])
    expect(replica.ofSession("s2")).toHaveLength(1)
  })

  test("a snapshot replaces all, ended removes, a heartbeat changes nothing", () => {
    const replica = filled(row("c1", "s1"), row("c2", "s2"))
    expect(sorted(replica.apply(message({ case: "snapshot", value: { metrics: [row("c3", "s3")] } })).conversationIds)).toEqual([
      "c1",
      "c2",
      "c3",
    ])
    const rows = replica.rows()
    replica.apply(message({ case: "heartbeat", value: {} }))
    expect(replica.rows()).toBe(rows)
    expect(sorted(replica.apply(message({ case: "ended", value: { conversationIds: ["c3", "ghost"] } })).sessionIds)).toEqual(["s3"])
    expect(replica.rows()).toEqual([])
  })
})
