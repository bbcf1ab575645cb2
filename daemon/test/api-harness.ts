// Starts an API server over a memory world on a free port and a private socket, and makes clients for every way in.

import { mkdtemp, rm } from "node:fs/promises"
import http from "node:http"
import { connect, type Socket } from "node:net"
import os from "node:os"
import path from "node:path"
import { create } from "@bufbuild/protobuf"
import { type Code, ConnectError, type Transport } from "@connectrpc/connect"
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node"
import { HostSchema } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import pino from "pino"
import { type ApiServer, type ApiServerOptions, createApiServer } from "../src/api/server.ts"
import { Diagnostics } from "../src/model/diagnostics.ts"
import { NO_STORE } from "../src/model/no-store.ts"
import { createPriceBook } from "../src/model/prices/price-book.ts"
import { World } from "../src/model/world.ts"
import { createMemoryWorld, type MemoryWorld } from "./memory-world.ts"

export interface ApiHarness {
  readonly server: ApiServer
  readonly world: MemoryWorld
  readonly diagnostics: Diagnostics
  readonly dir: string
  readonly socketPath: string
  close(): Promise<void>
}

export async function startApi(options: Partial<ApiServerOptions> = {}): Promise<ApiHarness> {
  const dir = await mkdtemp(path.join(os.tmpdir(), "vc-api-"))
  const socketPath = path.join(dir, "run", "sock")
  const world = createMemoryWorld()
  const diagnostics = new Diagnostics()
  const prices = createPriceBook()
  // Reports, corrections, latencies and activities are the model's own; a memory world has none.
  const model = new World({ host: create(HostSchema, {}), prices, now: Date.now })
  const server = await createApiServer({
    host: "127.0.0.1",
    port: 0,
    socketPath,
    world,
    usage: model.usage,
    latency: model.latency,
    activities: model.activities,
    store: NO_STORE,
    readThreadTotals: async () => ({ threads: [{ id: "thread-1", tokens: 1000 }], problems: ["state_5.sqlite: broken"] }),
    diagnostics,
    discover: async () => ({ scanMs: 7, failures: ["tmux did not answer"] }),
    daemon: {
      version: "1.2.3",
      startedMs: Date.now() - 5_000,
      stateDir: "/state",
      scope: "test",
      host: { id: "host-1", name: "here" },
      pricing: { prices, configPath: "/config.toml" },
      counted: () => ({ requests: 11, toolCalls: 12 }),
    },
    webRoot: path.join(dir, "dist"),
    logger: pino({ level: "silent" }),
    ...options,
  })
  return {
    server,
    world,
    diagnostics,
    dir,
    socketPath,
    async close() {
      await server.close()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

export const PROTOCOLS = ["connect", "grpc", "grpc-web"] as const
export type Protocol = (typeof PROTOCOLS)[number]

/** A way to reach the server. */
export interface Way {
  readonly protocol: Protocol
  readonly http: "1.1" | "2"
  readonly over: "tcp" | "unix"
  /** How messages are written. Default binary. */
  readonly format?: "binary" | "json"
}

/** Every combination there is; gRPC needs HTTP/2. */
export const WAYS: readonly Way[] = PROTOCOLS.flatMap((protocol) =>
  (["1.1", "2"] as const)
    .filter((version) => protocol !== "grpc" || version === "2")
    .flatMap((version) => (["tcp", "unix"] as const).map((over) => ({ protocol, http: version, over }))),
)

export function nameOf(way: Way): string {
  return `${way.protocol} over HTTP/${way.http} on ${way.over}`
}

export interface Client {
  readonly transport: Transport
  /** Drops its connections, as a client that dies does. */
  close(): void
}

/** A client of Connect's own, with connections of its own. */
export function openClient(
  { server, socketPath }: Pick<ApiHarness, "server" | "socketPath">,
  { protocol, http: version, over, format = "binary" }: Way,
): Client {
  const sockets = new Set<Socket>()
  const dial = (): Socket => {
    const socket = over === "unix" ? connect(socketPath) : connect(server.port, new URL(server.url).hostname)
    sockets.add(socket)
    return socket
  }
  const close = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  const base = { baseUrl: server.url, useBinaryFormat: format === "binary" }
  if (version === "1.1") {
    const agent = new http.Agent()
    agent.createConnection = dial
    const options = { ...base, httpVersion: version, nodeOptions: { agent } }
    return { transport: protocol === "connect" ? createConnectTransport(options) : createGrpcWebTransport(options), close }
  }
  const options = { ...base, httpVersion: version, nodeOptions: { createConnection: dial } }
  const createTransport = { connect: createConnectTransport, grpc: createGrpcTransport, "grpc-web": createGrpcWebTransport }[protocol]
  return { transport: createTransport(options), close }
}

/** Waits until a condition holds; fails after a generous while with what was seen last. */
export async function until<T>(look: () => T, holds: (value: T) => boolean, what: string): Promise<T> {
  const deadline = performance.now() + 20_000
  for (;;) {
    const value = look()
    if (holds(value)) return value
    if (performance.now() > deadline) throw new Error(`${what}: still ${String(value)}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

export interface Collected<Event> {
  readonly events: readonly Event[]
  /** What the stream ended with; undefined where it ended well. */
  readonly ended: Promise<ConnectError | undefined>
  /** Cancels, and answers the code it ended with. */
  readonly stop: () => Promise<Code | undefined>
}

/** Reads a stream into an array until told to stop. */
export function collect<Event>(call: (options: { signal: AbortSignal }) => AsyncIterable<Event>): Collected<Event> {
  const abort = new AbortController()
  const events: Event[] = []
  const ended = (async () => {
    try {
      for await (const event of call({ signal: abort.signal })) events.push(event)
      return undefined
    } catch (error) {
      return ConnectError.from(error)
    }
  })()
  return {
    events,
    ended,
    async stop() {
      abort.abort()
      return (await ended)?.code
    },
  }
}

/** The first message of a stream, which must end by itself or by its signal. */
export async function firstOf<T>(stream: AsyncIterable<T>): Promise<T | undefined> {
  for await (const message of stream) return message
  return undefined
}

/** The message that a promise fails with. */
export async function failureOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
  } catch (error) {
    return ConnectError.from(error).message
  }
  return "no failure"
}
