// Streams that end badly: clients that vanish, readers that stall, too many of them, and a daemon that stops under them.

import { Code, ConnectError, createClient } from "@connectrpc/connect"
import { Health } from "@vibecraft/shared/gen/grpc/health/v1/health_pb"
import { MetricsService } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import { Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { SessionService } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import { getEventListeners } from "node:events"
import net from "node:net"
import { afterEach, describe, expect, it, vi } from "vitest"
import { type ApiHarness, collect, failureOf, nameOf, openClient, startApi, until, WAYS } from "./api-harness.ts"

let api: ApiHarness
afterEach(() => api.close())

/** Sends a WatchSessions request by hand over HTTP/1.1 and reads nothing. */
function openStalledReader(port: number): net.Socket {
  const json = Buffer.from('{"minIntervalMs":0}')
  const message = Buffer.concat([Buffer.from([0, 0, 0, 0, json.length]), json])
  const socket = net.connect(port, "127.0.0.1")
  socket.on("error", () => {})
  socket.pause()
  socket.write(
    `POST /vibecraft.v1.SessionService/WatchSessions HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n` +
      `Content-Type: application/connect+json\r\nContent-Length: ${message.length}\r\n\r\n`,
  )
  socket.write(message)
  return socket
}

describe.each(WAYS.map((way) => ({ way, name: nameOf(way) })))("$name", ({ way }) => {
  it("forgets 200 streams whose clients vanish", async () => {
    api = await startApi()
    const clients = Array.from({ length: 4 }, () => openClient(api, way))
    const streams = Array.from({ length: 200 }, (_, index) => {
      const { transport } = clients[index % clients.length] ?? openClient(api, way)
      return index % 2 === 0
        ? collect((options) => createClient(SessionService, transport).watchSessions({}, options))
        : collect((options) => createClient(MetricsService, transport).watchMetrics({}, options))
    })
    await until(
      () => api.server.watchers(),
      (count) => count === 200,
      "watchers",
    )
    expect(api.world.listeners()).toBe(200)
    // Half of them cancel first; the rest are cut off, as when the client's process is killed.
    await Promise.all(streams.filter((_, index) => index % 4 < 2).map((stream) => stream.stop()))
    for (const client of clients) client.close()
    await until(
      () => api.server.watchers() + api.world.listeners(),
      (count) => count === 0,
      "watchers",
    )
  })

  it("ends streams when it stops, and says why", async () => {
    api = await startApi()
    const client = openClient(api, way)
    const sessions = collect((options) => createClient(SessionService, client.transport).watchSessions({}, options))
    const metrics = collect((options) => createClient(MetricsService, client.transport).watchMetrics({}, options))
    const health = collect((options) => createClient(Health, client.transport).watch({}, options))
    await until(
      () => Math.min(sessions.events.length, metrics.events.length, health.events.length),
      (count) => count > 0,
      "first messages",
    )
    await api.server.close("daemon stopping")
    const ends = await Promise.all([sessions.ended, metrics.ended, health.ended])
    expect(ends.map((end) => end?.message)).toEqual(Array.from({ length: 3 }, () => "[unavailable] daemon stopping"))
    client.close()
  })
})

describe("a stream", () => {
  it("leaves nothing on the signal that stops the daemon", async () => {
    api = await startApi()
    const { transport } = openClient(api, { protocol: "connect", http: "1.1", over: "tcp" })
    for (let round = 0; round < 5; round++) {
      const stream = collect((options) => createClient(SessionService, transport).watchSessions({}, options))
      await until(
        () => stream.events.length,
        (count) => count > 0,
        "snapshot",
      )
      await stream.stop()
    }
    await until(
      () => api.server.watchers(),
      (count) => count === 0,
      "watchers",
    )
    const left: number[] = []
    // oxlint-disable-next-line typescript/unbound-method -- called with the controller it belongs to
    const abort = AbortController.prototype.abort
    const spy = vi.spyOn(AbortController.prototype, "abort").mockImplementation(function (this: AbortController, reason) {
      if (ConnectError.from(reason).code === Code.Unavailable) left.push(getEventListeners(this.signal, "abort").length)
      abort.call(this, reason)
    })
    await api.server.close()
    spy.mockRestore()
    expect(left).toEqual([0])
  })

  it("that its client cancels is no failure of ours, and its log line says how it ended", async () => {
    const lines: { level: string; code?: unknown }[] = []
    const note = (level: string) => (fields: unknown) => void lines.push({ level, ...Object(fields) })
    api = await startApi({ logger: { debug: note("debug"), info: note("info"), warn: note("warn"), error: note("error") } })
    for (const http of ["1.1", "2"] as const) {
      const client = openClient(api, { protocol: "connect", http, over: "tcp" })
      const cancelled = collect((options) => createClient(SessionService, client.transport).watchSessions({}, options))
      const cutOff = collect((options) => createClient(MetricsService, client.transport).watchMetrics({}, options))
      await until(
        () => Math.min(cancelled.events.length, cutOff.events.length),
        (count) => count > 0,
        "snapshots",
      )
      await cancelled.stop()
      client.close()
    }
    await until(
      () => lines.filter(({ code }) => code !== undefined).length,
      (count) => count === 4,
      "log lines",
    )
    expect(lines.filter(({ level, code }) => level !== "debug" || (code !== "Canceled" && code !== "Aborted"))).toEqual([])
  })

  it("is refused beyond the limit, and has room again once one closes", async () => {
    api = await startApi({ maxWatchers: 2 })
    const { transport } = openClient(api, { protocol: "connect", http: "1.1", over: "tcp" })
    const open = () => collect((options) => createClient(SessionService, transport).watchSessions({}, options))
    const [first, second] = [open(), open()]
    await until(
      () => api.server.watchers(),
      (count) => count === 2,
      "watchers",
    )
    expect((await open().ended)?.message).toBe("[resource_exhausted] 2 streams are open, which is the limit; close one and try again")
    await first.stop()
    await until(
      () => api.server.watchers(),
      (count) => count === 1,
      "watchers",
    )
    const third = open()
    await until(
      () => third.events.length,
      (count) => count > 0,
      "snapshot",
    )
    await Promise.all([second.stop(), third.stop()])
  })

  it("whose reader stalls holds one entry per session, costs the others nothing, and stops no shutdown", async () => {
    api = await startApi()
    const name = "x".repeat(60_000)
    for (let index = 0; index < 50; index++) api.world.putSession({ id: `s-${index}`, name, status: Status.WORKING })
    const stalled = openStalledReader(api.server.port)
    const { transport } = openClient(api, { protocol: "grpc", http: "2", over: "tcp" })
    const reading = collect((options) => createClient(SessionService, transport).watchSessions({ minIntervalMs: 0, id: "s-7" }, options))
    await until(
      () => api.server.watchers(),
      (count) => count === 2,
      "watchers",
    )
    const before = process.memoryUsage().rss
    for (let round = 0; round < 400; round++) {
      for (let index = 0; index < 50; index++)
        api.world.putSession({ id: `s-${index}`, name, title: String(round), status: Status.WORKING })
      await new Promise((resolve) => setImmediate(resolve))
    }
    const latest = () => {
      const last = reading.events.at(-1)?.event
      return last?.case === "updated" ? last.value.sessions[0]?.title : undefined
    }
    await until(latest, (title) => title === "399", "the reader's last title")
    const grownMiB = (process.memoryUsage().rss - before) / 1024 / 1024
    // All changes queued would be 1,200 MB.
    expect(grownMiB).toBeLessThan(400)
    await api.server.close()
    stalled.destroy()
  })

  it("drops out of a scope by the passing of time", async () => {
    api = await startApi({ heartbeatMs: 30 })
    api.world.putSession({ id: "s-1", status: Status.IDLE })
    const { transport } = openClient(api, { protocol: "connect", http: "1.1", over: "tcp" })
    const stream = collect((options) => createClient(SessionService, transport).watchSessions({}, options))
    await until(
      () => stream.events.length,
      (count) => count > 0,
      "snapshot",
    )
    api.world.changeSilently({ id: "s-1", status: Status.ENDED })
    const ended = () => stream.events.flatMap(({ event }) => (event.case === "ended" ? event.value.sessionIds : []))
    expect(await until(ended, (ids) => ids.length > 0, "ended")).toEqual(["s-1"])
    await stream.stop()
  })

  it("tells how far the first read is, and waits for an id that is not known yet while it goes on", async () => {
    api = await startApi()
    api.world.setFirstRead({ bytesRead: 1n, bytesTotal: 9n })
    const { transport } = openClient(api, { protocol: "connect", http: "1.1", over: "tcp" })
    const stream = collect((options) => createClient(SessionService, transport).watchSessions({ id: "c-1", minIntervalMs: 0 }, options))
    await until(
      () => stream.events.length,
      (count) => count > 0,
      "snapshot",
    )
    api.world.putSession({ id: "s-9", conversationId: "c-9", status: Status.IDLE })
    api.world.putSession({ id: "s-1", conversationId: "c-1", status: Status.IDLE })
    api.world.setFirstRead({ bytesRead: 9n, bytesTotal: 9n, done: true })
    const seen = () =>
      stream.events.map(({ event }) => {
        if (event.case === "snapshot") return `snapshot of ${event.value.sessions.length}, ${event.value.firstRead?.bytesRead} bytes`
        if (event.case === "discovered") return `discovered ${event.value.sessions.map((session) => session.id).join()}`
        return event.case === "firstRead" ? `done ${event.value.done}` : event.case
      })
    await until(seen, (all) => all.includes("done true"), "first read")
    expect(seen()).toEqual(["snapshot of 0, 1 bytes", "discovered s-1", "done true"])
    await stream.stop()
  })
})

describe("a call", () => {
  it("that is too large is refused", async () => {
    api = await startApi()
    const messages = await Promise.all(
      WAYS.map(async (way) => {
        const client = openClient(api, way)
        const message = await failureOf(createClient(SessionService, client.transport).getSession({ id: "x".repeat(1_100_000) }))
        client.close()
        return message
      }),
    )
    expect(messages.filter((message) => !message.startsWith("[resource_exhausted]"))).toEqual([])
  })

  it("that fails for a reason of ours says no more than that", async () => {
    api = await startApi({ discover: () => Promise.reject(new Error("secret path /home/me")) })
    const { transport } = openClient(api, { protocol: "connect", http: "1.1", over: "tcp" })
    expect(await failureOf(createClient(SessionService, transport).discoverSessions({}))).toBe("[internal] internal error")
  })

  it("that waits for a scan ends with the daemon and with its deadline", async () => {
    api = await startApi({ discover: () => new Promise(() => {}) })
    const { transport } = openClient(api, { protocol: "grpc", http: "2", over: "tcp" })
    const sessions = createClient(SessionService, transport)
    expect(await failureOf(sessions.discoverSessions({}, { timeoutMs: 50 }))).toContain("[deadline_exceeded]")
    const waiting = failureOf(sessions.discoverSessions({}))
    const listed = await sessions.listSessions({})
    expect(listed.sessions).toEqual([])
    await api.server.close("daemon stopping")
    expect(await waiting).toBe("[unavailable] daemon stopping")
  })
})
