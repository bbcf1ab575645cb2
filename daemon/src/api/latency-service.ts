// The part of MetricsService that tells of latencies beyond a conversation's row: other groups, other windows, minute by minute.

import type { ServiceImpl } from "@connectrpc/connect"
import type { MetricsService } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import type { LatencyReport } from "../model/latency-report.ts"
import type { PublishedWorld } from "../model/published-world.ts"
import { NotFoundError } from "./errors.ts"
import { pageOf } from "./page.ts"
import { parseLatencyQuery, parseSeriesQuery } from "./parse-latency.ts"

/** What latencies come from. */
export type LatencyPort = Pick<LatencyReport, "list" | "series">

type LatencyMethods = Pick<ServiceImpl<typeof MetricsService>, "listLatency" | "getSeries">

export function createLatencyService(world: PublishedWorld, latency: LatencyPort): LatencyMethods {
  return {
    async listLatency(request) {
      const rows = await latency.list(parseLatencyQuery(request))
      if (rows === undefined) throw new NotFoundError("session or conversation", request.id)
      const { items, nextPageToken } = pageOf(rows, ({ id }) => id, request)
      return { rows: items.map(({ row }) => row), firstRead: world.firstRead(), nextPageToken }
    },
    async getSeries(request) {
      const points = await latency.series(parseSeriesQuery(request, Date.now()))
      if (points === undefined) throw new NotFoundError("session or conversation", request.id)
      return { points: [...points], firstRead: world.firstRead() }
    },
  }
}
