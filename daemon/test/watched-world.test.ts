// Who watches holds what one who asks is answered, whatever happened: the model, its services and a client's copy together.

import { setImmediate as turn } from "node:timers/promises"
import { create, toJson } from "@bufbuild/protobuf"
import type { HandlerContext } from "@connectrpc/connect"
import { HostSchema, Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { type Metrics, MetricsSchema } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { WatchMetricsRequestSchema, WatchMetricsResponseSchema } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import { SessionSchema } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import {
  HierarchySchema,
  WatchSessionsRequestSchema,
  WatchSessionsResponseSchema,
} from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import { SessionReplica } from "@vibecraft/shared/session-replica"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { createMetricsService } from "../src/api/metrics-service.ts"
import { createSessionService } from "../src/api/session-service.ts"
import { createSubscribers } from "../src/api/subscribers.ts"
import { createPriceBook } from "../src/model/prices/price-book.ts"
import type { Timers } from "../src/model/timers.ts"
import { World } from "../src/model/world.ts"
import { anyStep, FACTS_START, take } from "./any-facts.ts"

const HEARTBEAT_MS = 15_000

type Patience = ReturnType<typeof createPatience>

/** Timers that stand still; the one that a watch waits with is its heartbeat. */
function createPatience() {
  let nowMs = 0
  let waiting: (() => void) | undefined
  const timers: Timers = {
    now: () => nowMs,
    after(_delayMs, callback) {
      waiting = callback
      return { cancel: () => (waiting = undefined) }
    },
  }
  return {
    timers,
    isWaited: () => waiting !== undefined,
    end: () => {
      nowMs += HEARTBEAT_MS
      const callback = waiting
      waiting = undefined
      callback?.()
    },
  }
}

/** Reads a stream until there is nothing more to hear. */
async function readAll<Event>(stream: AsyncIterator<Event>, patience: Patience, hear: (event: Event) => boolean): Promise<void> {
  for (;;) {
    let isHeard = false
    const next = stream.next().finally(() => (isHeard = true))
    while (!isHeard) {
      if (patience.isWaited()) patience.end()
      await turn()
    }
    const { value, done } = await next
    if (done === true || hear(value)) return
  }
}

interface Watch<Event> {
  open(context: HandlerContext): AsyncIterable<Event>
  /** Answers whether it was a heartbeat. */
  hear(event: Event): boolean
  held(): unknown
  listed(): unknown
}

/** Has a world take steps, and looks after each whether what is held is what is listed. */
async function expectHeld<Event>(watch: (world: World, timers: Timers) => Watch<Event>): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { maxLength: 10 }), async (steps) => {
      const clock = { now: FACTS_START + 10_000 }
      const world = new World({ host: create(HostSchema, { id: "h", name: "box" }), prices: createPriceBook([]), now: () => clock.now })
      const patience = createPatience()
      const abort = new AbortController()
      const watched = watch(world, patience.timers)
      const hear = (event: Event): boolean => watched.hear(event)
      const stream = watched.open({ signal: abort.signal, requestHeader: new Headers() } as HandlerContext)[Symbol.asyncIterator]()
      await readAll(stream, patience, hear)
      for (const one of steps) {
        take([world], clock, one)
        await readAll(stream, patience, hear)
        expect(watched.held()).toEqual(watched.listed())
      }
      abort.abort()
    }),
    { numRuns: 200 },
  )
}

const SCOPES = [
  { scope: Scope.ALL, name: "all" },
  { scope: Scope.RECENT, name: "recent" },
  { scope: Scope.LIVE, name: "live" },
]
const optionsOf = (world: World, timers: Timers) => ({ world, timers, subscribers: createSubscribers(), heartbeatMs: HEARTBEAT_MS })

describe.each(SCOPES)("a watch of $name holds what a list answers", ({ scope }) => {
  it("of sessions and their trees", async () => {
    await expectHeld((world, timers) => {
      const service = createSessionService({ ...optionsOf(world, timers), version: "1", discover: async () => ({}) })
      const replica = new SessionReplica()
      return {
        open: (context) => service.watchSessions(create(WatchSessionsRequestSchema, { scope, minIntervalMs: 0, hierarchy: true }), context),
        hear(event) {
          const message = create(WatchSessionsResponseSchema, event)
          replica.apply(message)
          return message.event.case === "heartbeat"
        },
        held: () => ({
          sessions: replica.sessions().map((session) => toJson(SessionSchema, session)),
          trees: replica.trees().map((tree) => toJson(HierarchySchema, tree)),
          spare: replica.allTrees().length - replica.trees().length,
        }),
        listed: () => ({
          sessions: world.sessions(scope).map((session) => toJson(SessionSchema, session)),
          trees: world.trees(scope).map((tree) => toJson(HierarchySchema, tree)),
          spare: 0,
        }),
      }
    })
  })

  it("of metrics", async () => {
    await expectHeld((world, timers) => {
      const options = { usage: world.usage, latency: world.latency, readThreadTotals: async () => ({ threads: [], problems: [] }) }
      const service = createMetricsService({ ...optionsOf(world, timers), ...options })
      const rows = new Map<string, unknown>()
      const keep = (list: readonly Metrics[]): void => {
        for (const row of list) rows.set(row.conversationId, toJson(MetricsSchema, row))
      }
      return {
        open: (context) => service.watchMetrics(create(WatchMetricsRequestSchema, { scope, minIntervalMs: 0 }), context),
        hear(message) {
          const { event } = create(WatchMetricsResponseSchema, message)
          if (event.case === "snapshot" || event.case === "updated") keep(event.value.metrics)
          if (event.case === "ended") for (const id of event.value.conversationIds) rows.delete(id)
          return event.case === "heartbeat"
        },
        held: () => Object.fromEntries(rows),
        listed: () =>
          Object.fromEntries(world.metrics(scope).map(({ conversationId, message }) => [conversationId, toJson(MetricsSchema, message)])),
      }
    })
  })
})
