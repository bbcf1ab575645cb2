/**
 * The page's line to the daemon: two streams, sessions and metrics. A page that is hidden for more than five seconds gives its streams
 * back, as a browser grants six connections to all tabs together; it then asks now and again so that the count in the tab's title stays true.
 */
import { create } from "@bufbuild/protobuf"
import { Code, ConnectError, createClient } from "@connectrpc/connect"
import { createConnectTransport } from "@connectrpc/connect-web"
import { Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { MetricsService, type WatchMetricsResponse } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import {
  SessionService,
  WatchSessionsResponseSchema,
  type WatchSessionsResponse,
} from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import { type StreamLoop, type StreamState, followStream } from "./stream-loop.ts"

const HIDDEN_GRACE_MS = 5000
const HIDDEN_ASK_MS = 15_000

/** How the line is. `stale` carries why, since when and when the next try is, in epoch milliseconds. */
export type LineState =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | { readonly kind: "stale"; readonly reason: string; readonly sinceMs: number; readonly retryAtMs: number }

/** What a feed reports to. */
export interface FeedOptions {
  /** Where the daemon is, for example `location.origin`. */
  readonly baseUrl: string
  onSessions(message: WatchSessionsResponse): void
  onMetrics(message: WatchMetricsResponse): void
  onLine(state: LineState): void
}

/** A line to the daemon. */
export interface Feed {
  /** Tells whether the page can be seen. */
  setHidden(hidden: boolean): void
  /** Tries again at once. */
  retryNow(): void
  close(): void
}

/** Opens the line. */
export function createDaemonFeed(options: FeedOptions): Feed {
  const transport = createConnectTransport({ baseUrl: options.baseUrl, useBinaryFormat: true })
  const sessions = createClient(SessionService, transport)
  const metrics = createClient(MetricsService, transport)
  const request = { scope: Scope.RECENT, minIntervalMs: 100 }

  let loops: readonly StreamLoop[] = []
  let states: StreamState[] = []
  let everLive = false
  let staleSinceMs = 0
  let hiddenTimer: ReturnType<typeof setTimeout> | undefined
  let asking: AbortController | undefined

  function report(index: number, state: StreamState): void {
    states[index] = state
    if (states.length === 2 && states.every((each) => each.kind === "live")) {
      everLive = true
      staleSinceMs = 0
      options.onLine({ kind: "live" })
      return
    }
    const down = states.find((each) => each.kind === "down")
    if (!down) {
      // A try after a loss is still stale until it succeeds; the first one ever is just connecting.
      if (!everLive && staleSinceMs === 0) options.onLine({ kind: "connecting" })
      return
    }
    if (staleSinceMs === 0) staleSinceMs = Date.now()
    options.onLine({ kind: "stale", reason: down.reason, sinceMs: staleSinceMs, retryAtMs: down.retryAtMs })
  }

  function open(): void {
    states = [{ kind: "connecting" }, { kind: "connecting" }]
    loops = [
      followStream({
        open: (signal) => sessions.watchSessions(request, { signal }),
        onMessage: (message) => options.onSessions(message),
        onState: (state) => report(0, state),
        explain,
      }),
      followStream({
        open: (signal) => metrics.watchMetrics(request, { signal }),
        onMessage: (message) => options.onMetrics(message),
        onState: (state) => report(1, state),
        explain,
      }),
    ]
  }

  function shut(): void {
    for (const loop of loops) loop.close()
    loops = []
  }

  /** One question, so that a hidden tab's title tells who waits without holding a connection. */
  async function ask(): Promise<void> {
    asking = new AbortController()
    try {
      const answer = await sessions.listSessions({ scope: Scope.RECENT }, { signal: asking.signal, timeoutMs: 10_000 })
      const { sessions: listed, firstRead } = answer
      const snapshot = firstRead ? { sessions: listed, firstRead } : { sessions: listed }
      options.onSessions(create(WatchSessionsResponseSchema, { event: { case: "snapshot", value: snapshot } }))
    } catch {
      // The next question, or the page when it is shown again, will tell.
    }
    if (!asking.signal.aborted) hiddenTimer = setTimeout(() => void ask(), HIDDEN_ASK_MS)
  }

  open()
  return {
    setHidden(hidden) {
      clearTimeout(hiddenTimer)
      hiddenTimer = undefined
      asking?.abort()
      if (!hidden) {
        if (loops.length === 0) open()
        return
      }
      if (loops.length === 0) return
      hiddenTimer = setTimeout(() => {
        shut()
        void ask()
      }, HIDDEN_GRACE_MS)
    },
    retryNow() {
      for (const loop of loops) loop.retryNow()
    },
    close() {
      clearTimeout(hiddenTimer)
      asking?.abort()
      shut()
    },
  }
}

function explain(error: unknown): string {
  const failure = ConnectError.from(error)
  if (failure.code === Code.Unavailable && failure.rawMessage !== "") return failure.rawMessage
  if (failure.code === Code.Unknown || failure.code === Code.Unavailable) return "the daemon does not answer"
  return failure.message
}
