// Programs that share no code with the daemon speak to it: buf curl (Go) in three protocols, and grpc-js with nothing but the proto files.

import {
  ChannelCredentials,
  type Client as GrpcClient,
  loadPackageDefinition,
  type ServiceError,
  status as GrpcStatus,
} from "@grpc/grpc-js"
import { loadSync } from "@grpc/proto-loader"
import { Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { execFile, spawn } from "node:child_process"
import { once } from "node:events"
import path from "node:path"
import { promisify } from "node:util"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { type ApiHarness, startApi, until } from "./api-harness.ts"

const ROOT = path.resolve(import.meta.dirname, "..", "..")
const BUF = path.join(ROOT, "node_modules", ".bin", "buf")

let api: ApiHarness
beforeAll(async () => {
  api = await startApi({ heartbeatMs: 100 })
  api.world.putSession({ id: "s-1", conversationId: "c-1", name: "one", status: Status.WAITING, host: { id: "h", name: "here" } })
  api.world.putMetrics({ sessionId: "s-1", conversationId: "c-1", tokens: { total: 9_007_199_254_740_993n }, errorRate: 0 })
})
afterAll(() => api.close())

const WAYS = [
  { protocol: "connect", http: "1.1", flags: [] },
  { protocol: "connect", http: "2", flags: ["--http2-prior-knowledge"] },
  { protocol: "grpc", http: "2", flags: ["--http2-prior-knowledge"] },
  { protocol: "grpcweb", http: "1.1", flags: [] },
  { protocol: "grpcweb", http: "2", flags: ["--http2-prior-knowledge"] },
].flatMap((way) => ["tcp", "unix socket"].map((over) => ({ ...way, over })))

describe.each(WAYS)("buf curl, $protocol over HTTP/$http on $over", ({ protocol, flags, over }) => {
  const call = (method: string, body: object): { args: string[]; options: { cwd: string; env: NodeJS.ProcessEnv } } => ({
    args: [
      "curl",
      "--schema",
      "proto",
      "--protocol",
      protocol,
      ...flags,
      ...(over === "tcp" ? [] : ["--unix-socket", api.socketPath]),
      "-d",
      JSON.stringify(body),
      `${api.server.url}/${method}`,
    ],
    options: { cwd: ROOT, env: { ...process.env, HOME: api.dir, BUF_CACHE_DIR: path.join(api.dir, "buf-cache") } },
  })

  it("gets answers, errors and health", async () => {
    const run = async (method: string, body: object): Promise<unknown> => {
      const { args, options } = call(method, body)
      const { stdout } = await promisify(execFile)(BUF, args, options)
      return JSON.parse(stdout)
    }
    const list = await run("vibecraft.v1.SessionService/ListSessions", { scope: "SCOPE_LIVE" })
    expect(list).toMatchObject({
      sessions: [{ id: "s-1", host: { id: "h", name: "here" }, status: "STATUS_WAITING", conversationId: "c-1" }],
    })
    expect(await run("vibecraft.v1.MetricsService/GetMetrics", { id: "c-1" })).toMatchObject({
      metrics: [{ tokens: { total: "9007199254740993" }, errorRate: 0 }],
    })
    expect(await run("grpc.health.v1.Health/Check", {})).toEqual({ status: "SERVING" })
    const failure = run("vibecraft.v1.SessionService/GetSession", { id: "nobody" })
    await expect(failure).rejects.toThrow(/not_found.*no session or conversation/su)
  })

  it("follows sessions", async () => {
    const { args, options } = call("vibecraft.v1.SessionService/WatchSessions", {})
    // The npm package wraps the program, so both are one process group.
    const child = spawn(BUF, args, { ...options, stdio: ["ignore", "pipe", "pipe"], detached: true })
    const exited = once(child, "exit")
    let text = ""
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text += chunk))
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (text += chunk))
    try {
      await until(
        () => text,
        (seen) => seen.includes("heartbeat"),
        "a heartbeat",
      )
      expect(text).toMatch(/snapshot.*s-1.*heartbeat/su)
    } finally {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL")
      await exited
    }
    await until(
      () => api.server.watchers(),
      (count) => count === 0,
      "watchers",
    )
  })
})

