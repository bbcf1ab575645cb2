// What happens, as clients see it: in every protocol, over TCP and the unix socket.

import { Code, ConnectError, createClient } from "@connectrpc/connect"
import { create } from "@bufbuild/protobuf"
import { timestampFromMs } from "@bufbuild/protobuf/wkt"
import { Health, HealthCheckResponse_ServingStatus as ServingStatus } from "@vibecraft/shared/gen/grpc/health/v1/health_pb"
import { type Activity, ActivityKind } from "@vibecraft/shared/gen/vibecraft/v1/activity_pb"
import { ActivityService } from "@vibecraft/shared/gen/vibecraft/v1/activity_service_pb"
import { HostSchema } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { TranscriptFact } from "../src/domain/facts.ts"
import { createPriceBook } from "../src/model/prices/price-book.ts"
import { World } from "../src/model/world.ts"
import { type ApiHarness, type Client, collect, failureOf, firstOf, nameOf, openClient, startApi, until, WAYS } from "./api-harness.ts"

const CAPACITY = 40

let api: ApiHarness
let world: World
let nowMs: number
beforeEach(async () => {
  nowMs = Date.now()
  world = new World({
    host: create(HostSchema, { id: "h" }),
    prices: createPriceBook(),
    now: () => nowMs,
    activityRing: { capacity: CAPACITY },
  })
  world.apply([{ kind: "conversation-seen", conversationId: "c", agent: "claude", title: "Fix login" }])
  world.setFirstRead({ bytesRead: 0, bytesTotal: 0, files: 0, done: true })
  api = await startApi({ heartbeatMs: 150, world, activities: world.activities })
})
afterEach(() => api.close())

let happened = 0
function prompts(count: number, conversationId = "c"): TranscriptFact[] {
  return Array.from({ length: count }, () => ({
    kind: "turn-started",
    conversationId,
    timeMs: nowMs - 100_000 + ++happened,
    prompt: "my words",
  }))
}
const stop = (): TranscriptFact => ({ kind: "turn-ended", conversationId: "c", timeMs: nowMs - 100_000 + ++happened, reason: "done" })
const ids = (activities: readonly Activity[]) => activities.map(({ id }) => Number(id))
const from = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, index) => first + index)

