// `vibecraft metrics [SESSION]`: what conversations used, cost and took.

import { formatFirstRead } from "@vibecraft/shared/format-first-read"
import { type FirstRead, Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import type { Metrics } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import {
  GetMetricsResponseSchema,
  ListMetricsResponseSchema,
  MetricsService,
  WatchMetricsResponseSchema,
} from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import type { Session } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { SessionService } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import { MetricsReplica } from "@vibecraft/shared/metrics-replica"
import { SessionReplica } from "@vibecraft/shared/session-replica"
import type { CommandContext, CommonOptions } from "../command-context.ts"
import { type Found, findSession } from "../find-session.ts"
import { jsonText } from "../json-output.ts"
import { listMetrics } from "../list-metrics.ts"
import { listSessions } from "../list-sessions.ts"
import { renderDetails } from "../metrics-detail.ts"
import { joinSessions, renderMetrics } from "../metrics-table.ts"
import type { Terminal } from "../terminal.ts"

export interface MetricsOptions extends CommonOptions {
  readonly all?: boolean
  readonly watch?: boolean
}

export async function metrics(context: CommandContext, options: MetricsOptions, wanted: string | undefined): Promise<void> {
  const { daemon, terminal } = context
  const found = wanted === undefined ? undefined : findSession((await listSessions(daemon, Scope.ALL)).sessions, wanted)
  const scope = options.all === true || found !== undefined ? Scope.ALL : Scope.RECENT
  if (options.watch === true) return watchMetrics(context, scope, found, options.json === true)
  if (found !== undefined) {
    const answer = await daemon.call(MetricsService.method.getMetrics, { id: found.id })
    if (options.json === true) return terminal.print([jsonText(GetMetricsResponseSchema, answer)])
    return terminal.print(metricsLines(answer.metrics, [found.session], answer.firstRead, terminal, found))
  }
  const [answer, known] = await Promise.all([listMetrics(daemon, scope), options.json === true ? undefined : listSessions(daemon, scope)])
  if (options.json === true) return terminal.print([jsonText(ListMetricsResponseSchema, answer)])
  return terminal.print(metricsLines(answer.metrics, known?.sessions ?? [], answer.firstRead, terminal))
}

async function watchMetrics(context: CommandContext, scope: Scope, found: Found | undefined, json: boolean): Promise<void> {
  const { daemon, terminal } = context
  const request = { scope, id: found?.id ?? "", minIntervalMs: json || terminal.isTty ? 100 : 1000 }
  const openMetrics = (signal: AbortSignal) => daemon.watch(MetricsService.method.watchMetrics, request, signal)
  if (json) {
    const { printStream } = await import("../json-stream.ts")
    return printStream(terminal, WatchMetricsResponseSchema, openMetrics)
  }
  const { feed, showLive } = await import("../live-view.ts")
  const rows = new MetricsReplica()
  const sessions = new SessionReplica()
  const spoken = new Set<string>()
  const metricsFeed = feed(openMetrics, (message) => {
    spoken.add("metrics")
    rows.apply(message)
    return message.event.case !== "heartbeat"
  })
  const sessionsFeed = feed(
    (signal) => daemon.watch(SessionService.method.watchSessions, { ...request, id: found?.session.id ?? "" }, signal),
    (message) => {
      spoken.add("sessions")
      sessions.apply(message)
      return message.event.case !== "heartbeat"
    },
  )
  await showLive(
    terminal,
    [metricsFeed, sessionsFeed],
    () => spoken.size === 2,
    () => metricsLines(rows.rows(), sessions.sessions(), rows.firstRead, terminal, found),
  )
}

function metricsLines(
  rows: readonly Metrics[],
  sessions: readonly Session[],
  firstRead: FirstRead | undefined,
  terminal: Terminal,
  found?: Found,
): string[] {
  const { paint } = terminal
  const progress = formatFirstRead(firstRead)
  const tail = progress === undefined ? [] : ["", paint("attention", progress)]
  const options = { width: terminal.width(), paint }
  if (rows.length === 0) {
    const why =
      found === undefined
        ? "No conversations yet."
        : "This session's conversation is not known, so there are no figures; vibecraft ls --json says why."
    return [why, ...tail]
  }
  const joined = joinSessions(rows, sessions)
  return [...(found === undefined ? renderMetrics(joined, options) : renderDetails(joined, terminal.now(), options)), ...tail]
}