/** A client made of the proto files alone knows its methods by name. */
type Dynamic = GrpcClient & Record<string, (...args: unknown[]) => unknown>

describe("grpc-js with the proto files", () => {
  const definition = loadSync(["vibecraft/v1/session_service.proto", "vibecraft/v1/metrics_service.proto", "grpc/health/v1/health.proto"], {
    includeDirs: [path.join(ROOT, "proto")],
    longs: String,
    enums: String,
    oneofs: true,
  })
  let clients: GrpcClient[] = []

  const open = (service: string, target: string): Dynamic => {
    const found: unknown = service
      .split(".")
      .reduce<unknown>((at, name) => Reflect.get(Object(at), name), loadPackageDefinition(definition))
    if (typeof found !== "function") throw new Error(`${service} is not in the proto files`)
    const client: Dynamic = Reflect.construct(found, [target, ChannelCredentials.createInsecure()])
    clients.push(client)
    return client
  }
  const unary = (client: Dynamic, method: string, request: object): Promise<unknown> =>
    new Promise((resolve, reject) => {
      client[method]?.(request, (error: ServiceError | null, response: unknown) => (error === null ? resolve(response) : reject(error)))
    })

  beforeEach(() => {
    clients = []
  })
  afterEach(() => {
    for (const client of clients) client.close()
  })

  it.each(["tcp", "unix"])("calls, fails, follows and checks health over %s", async (over) => {
    const target = over === "tcp" ? `127.0.0.1:${api.server.port}` : `unix:${api.socketPath}`
    const sessions = open("vibecraft.v1.SessionService", target)
    expect(await unary(sessions, "ListSessions", {})).toMatchObject({ sessions: [{ id: "s-1", status: "STATUS_WAITING" }] })
    await expect(unary(sessions, "GetSession", { id: "nobody" })).rejects.toMatchObject({
      code: GrpcStatus.NOT_FOUND,
      details: 'no session or conversation "nobody"',
    })
    expect(await unary(open("grpc.health.v1.Health", target), "Check", { service: "vibecraft.v1.MetricsService" })).toEqual({
      status: "SERVING",
    })

    const metrics = open("vibecraft.v1.MetricsService", target)
    const cases = await new Promise<string[]>((resolve, reject) => {
      const seen: string[] = []
      const stream = metrics["WatchMetrics"]?.({ id: "s-1", min_interval_ms: 0 }) as NodeJS.EventEmitter & { cancel(): void }
      stream.on("data", (message: { event: string }) => {
        seen.push(message.event)
        if (seen.length === 1) api.world.putMetrics({ sessionId: "s-1", conversationId: "c-1", tokens: { total: 9_007_199_254_740_993n } })
        if (message.event === "heartbeat") stream.cancel()
      })
      stream.on("error", (error: ServiceError) => (error.code === GrpcStatus.CANCELLED ? resolve(seen) : reject(error)))
    })
    expect(cases).toEqual(["snapshot", "updated", "heartbeat"])
    await until(
      () => api.server.watchers(),
      (count) => count === 0,
      "watchers",
    )
  })

  it("watches health until the daemon stops", async () => {
    const own = await startApi()
    const health = open("grpc.health.v1.Health", `127.0.0.1:${own.server.port}`)
    const seen: unknown[] = []
    const follow = (service: string): Promise<ServiceError> =>
      new Promise((resolve) => {
        const stream = health["Watch"]?.({ service }) as NodeJS.EventEmitter
        stream.on("data", (message) => seen.push(message))
        stream.on("error", resolve)
      })
    const ends = [follow(""), follow("no.such.Service")]
    await until(
      () => seen.length,
      (count) => count === 2,
      "statuses",
    )
    expect(seen).toEqual(expect.arrayContaining([{ status: "SERVING" }, { status: "SERVICE_UNKNOWN" }]))
    await own.close()
    for (const end of await Promise.all(ends)) expect([end.code, end.details]).toEqual([GrpcStatus.UNAVAILABLE, "daemon stopping"])
  })
})
