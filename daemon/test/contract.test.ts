// The contract as clients see it, in every protocol, over HTTP/1.1 and HTTP/2, over TCP and the unix socket.

import { create } from "@bufbuild/protobuf"
import { Code, createClient } from "@connectrpc/connect"
import { Health, HealthCheckResponse_ServingStatus as ServingStatus } from "@vibecraft/shared/gen/grpc/health/v1/health_pb"
import { Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { DaemonService, SourceHealth } from "@vibecraft/shared/gen/vibecraft/v1/daemon_service_pb"
import { MetricsSchema } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { MetricsService } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import { Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { SessionService } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { type ApiHarness, type Client, collect, failureOf, firstOf, nameOf, openClient, startApi, until, WAYS } from "./api-harness.ts"

let api: ApiHarness
beforeEach(async () => {
  api = await startApi({ heartbeatMs: 150 })
  api.world.putSession({ id: "s-1", conversationId: "c-1", name: "one", status: Status.WORKING })
  api.world.putSession({ id: "s-2", conversationId: "c-2", name: "two", status: Status.IDLE })
  api.world.putMetrics({ sessionId: "s-1", conversationId: "c-1", tokens: { total: 5n } })
})
afterEach(() => api.close())

describe.each(WAYS.map((way) => ({ way, name: nameOf(way) })))("$name", ({ way }) => {
  let client: Client
  beforeEach(() => {
    client = openClient(api, way)
  })
  afterEach(() => client.close())

  it("answers calls", async () => {
    const sessions = createClient(SessionService, client.transport)
    const list = await sessions.listSessions({})
    expect(list.sessions.map((session) => session.id)).toEqual(["s-1", "s-2"])
    expect(list.firstRead?.done).toBe(true)
    expect((await sessions.getSession({ id: "c-2" })).session?.name).toBe("two")
    expect((await sessions.discoverSessions({})).failures).toEqual(["tmux did not answer"])
    const metrics = createClient(MetricsService, client.transport)
    expect((await metrics.getMetrics({ id: "s-1" })).metrics[0]?.tokens?.total).toBe(5n)
    expect((await metrics.listMetrics({})).metrics).toHaveLength(1)
    const health = createClient(Health, client.transport)
    expect((await health.check({ service: "vibecraft.v1.SessionService" })).status).toBe(ServingStatus.SERVING)
  })

  it("says what is wrong with a request", async () => {
    const sessions = createClient(SessionService, client.transport)
    const failures = await Promise.all([
      failureOf(sessions.getSession({ id: "nobody" })),
      failureOf(sessions.getSession({ id: "" })),
      failureOf(sessions.listSessions({ pageSize: -3 })),
      failureOf(firstOf(sessions.watchSessions({ minIntervalMs: 60_001 }, { signal: AbortSignal.timeout(20_000) }))),
      failureOf(firstOf(sessions.watchSessions({ id: "nobody" }, { signal: AbortSignal.timeout(20_000) }))),
    ])
    expect(failures).toEqual([
      '[not_found] no session or conversation "nobody"',
      `[invalid_argument] id is ""; expected a session's or a conversation's id of 1..512 characters`,
      "[invalid_argument] page_size is -3; expected 0..1000",
      "[invalid_argument] min_interval_ms is 60001; expected 0..60000",
      '[not_found] no session or conversation "nobody"',
    ])
  })

  it("follows sessions: a snapshot, what comes, changes and goes, a heartbeat", async () => {
    const { events, stop } = collect((options) =>
      createClient(SessionService, client.transport).watchSessions({ scope: Scope.LIVE, minIntervalMs: 0 }, options),
    )
    await until(
      () => events.length,
      (count) => count > 0,
      "snapshot",
    )
    api.world.putSession({ id: "s-3", name: "three", status: Status.STARTING })
    await until(
      () => events.length,
      (count) => count > 1,
      "discovered",
    )
    api.world.putSession({ id: "s-3", name: "three", status: Status.WAITING })
    await until(
      () => events.length,
      (count) => count > 2,
      "updated",
    )
    api.world.putSession({ id: "s-3", name: "three", status: Status.OFFLINE })
    await until(
      () => events.length,
      (count) => count > 3,
      "ended",
    )
    await until(
      () => events.length,
      (count) => count > 4,
      "heartbeat",
    )
    expect(events.map((event) => event.event.case).slice(0, 5)).toEqual(["snapshot", "discovered", "updated", "ended", "heartbeat"])
    const [snapshot, , updated, ended] = events
    expect(snapshot?.event.case === "snapshot" && snapshot.event.value.sessions.map((session) => session.id)).toEqual(["s-1", "s-2"])
    expect(snapshot?.event.case === "snapshot" && snapshot.event.value.daemonVersion).toBe("1.2.3")
    expect(updated?.event.case === "updated" && updated.event.value.sessions[0]?.status).toBe(Status.WAITING)
    expect(ended?.event.case === "ended" && ended.event.value.sessionIds).toEqual(["s-3"])
    expect(await stop()).toBe(Code.Canceled)
    await until(
      () => api.server.watchers(),
      (count) => count === 0,
      "watchers",
    )
  })

  it("follows metrics of one session and of no other", async () => {
    const { events, stop } = collect((options) =>
      createClient(MetricsService, client.transport).watchMetrics({ id: "s-1", minIntervalMs: 0 }, options),
    )
    await until(
      () => events.length,
      (count) => count > 0,
      "snapshot",
    )
    api.world.putMetrics({ sessionId: "s-2", conversationId: "c-2", tokens: { total: 1n } })
    api.world.putMetrics({ sessionId: "s-1", conversationId: "c-1", tokens: { total: 9n } })
    const updates = () => events.flatMap((event) => (event.event.case === "updated" ? event.event.value.metrics : []))
    await until(
      () => updates().length,
      (count) => count > 0,
      "updated",
    )
    expect(updates().map((row) => [row.conversationId, row.tokens?.total])).toEqual([["c-1", 9n]])
    await stop()
  })

  it("sends a changed row to all who watch as it is, in the binary format and in JSON", async () => {
    const readers = (["binary", "binary", "json"] as const).map((format) => openClient(api, { ...way, format }))
    const watches = readers.map(({ transport }) =>
      collect((options) => createClient(MetricsService, transport).watchMetrics({ minIntervalMs: 0 }, options)),
    )
    const rowsOf = (watch: (typeof watches)[number]) =>
      watch.events.flatMap(({ event }) => (event.case === "updated" ? event.value.metrics : []))
    const allHave = (count: number) =>
      until(
        () => watches.map((watch) => (count === 0 ? watch.events.length : rowsOf(watch).length)),
        (counts) => counts.every((held) => held >= Math.max(1, count)),
        `${count} rows`,
      )
    await allHave(0)
    // One that is short, and one whose length takes more than a byte.
    api.world.putMetrics({ sessionId: "s-1", conversationId: "c-1" })
    await allHave(1)
    api.world.putMetrics({
      sessionId: "s-1",
      conversationId: "c-1",
      tokens: { total: 2n ** 53n + 1n },
      cost: { nanosUsd: -1n, unpricedModels: ["nobody", "naïve ☃"] },
      toolCounts: { Bash: 3, ["__proto__"]: 1 },
      tools: Array.from({ length: 40 }, (_, index) => ({ name: `tool ${index}`, calls: index, latency: { meanMs: index / 3 } })),
      errorRate: 0,
    })
    await allHave(2)
    const row = api.world.metricsRow("c-1")?.message
    expect(row?.tools).toHaveLength(40)
    for (const watch of watches) {
      const [short, long] = rowsOf(watch)
      expect(short).toEqual(create(MetricsSchema, { sessionId: "s-1", conversationId: "c-1" }))
      expect(long).toEqual(row)
    }
    await Promise.all(watches.map((watch) => watch.stop()))
    for (const reader of readers) reader.close()
  })

  it.each(["binary", "json"] as const)("answers with rows as they are, in the format %s", async (format) => {
    api.world.putMetrics({ sessionId: "s-1", conversationId: "c-1", tokens: { total: 7n }, models: ["one", "two"], errorRate: 0.5 })
    const row = create(MetricsSchema, {
      sessionId: "s-1",
      conversationId: "c-1",
      tokens: { total: 7n },
      models: ["one", "two"],
      errorRate: 0.5,
    })
    const reader = openClient(api, { ...way, format })
    const metrics = createClient(MetricsService, reader.transport)
    const { events, stop } = collect((options) => metrics.watchMetrics({ id: "c-1" }, options))
    await until(
      () => events.length,
      (count) => count > 0,
      "snapshot",
    )
    expect(events[0]?.event).toMatchObject({ case: "snapshot", value: { metrics: [row], firstRead: { done: true } } })
    await stop()
    expect(await metrics.getMetrics({ id: "c-1" })).toMatchObject({ metrics: [row], firstRead: { done: true } })
    expect(await metrics.listMetrics({})).toMatchObject({ metrics: [row], firstRead: { done: true }, nextPageToken: "" })
    reader.close()
  })
})

it("tells how the daemon is", async () => {
  api.diagnostics.source({ kind: "tmux", name: "/tmp/tmux", health: "failed", detail: "it does not answer", seenMs: 1_000 })
  api.diagnostics.source({ kind: "processes", name: "", health: "ok", detail: "" })
  api.diagnostics.problem("not-json", "/a/file", "a line is no JSON", 3)
  api.diagnostics.counters.badLines = 3
  const { transport } = openClient(api, { protocol: "connect", http: "1.1", over: "tcp" })
  const status = await createClient(DaemonService, transport).getStatus({})
  expect(status).toMatchObject({
    version: "1.2.3",
    host: { id: "host-1", name: "here" },
    pid: process.pid,
    url: api.server.url,
    socket: api.socketPath,
    stateDir: "/state",
    scope: "test",
    firstRead: { done: true },
    sources: [
      { kind: "tmux", name: "/tmp/tmux", health: SourceHealth.FAILED, detail: "it does not answer", seenTime: { seconds: 1n } },
      { kind: "processes", name: "", health: SourceHealth.OK },
    ],
    problems: [{ kind: "not-json", subject: "/a/file", count: 3n }],
    counters: { badLines: 3n, requests: 11n, toolCalls: 12n, watchers: 0 },
  })
  expect(status.sources[1]?.seenTime).toBeUndefined()
  expect(status.uptimeMs).toBeGreaterThanOrEqual(5_000n)
  expect(status.rssBytes).toBeGreaterThan(10_000_000n)
})
