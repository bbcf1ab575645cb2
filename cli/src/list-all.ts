// All pages of a list as one answer.

import { create } from "@bufbuild/protobuf"
import type { Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { type ListMetricsResponse, ListMetricsResponseSchema, MetricsService } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import {
  type ListSessionsResponse,
  ListSessionsResponseSchema,
  SessionService,
} from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import type { DaemonConnection } from "./connect-daemon.ts"

/** Every session in scope, in the daemon's order. */
export async function listSessions(daemon: DaemonConnection, scope: Scope): Promise<ListSessionsResponse> {
  const all = create(ListSessionsResponseSchema)
  for await (const page of pages((pageToken) => daemon.call(SessionService.method.listSessions, { scope, pageToken }))) {
    all.sessions.push(...page.sessions)
    if (page.firstRead !== undefined) all.firstRead = page.firstRead
  }
  return all
}

/** Every row in scope, in the daemon's order. */
export async function listMetrics(daemon: DaemonConnection, scope: Scope): Promise<ListMetricsResponse> {
  const all = create(ListMetricsResponseSchema)
  for await (const page of pages((pageToken) => daemon.call(MetricsService.method.listMetrics, { scope, pageToken }))) {
    all.metrics.push(...page.metrics)
    if (page.firstRead !== undefined) all.firstRead = page.firstRead
  }
  return all
}

async function* pages<T extends { nextPageToken: string }>(ask: (pageToken: string) => Promise<T>): AsyncGenerator<T> {
  let pageToken = ""
  do {
    const page = await ask(pageToken)
    yield page
    pageToken = page.nextPageToken
  } while (pageToken !== "")
}
