// MetricsService: what conversations used, cost and took.

import type { MessageInitShape } from "@bufbuild/protobuf"
import { timestampFromMs } from "@bufbuild/protobuf/wkt"
import type { ServiceImpl } from "@connectrpc/connect"
import {
  GetMetricsResponseSchema,
  ListMetricsResponseSchema,
  type MetricsService,
  MetricsSnapshotSchema,
  MetricsUpdatedSchema,
  type WatchMetricsResponseSchema,
} from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import type { PublishedWorld } from "../model/published-world.ts"
import type { PublishedRow } from "../model/rows/published-row.ts"
import { createAuditService, type ReadThreadTotals } from "./audit-service.ts"
import { readsBinary, rowsMember } from "./encoded-rows.ts"
import { NotFoundError } from "./errors.ts"
import { follow, type FollowEvent, type WatchContext } from "./follow.ts"
import type { Followed } from "./membership.ts"
import { createLatencyService, type LatencyPort } from "./latency-service.ts"
import { pageOf } from "./page.ts"
import { createUsageService, type UsageBooksPort } from "./usage-service.ts"
import { parseId, parseScope, parseWatch, type WatchQuery } from "./parse-requests.ts"

type WatchMessage = MessageInitShape<typeof WatchMetricsResponseSchema>

export interface MetricsServiceOptions extends WatchContext {
  /** What reports and corrections come from. */
  readonly usage: UsageBooksPort
  readonly latency: LatencyPort
  readonly readThreadTotals: ReadThreadTotals
}

/** Serves metrics out of the world. */
export function createMetricsService(options: MetricsServiceOptions): ServiceImpl<typeof MetricsService> {
  const { world, usage } = options
  return {
    ...createUsageService(world, usage),
    ...createLatencyService(world, options.latency),
    ...createAuditService(world, options.readThreadTotals),
    getMetrics(request, { requestHeader }) {
      const rows = rowsOf(world, parseId(request.id))
      return {
        $typeName: "vibecraft.v1.GetMetricsResponse",
        ...rowsMember(rows, GetMetricsResponseSchema.field.metrics, readsBinary(requestHeader)),
        firstRead: world.firstRead(),
      }
    },
    listMetrics(request, { requestHeader }) {
      const { items, nextPageToken } = pageOf(world.metrics(parseScope(request.scope)), conversationOf, request)
      return {
        $typeName: "vibecraft.v1.ListMetricsResponse",
        ...rowsMember(items, ListMetricsResponseSchema.field.metrics, readsBinary(requestHeader)),
        firstRead: world.firstRead(),
        nextPageToken,
      }
    },
    async *watchMetrics(request, { signal, requestHeader }) {
      const query = parseWatch(request)
      if (query.id !== undefined && world.firstRead().done) rowsOf(world, query.id)
      const followed = followMetrics(world, query)
      const events = follow({ ...options, followed, touched: (dirty) => dirty.conversationIds, minIntervalMs: query.minIntervalMs, signal })
      const isBinary = readsBinary(requestHeader)
      for await (const event of events) yield* toMessages(event, isBinary)
    },
  }
}

function rowsOf(world: PublishedWorld, id: string): readonly PublishedRow[] {
  const rows = world.metricsOf(id)
  if (rows === undefined) throw new NotFoundError("session or conversation", id)
  return rows
}

function followMetrics(world: PublishedWorld, { scope, id }: WatchQuery): Followed<PublishedRow> {
  const inScope = (conversationId: string): boolean => world.conversationInScope(conversationId, scope)
  if (id === undefined)
    return { list: () => world.metrics(scope), has: inScope, item: (row) => world.metricsRow(row), idOf: conversationOf }
  const isWanted = (conversationId: string): boolean =>
    conversationId === id || (world.metricsOf(id) ?? []).some((row) => row.conversationId === conversationId)
  return {
    list: () => (world.metricsOf(id) ?? []).filter((row) => inScope(row.conversationId)),
    has: (conversationId) => isWanted(conversationId) && inScope(conversationId),
    item: (conversationId) => world.metricsRow(conversationId),
    idOf: conversationOf,
  }
}

function conversationOf(row: PublishedRow): string {
  return row.conversationId
}

function* toMessages(event: FollowEvent<PublishedRow>, isBinary: boolean): Generator<WatchMessage> {
  switch (event.kind) {
    case "snapshot":
      yield {
        event: {
          case: "snapshot",
          value: {
            $typeName: "vibecraft.v1.MetricsSnapshot",
            ...rowsMember(event.items, MetricsSnapshotSchema.field.metrics, isBinary),
            firstRead: event.firstRead,
          },
        },
      }
      return
    case "heartbeat":
      yield { event: { case: "heartbeat", value: { time: timestampFromMs(Date.now()) } } }
      return
    case "changes": {
      const rows = [...event.added, ...event.changed]
      if (rows.length > 0)
        yield {
          event: {
            case: "updated",
            value: { $typeName: "vibecraft.v1.MetricsUpdated", ...rowsMember(rows, MetricsUpdatedSchema.field.metrics, isBinary) },
          },
        }
      if (event.removed.length > 0) yield { event: { case: "ended", value: { conversationIds: [...event.removed] } } }
      if (event.firstRead !== undefined) yield { event: { case: "firstRead", value: event.firstRead } }
    }
  }
}