describe.each(WAYS.map((way) => ({ way, name: nameOf(way) })))("$name", ({ way }) => {
  let client: Client
  const service = () => createClient(ActivityService, client.transport)
  beforeEach(() => {
    client = openClient(api, way)
  })
  afterEach(() => client.close())

  it("lists in pages, latest first, and says what is kept", async () => {
    world.apply(prompts(30))
    const first = await service().listActivity({ pageSize: 12 })
    expect(ids(first.activities)).toEqual(from(19, 30).toReversed())
    // What happens meanwhile moves nothing.
    world.apply([stop()])
    const second = await service().listActivity({ pageSize: 12, pageToken: first.nextPageToken })
    const third = await service().listActivity({ pageSize: 12, pageToken: second.nextPageToken })
    expect(ids([...second.activities, ...third.activities])).toEqual(from(1, 18).toReversed())
    expect(third.nextPageToken).toBe("")
    expect(third.ring).toMatchObject({ count: 31n, capacity: BigInt(CAPACITY), maxAgeHours: 168, dropped: 0n })
    expect(third.firstRead?.done).toBe(true)
    world.apply(prompts(20))
    expect((await service().listActivity({})).ring).toMatchObject({ count: BigInt(CAPACITY), dropped: 11n })
  })

  it("filters, and gives the words of prompts to those who ask for them on the socket", async () => {
    world.apply([...prompts(2), stop(), { kind: "conversation-seen", conversationId: "d", agent: "claude" }, ...prompts(1, "d")])
    const titles = async (request: Parameters<ReturnType<typeof service>["listActivity"]>[0]) =>
      (await service().listActivity(request)).activities.map(({ kind, conversationId, detail }) => [kind, conversationId, detail])
    expect(await titles({ kinds: [ActivityKind.STOP] })).toEqual([[ActivityKind.STOP, "c", undefined]])
    expect(await titles({ id: "d" })).toEqual([[ActivityKind.PROMPT, "d", undefined]])
    const asked = await titles({ id: "d", includePrompts: true }).catch((error: unknown) => ConnectError.from(error).code)
    expect(asked).toEqual(way.over === "unix" ? [[ActivityKind.PROMPT, "d", "my words"]] : Code.PermissionDenied)
    const controller = new AbortController()
    const watched = service().watchActivity({ past: 1, id: "d", includePrompts: true }, { signal: controller.signal })
    const first = await watched[Symbol.asyncIterator]()
      .next()
      .then(({ value }) => value?.event.case)
      .catch((error: unknown) => ConnectError.from(error).code)
    expect(first).toBe(way.over === "unix" ? "snapshot" : Code.PermissionDenied)
    controller.abort()
    expect(await titles({ id: world.session("c")?.id ?? "", kinds: [ActivityKind.PROMPT] })).toHaveLength(2)
    expect(await titles({ sinceTime: timestampFromMs(nowMs) })).toEqual([])
  })

  it("says what is wrong with a request", async () => {
    const watch = (request: object) => firstOf(service().watchActivity(request, { signal: AbortSignal.timeout(20_000) }))
    expect(
      await Promise.all([
        failureOf(service().listActivity({ id: "nobody" })),
        failureOf(service().listActivity({ pageSize: 1001 })),
        failureOf(service().listActivity({ pageToken: "-1" })),
        failureOf(service().listActivity({ kinds: [99 as ActivityKind] })),
        failureOf(watch({ past: -1 })),
        failureOf(watch({ minIntervalMs: 60_001 })),
        failureOf(watch({ id: "nobody" })),
      ]),
    ).toEqual([
      '[not_found] no session or conversation "nobody"',
      "[invalid_argument] page_size is 1001; expected 0..1000",
      '[invalid_argument] page_token is "-1"; expected the next_page_token of the page before',
      "[invalid_argument] kinds is 99; expected kinds of activities such as ACTIVITY_KIND_WAIT",
      "[invalid_argument] past is -1; expected 0..1000",
      "[invalid_argument] min_interval_ms is 60001; expected 0..60000",
      '[not_found] no session or conversation "nobody"',
    ])
  })

  it("follows: the past that is asked for, what happens, heartbeats; and lets go when it is left", async () => {
    world.apply(prompts(5))
    const { events, stop: leave } = collect((options) =>
      service().watchActivity({ past: 2, minIntervalMs: 0, kinds: [ActivityKind.PROMPT] }, options),
    )
    await until(
      () => events.length,
      (count) => count > 0,
      "snapshot",
    )
    expect(events[0]?.event).toMatchObject({ case: "snapshot", value: { ring: { count: 5n } } })
    world.apply([stop(), ...prompts(1)])
    const seen = () =>
      events.flatMap(({ event }) => (event.case === "snapshot" || event.case === "happened" ? ids(event.value.activities) : []))
    await until(seen, (all) => all.length >= 3, "what happened")
    expect(seen()).toEqual([4, 5, 7])
    await until(
      () => events.some(({ event }) => event.case === "heartbeat"),
      (is) => is,
      "heartbeat",
    )
    expect(api.server.watchers()).toBe(1)
    expect(await leave()).toBe(Code.Canceled)
    await until(
      () => api.server.watchers(),
      (count) => count === 0,
      "watchers",
    )
  })

  it("is known to the health check", async () => {
    const { status } = await createClient(Health, client.transport).check({ service: "vibecraft.v1.ActivityService" })
    expect(status).toBe(ServingStatus.SERVING)
  })
})

it("tells a slow reader how much it missed, and holds nothing for it", async () => {
  const client = openClient(api, { protocol: "connect", http: "1.1", over: "tcp" })
  const { events, stop: leave } = collect((options) =>
    createClient(ActivityService, client.transport).watchActivity({ minIntervalMs: 500 }, options),
  )
  await until(
    () => events.length,
    (count) => count > 0,
    "snapshot",
  )
  // All of it within one interval.
  for (let round = 0; round < 10; round++) world.apply(prompts(CAPACITY / 4))
  const total = () =>
    events.reduce((sum, { event }) => sum + (event.case === "happened" ? event.value.activities.length + Number(event.value.missed) : 0), 0)
  await until(total, (count) => count >= 2.5 * CAPACITY, "all of it")
  expect(total()).toBe(2.5 * CAPACITY)
  const got = events.flatMap(({ event }) => (event.case === "happened" ? ids(event.value.activities) : []))
  expect(got.slice(-CAPACITY)).toEqual(from(1.5 * CAPACITY + 1, 2.5 * CAPACITY))
  await leave()
  client.close()
})
