// A server that speaks the real contract over a unix socket and says what a test tells it to. The command line cannot tell it from the daemon.

import { create, type MessageInitShape } from "@bufbuild/protobuf"
import { Code, ConnectError } from "@connectrpc/connect"
import { connectNodeAdapter } from "@connectrpc/connect-node"
import type { ActivitySchema } from "@vibecraft/shared/gen/vibecraft/v1/activity_pb"
import {
  ActivityService,
  type ListActivityRequest,
  type WatchActivityRequest,
  type WatchActivityResponseSchema,
} from "@vibecraft/shared/gen/vibecraft/v1/activity_service_pb"
import { Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { DaemonService, type GetStatusResponseSchema } from "@vibecraft/shared/gen/vibecraft/v1/daemon_service_pb"
import { Certainty, type MetricsSchema } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import {
  type CorrectUsageRequest,
  type LatencyRowSchema,
  type ListLatencyRequest,
  type ListUsageRequest,
  ListUsageResponseSchema,
  MetricsService,
  type WatchMetricsResponseSchema,
} from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import type { ModelPricingSchema } from "@vibecraft/shared/gen/vibecraft/v1/pricing_pb"
import type { CorrectionSchema } from "@vibecraft/shared/gen/vibecraft/v1/usage_pb"
import type { SessionSchema, StatusChangeSchema } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import {
  type HierarchySchema,
  SessionService,
  type WatchSessionsResponseSchema,
} from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer, type RequestListener } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"

type SessionsEvent = MessageInitShape<typeof WatchSessionsResponseSchema>
type MetricsEvent = MessageInitShape<typeof WatchMetricsResponseSchema>
type ActivityEvent = MessageInitShape<typeof WatchActivityResponseSchema>

/** What the server answers. `old` sessions and rows show with SCOPE_ALL alone. */
export interface CannedWorld {
  sessions: MessageInitShape<typeof SessionSchema>[]
  old: MessageInitShape<typeof SessionSchema>[]
  metrics: MessageInitShape<typeof MetricsSchema>[]
  firstRead: { bytesRead: bigint; bytesTotal: bigint; files: number; done: boolean }
  status: MessageInitShape<typeof GetStatusResponseSchema>
  failures: string[]
  /** A report; rows come one a page. */
  usage: MessageInitShape<typeof ListUsageResponseSchema>
  /** Latencies; rows come one a page. */
  latency: MessageInitShape<typeof LatencyRowSchema>[]
  /** By the name asked for; any other has no price. */
  pricing: MessageInitShape<typeof ModelPricingSchema>[]
  configPath: string
  corrections: MessageInitShape<typeof CorrectionSchema>[]
  statusChanges: MessageInitShape<typeof StatusChangeSchema>[]
  /** Ids that were marked as seen. */
  seen: string[]
  trees: MessageInitShape<typeof HierarchySchema>[]
  /** Oldest first. */
  activities: MessageInitShape<typeof ActivitySchema>[]
}

export interface CannedDaemon {
  readonly socket: string
  readonly world: CannedWorld
  /** Sends an event to every session watch. */
  tellSessions(event: SessionsEvent): void
  /** Sends an event to every metrics watch. */
  tellMetrics(event: MetricsEvent): void
  /** Sends an event to every activity watch. */
  tellActivity(event: ActivityEvent): void
  /** Requests, as they came. */
  readonly asked: {
    usage: ListUsageRequest[]
    latency: ListLatencyRequest[]
    corrections: CorrectUsageRequest[]
    activity: (ListActivityRequest | WatchActivityRequest)[]
  }
  /** Watches open now. */
  watchers(): number
  /** Cuts all connections and stops listening; `open` starts it again on the same socket. */
  shut(): Promise<void>
  open(): Promise<void>
  close(): Promise<void>
}

const PAGE = 2

