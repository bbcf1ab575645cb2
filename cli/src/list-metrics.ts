// All pages of the metrics as one answer.

import { create } from "@bufbuild/protobuf"
import type { Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { type ListMetricsResponse, ListMetricsResponseSchema, MetricsService } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import type { DaemonConnection } from "./connect-daemon.ts"
import { pages } from "./pages.ts"

/** Every row in scope, in the daemon's order. */
export async function listMetrics(daemon: DaemonConnection, scope: Scope): Promise<ListMetricsResponse> {
  const all = create(ListMetricsResponseSchema)
  for await (const page of pages((pageToken) => daemon.call(MetricsService.method.listMetrics, { scope, pageToken }))) {
    all.metrics.push(...page.metrics)
    if (page.firstRead !== undefined) all.firstRead = page.firstRead
  }
  return all
}
