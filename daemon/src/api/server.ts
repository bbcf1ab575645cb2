// The API server: one TCP port and one unix socket, each with every protocol, the web client and the guards in front. The port opens last,
// so whoever can connect finds everything there.

import { Code, ConnectError } from "@connectrpc/connect"
import type { Diagnostics } from "../model/diagnostics.ts"
import type { PublishedActivities } from "../model/published-activities.ts"
import type { PublishedWorld } from "../model/published-world.ts"
import type { StorePort } from "../model/store-port.ts"
import { systemTimers, type Timers } from "../model/timers.ts"
import { abortReason } from "./abort-reason.ts"
import { createActivityService } from "./activity-service.ts"
import type { ReadThreadTotals } from "./audit-service.ts"
import type { ApiLogger } from "./api-logger.ts"
import { createDaemonService, type DaemonFacts } from "./daemon-service.ts"
import { watchEventLoopDelay } from "./event-loop-delay.ts"
import { createGuard, type Guard, type Refusal, urlHost } from "./guards.ts"
import { AddressUnusableError, PortInUseError } from "./listen-errors.ts"
import type { LatencyPort } from "./latency-service.ts"
import { type HttpRequest, type HttpResponse, type Listener, openListener } from "./listener.ts"
import { logCalls } from "./log-calls.ts"
import { mapErrors } from "./map-errors.ts"
import { createMetricsService } from "./metrics-service.ts"
import { createRoutes } from "./routes.ts"
import { createRpcHandler } from "./rpc-handler.ts"
import { createSessionService, type SessionServiceOptions } from "./session-service.ts"
import { answerText, serveStaticFile } from "./static-files.ts"
import { createStoreService } from "./store-service.ts"
import { createSubscribers } from "./subscribers.ts"
import type { Transport } from "./transport.ts"
import type { UsageBooksPort } from "./usage-service.ts"
import { openUnixListener } from "./unix-socket.ts"

export interface ApiServerOptions {
  /** Address to listen on, for example 127.0.0.1. */
  readonly host: string
  /** 0 picks a free one. */
  readonly port: number
  /** Path of the unix socket; absent serves TCP alone. */
  readonly socketPath?: string
  readonly world: PublishedWorld
  readonly activities: PublishedActivities
  /** What reports and corrections come from. */
  readonly usage: UsageBooksPort
  readonly latency: LatencyPort
  readonly store: StorePort
  /** What Codex counted itself. */
  readonly readThreadTotals: ReadThreadTotals
  readonly diagnostics: Diagnostics
  readonly discover: SessionServiceOptions["discover"]
  readonly daemon: DaemonFacts
  /** Folder of the built web client; it need not exist. */
  readonly webRoot: string
  readonly logger: ApiLogger
  /** Streams that may be open at once. Default 256. */
  readonly maxWatchers?: number
  /** Pause after which a watch sends a heartbeat. Default 15,000. */
  readonly heartbeatMs?: number
  readonly timers?: Timers
}

export interface ApiServer {
  /** For example http://127.0.0.1:4003. */
  readonly url: string
  readonly port: number
  /** Streams open now. */
  watchers(): number
  /**
   * Takes no more connections, ends every call with `unavailable` and the reason, and resolves when all connections are closed: at once
   * where clients read, after 1 s at the latest.
   */
  close(reason?: string): Promise<void>
}

/** No request of ours is anywhere near as large. */
const MAX_REQUEST_BYTES = 1024 * 1024
const GRACE_MS = 1_000

/** Listens and serves. Throws PortInUseError, AddressUnusableError, SocketInUseError or SocketUnusableError; then nothing is left open. */
export async function createApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { host, world, diagnostics, logger, daemon, webRoot, socketPath = "" } = options
  const subscribers = createSubscribers(options.maxWatchers)
  const stopping = new AbortController()
  const loopDelay = watchEventLoopDelay()
  let url = ""

  const watch = {
    world,
    subscribers,
    timers: options.timers ?? systemTimers,
    ...(options.heartbeatMs === undefined ? {} : { heartbeatMs: options.heartbeatMs }),
  }
  const serveRpc = createRpcHandler(
    createRoutes({
      sessions: createSessionService({ ...watch, version: daemon.version, discover: options.discover }),
      metrics: createMetricsService({
        ...watch,
        usage: options.usage,
        latency: options.latency,
        readThreadTotals: options.readThreadTotals,
      }),
      activity: createActivityService({ ...watch, activities: options.activities }),
      daemon: createDaemonService({
        daemon,
        world,
        diagnostics,
        subscribers,
        address: () => ({ url, socketPath }),
        eventLoopDelayP99Ms: () => loopDelay.p99Ms(),
      }),
      store: createStoreService(options.store),
      subscribers,
    }),
    {
      interceptors: [logCalls(logger), mapErrors(logger), abortReason()],
      readMaxBytes: MAX_REQUEST_BYTES,
      // On one machine, packing costs more than sending.
      acceptCompression: [],
      jsonOptions: { alwaysEmitImplicit: true },
      shutdownSignal: stopping.signal,
    },
    logger,
  )

  const serve = (request: HttpRequest, response: HttpResponse, transport: Transport, guard?: Guard): void => {
    response.setHeader("x-content-type-options", "nosniff")
    response.setHeader("cross-origin-resource-policy", "same-origin")
    const refusal = guard?.(request)
    if (refusal !== undefined) return answerText(response, refusal.status, `${refusal.message}\n`)
    // So that a client of another version can say so without asking.
    response.setHeader("vibecraft-version", daemon.version)
    if (!serveRpc(request, response, transport)) void serveStaticFile(webRoot, request, response)
  }

  const listeners: Listener[] = []
  try {
    if (socketPath !== "")
      listeners.push(await openUnixListener(socketPath, { handler: (request, response) => serve(request, response, "socket") }))
    // The guard needs the port, which is known once it is bound; until then nobody is answered.
    let guard: Guard = refuseAll
    const tcp = await openTcpListener(host, options.port, (request, response) => serve(request, response, "tcp", guard))
    listeners.push(tcp.listener)
    guard = createGuard(host, tcp.port)
    url = `http://${urlHost(reachableHost(host))}:${tcp.port}`
    return {
      url,
      port: tcp.port,
      watchers: () => subscribers.count(),
      async close(reason = "daemon stopping") {
        stopping.abort(new ConnectError(reason, Code.Unavailable))
        await Promise.all(listeners.map((listener) => listener.close(GRACE_MS)))
        loopDelay.close()
      },
    }
  } catch (error) {
    loopDelay.close()
    await Promise.all(listeners.map((listener) => listener.close(0)))
    throw error
  }
}

async function openTcpListener(host: string, port: number, handler: (request: HttpRequest, response: HttpResponse) => void) {
  try {
    const listener = await openListener({ host, port }, { handler })
    return { listener, port: listener.address?.port ?? port }
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") throw new PortInUseError(host, port, error)
    throw new AddressUnusableError(host, port, error)
  }
}

function refuseAll(): Refusal {
  return { status: 403, message: "the daemon is starting" }
}

/** A wildcard address is listened on, not connected to. */
function reachableHost(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1"
  return host === "::" ? "::1" : host
}