export async function startCannedDaemon(world: Partial<CannedWorld> = {}): Promise<CannedDaemon> {
  const folder = mkdtempSync(join(tmpdir(), "vc-"))
  const socket = join(folder, "sock")
  const sessionWatchers = new Set<Channel<SessionsEvent>>()
  const metricsWatchers = new Set<Channel<MetricsEvent>>()
  const activityWatchers = new Set<Channel<ActivityEvent>>()
  const told: CannedWorld = {
    sessions: [],
    old: [],
    metrics: [],
    firstRead: { bytesRead: 0n, bytesTotal: 0n, files: 0, done: true },
    status: { version: "0.1.0" },
    failures: [],
    usage: {},
    latency: [],
    pricing: [],
    configPath: join(folder, "config", "config.toml"),
    corrections: [],
    statusChanges: [],
    seen: [],
    trees: [],
    activities: [],
    ...world,
  }
  const asked: CannedDaemon["asked"] = { usage: [], latency: [], corrections: [], activity: [] }
  const scoped = (scope: Scope) => (scope === Scope.ALL ? [...told.sessions, ...told.old] : told.sessions)

  const handler = connectNodeAdapter({
    routes(router) {
      router.service(DaemonService, {
        getStatus: () => told.status,
        getPricing({ model }) {
          const known = told.pricing.filter(({ requested }) => model === "" || requested === model)
          const none = { requested: model, normalized: model, certainty: Certainty.UNPRICED, reasons: ["No list has it."] }
          return { models: known.length > 0 ? known : [none], configPath: told.configPath }
        },
      })
      router.service(SessionService, {
        // Small pages, so that a client that forgets to turn them is seen to.
        listSessions({ scope, pageToken }) {
          const from = Number(pageToken)
          const all = scoped(scope)
          return {
            sessions: all.slice(from, from + PAGE),
            firstRead: told.firstRead,
            nextPageToken: from + PAGE < all.length ? `${from + PAGE}` : "",
          }
        },
        getSession: ({ id }) => ({
          session: [...told.sessions, ...told.old].find((session) => session.id === id) ?? {},
          statusChanges: told.statusChanges,
        }),
        markSeen({ id }) {
          told.seen.push(id)
          return { session: { ...told.sessions.find((session) => session.id === id), unread: false } }
        },
        discoverSessions: () => ({
          discovered: told.sessions.slice(0, 1),
          existing: told.sessions.slice(1),
          scanMs: 12,
          failures: told.failures,
        }),
        getHierarchy: ({ id }) => ({
          trees: told.trees.filter(({ rootId, nodes = [] }) => id === "" || rootId === id || nodes.some((node) => node.id === id)),
          firstRead: told.firstRead,
        }),
        async *watchSessions({ scope, hierarchy }, { signal }) {
          yield {
            event: {
              case: "snapshot",
              value: { sessions: scoped(scope), firstRead: told.firstRead, daemonVersion: told.status.version ?? "" },
            },
          }
          if (hierarchy) yield { event: { case: "hierarchy", value: { trees: told.trees } } }
          yield* listen(sessionWatchers, signal)
        },
      })
      router.service(ActivityService, {
        listActivity(request) {
          asked.activity.push(request)
          const from = Number(request.pageToken)
          // Who asks for all since some time has to turn pages.
          const size = request.sinceTime === undefined ? request.pageSize : PAGE
          const all = told.activities.toReversed()
          return {
            activities: all.slice(from, from + size),
            nextPageToken: from + size < all.length ? `${from + size}` : "",
            ring: { count: BigInt(all.length), capacity: 20_000n, maxAgeHours: 168, dropped: 3n },
            firstRead: told.firstRead,
          }
        },
        async *watchActivity(request, { signal }) {
          asked.activity.push(request)
          yield { event: { case: "snapshot", value: { activities: request.past === 0 ? [] : told.activities.slice(-request.past) } } }
          yield* listen(activityWatchers, signal)
        },
      })
      router.service(MetricsService, {
        getMetrics({ id }) {
          const metrics = told.metrics.filter((row) => row.sessionId === id || row.conversationId === id)
          if (metrics.length === 0) throw new ConnectError(`no session or conversation ${id}`, Code.NotFound)
          return { metrics, firstRead: told.firstRead }
        },
        listLatency(request) {
          asked.latency.push(request)
          const from = Number(request.pageToken)
          const nextPageToken = from + 1 < told.latency.length ? `${from + 1}` : ""
          return { rows: told.latency.slice(from, from + 1), firstRead: told.firstRead, nextPageToken }
        },
        listMetrics: () => ({ metrics: told.metrics, firstRead: told.firstRead }),
        listUsage(request) {
          asked.usage.push(request)
          const from = Number(request.pageToken)
          const report = create(ListUsageResponseSchema, told.usage)
          const nextPageToken = from + 1 < report.rows.length ? `${from + 1}` : ""
          return Object.assign(report, { rows: report.rows.slice(from, from + 1), nextPageToken })
        },
        correctUsage(request) {
          asked.corrections.push(request)
          return { correction: told.corrections[0] ?? {} }
        },
        listCorrections: () => ({ corrections: told.corrections }),
        async *watchMetrics(_, { signal }) {
          yield { event: { case: "snapshot", value: { metrics: told.metrics, firstRead: told.firstRead } } }
          yield* listen(metricsWatchers, signal)
        },
      })
    },
  })

  const answer: RequestListener = (request, response) => {
    response.setHeader("vibecraft-version", told.status.version ?? "")
    handler(request, response)
  }
  let server = createServer(answer)
  const daemon: CannedDaemon = {
    socket,
    world: told,
    asked,
    tellSessions: (event) => sessionWatchers.forEach((channel) => channel.push(event)),
    tellMetrics: (event) => metricsWatchers.forEach((channel) => channel.push(event)),
    tellActivity: (event) => activityWatchers.forEach((channel) => channel.push(event)),
    watchers: () => sessionWatchers.size + metricsWatchers.size + activityWatchers.size,
    async shut() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
    async open() {
      server = createServer(answer)
      await new Promise<void>((resolve) => server.listen(socket, resolve))
    },
    async close() {
      await daemon.shut()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  await daemon.open()
  return daemon
}

/** A queue of events that one stream empties. */
class Channel<T> {
  readonly #events: T[] = []
  #wake: () => void = () => {}

  push(event: T): void {
    this.#events.push(event)
    this.#wake()
  }

  async *drain(signal: AbortSignal): AsyncGenerator<T> {
    signal.addEventListener("abort", () => this.#wake(), { once: true })
    while (!signal.aborted) {
      yield* this.#events.splice(0)
      if (this.#events.length === 0 && !signal.aborted) await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}

async function* listen<T>(watchers: Set<Channel<T>>, signal: AbortSignal): AsyncGenerator<T> {
  const channel = new Channel<T>()
  watchers.add(channel)
  try {
    yield* channel.drain(signal)
  } finally {
    watchers.delete(channel)
  }
}
