// Reports, prices and corrections as clients see them, over the real server and a real world.

import { create } from "@bufbuild/protobuf"
import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt"
import { createClient } from "@connectrpc/connect"
import { Agent, HostSchema } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { DaemonService } from "@vibecraft/shared/gen/vibecraft/v1/daemon_service_pb"
import { Certainty } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { MetricsService } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import { UsageGroup } from "@vibecraft/shared/gen/vibecraft/v1/usage_pb"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { Fact } from "../src/domain/facts.ts"
import { NO_USAGE } from "../src/domain/usage.ts"
import { createPriceBook } from "../src/model/prices/price-book.ts"
import { priceOverride } from "../src/model/prices/price-override.ts"
import { World } from "../src/model/world.ts"
import { type ApiHarness, type Client, failureOf, openClient, startApi } from "./api-harness.ts"

const HOUR = 3_600_000
const NOW = Date.parse("2026-11-20T12:30:00Z")
const OVER_SOCKET = { protocol: "connect", http: "1.1", over: "unix" } as const
const OVER_TCP = { protocol: "connect", http: "1.1", over: "tcp" } as const

let api: ApiHarness
let world: World
let socket: Client
let tcp: Client
let now = NOW

beforeEach(async () => {
  now = NOW
  const prices = createPriceBook([priceOverride("my-model", { input: 1, output: 2 }, "2026-01-01")])
  world = new World({ host: create(HostSchema, { id: "h" }), prices, now: () => now })
  world.setFirstRead({ bytesRead: 1, bytesTotal: 1, files: 1, done: true })
  const daemon = {
    version: "1",
    startedMs: NOW,
    stateDir: "/state",
    scope: "",
    host: { id: "h", name: "h" },
    pricing: { prices, configPath: "/home/me/config.toml" },
    counted: () => world.counts,
  }
  api = await startApi({ world, usage: world.usage, daemon })
  socket = openClient(api, OVER_SOCKET)
  tcp = openClient(api, OVER_TCP)
})
afterEach(async () => {
  socket.close()
  tcp.close()
  await api.close()
})

const metrics = (client = tcp) => createClient(MetricsService, client.transport)

function request(conversationId: string, timeMs: number, more: object = {}): Fact {
  const usage = { ...NO_USAGE, input: 100, output: 50, cacheRead: 850 }
  return {
    kind: "request-seen",
    conversationId,
    key: `${conversationId} ${timeMs}`,
    sidechain: false,
    model: "claude-opus-5-5",
    timeMs,
    usage,
    ...more,
  }
}

function seen(conversationId: string, more: object = {}): Fact {
  return { kind: "conversation-seen", conversationId, agent: "claude", cwd: "/work/shop", ...more }
}

describe("ListUsage", () => {
  it("sums up by day in the zone asked for, pages, and says the whole sum on each page", async () => {
    world.apply([seen("c"), ...[0, 24, 48].map((hours) => request("c", NOW - hours * HOUR))])
    const page = await metrics().listUsage({ timeZone: "Asia/Tokyo", pageSize: 2 })
    expect(page.rows.map(({ period }) => period)).toEqual(["2026-11-18", "2026-11-19"])
    expect(page.rows[0]).toMatchObject({
      startTime: timestampFromMs(Date.parse("2026-11-17T15:00Z")),
      endTime: timestampFromMs(Date.parse("2026-11-18T15:00Z")),
      tokens: { input: 100n, output: 50n, cacheRead: 850n, total: 1000n },
      cost: { nanosUsd: 1_570_000n, certainty: Certainty.PRICED },
      requests: 1n,
      conversations: 1,
      models: ["claude-opus-5-5"],
    })
    expect(page.rows[0]?.corrected).toBeUndefined()
    const rest = await metrics().listUsage({ timeZone: "Asia/Tokyo", pageSize: 2, pageToken: page.nextPageToken })
    expect(rest.rows.map(({ period }) => period)).toEqual(["2026-11-20"])
    expect(rest.nextPageToken).toBe("")
    for (const answer of [page, rest]) expect(answer.total).toMatchObject({ requests: 3n, tokens: { total: 3000n } })
    expect(page.firstRead?.done).toBe(true)
  })

  it("tells sessions, subagents and agents by what is known of them", async () => {
    world.apply([
      seen("c", { ownName: "fix login" }),
      seen("d", { agent: "codex", cwd: "/work/api", model: "gpt-5.5" }),
      { kind: "subagent-seen", conversationId: "c", subagentId: "a1", agentType: "Explore" },
      request("c", NOW),
      request("c", NOW + 1, { subagentId: "a1" }),
      request("c", NOW + 2, { subagentId: "a2" }),
      request("d", NOW + 3, { model: "gpt-5.5" }),
      { kind: "context-seen", conversationId: "c", timeMs: NOW, usedTokens: 250_000 },
    ])
    now = NOW + 10_000
    const types = await metrics().listUsage({ groupBy: [UsageGroup.SUBAGENT_TYPE] })
    expect(new Map(types.rows.map(({ subagentType, requests }) => [subagentType, requests]))).toEqual(
      new Map([
        ["Explore", 1n],
        ["main", 2n],
        ["unknown", 1n],
      ]),
    )
    const [first] = (await metrics().listUsage({ groupBy: [UsageGroup.CONVERSATION], agent: Agent.CLAUDE })).rows
    expect(first).toMatchObject({
      conversationId: "c",
      name: "fix login",
      project: "/work/shop",
      agent: Agent.CLAUDE,
      contextUsedRatio: 0.25,
      contextUsedTokens: 250_000n,
    })
    const sessions = await metrics().listUsage({ groupBy: [UsageGroup.SESSION], project: "/work/api" })
    expect(sessions.rows).toHaveLength(1)
    expect(sessions.rows[0]).toMatchObject({ agent: Agent.CODEX, project: "/work/api", requests: 1n })
    expect((await metrics().listUsage({ id: sessions.rows[0]?.sessionId ?? "" })).total?.requests).toBe(1n)
  })

  it("tells how fast it burns, how the running block will end, and which limits run", async () => {
    const limit = { kind: "rate-limit-seen", conversationId: "d", agent: "codex", timeMs: NOW, usedRatio: 0.4, windowMinutes: 300 } as const
    world.apply([
      seen("c"),
      request("c", NOW - 4 * HOUR),
      request("c", NOW - 2 * 60_000),
      request("c", NOW - 30 * 60_000),
      seen("d", { agent: "codex" }),
      { ...limit, name: "primary", resetsMs: NOW + HOUR, plan: "team" },
      { ...limit, name: "primary", timeMs: NOW - 1, usedRatio: 0.3 },
      { ...limit, name: "gone", resetsMs: NOW - 1 },
    ])
    const { burnRates, runningBlocks, rateLimits } = await metrics().listUsage({ sinceTime: timestampFromMs(NOW) })
    expect(burnRates).toMatchObject([
      { windowMinutes: 5, tokensPerMinute: 200, uncachedTokensPerMinute: 30, nanosUsdPerMinute: 314_000n },
      { windowMinutes: 60, tokensPerMinute: 2000 / 60, nanosUsdPerMinute: 52_333n },
    ])
    // The block began at 8:00; half an hour is left, and half an hour like the last one takes 1,000 tokens.
    expect(runningBlocks).toHaveLength(1)
    expect(runningBlocks[0]).toMatchObject({
      agent: Agent.CLAUDE,
      usage: { period: "2026-11-20T08:00:00Z", requests: 3n, tokens: { total: 3000n } },
      projectedTokens: 4000n,
      projectedCost: { nanosUsd: 6_280_000n, certainty: Certainty.ESTIMATED },
    })
    expect(rateLimits).toMatchObject([{ agent: Agent.CODEX, name: "primary", usedRatio: 0.4, windowMinutes: 300n, plan: "team" }])
    expect((await metrics().listUsage({ agent: Agent.CODEX })).runningBlocks).toEqual([])
    now = NOW + 2 * HOUR
    expect((await metrics().listUsage({})).runningBlocks).toEqual([])
  })

  it("says what is wrong with a request", async () => {
    const failures = [
      { timeZone: "Mars/Olympus" },
      { groupBy: [UsageGroup.DAY, UsageGroup.WEEK] },
      { groupBy: [UsageGroup.MODEL, UsageGroup.MODEL] },
      { groupBy: [99 as UsageGroup] },
      { agent: 9 as Agent },
      { pageSize: 1001 },
    ].map((bad) => failureOf(metrics().listUsage(bad)))
    expect(await Promise.all(failures)).toEqual([
      '[invalid_argument] time_zone is "Mars/Olympus"; expected an IANA name like Europe/Berlin',
      '[invalid_argument] group_by is "1, 2"; expected only one of day, week, month and block',
      '[invalid_argument] group_by is "4, 4"; expected at most 3 different groups',
      "[invalid_argument] group_by is 99; expected a group like USAGE_GROUP_DAY",
      "[invalid_argument] agent is 9; expected AGENT_CLAUDE or AGENT_CODEX",
      "[invalid_argument] page_size is 1001; expected 0..1000",
    ])
  })
})

describe("GetPricing", () => {
  const pricing = (model: string, time?: string) =>
    createClient(DaemonService, tcp.transport).getPricing({
      model,
      ...(time === undefined ? {} : { time: timestampFromMs(Date.parse(time)) }),
    })

  it("says what is charged, since when, and why", async () => {
    const { models, configPath } = await pricing("openai/gpt-5.6-luna", "2026-07-01")
    expect(configPath).toBe("/home/me/config.toml")
    expect(models).toHaveLength(1)
    expect(models[0]).toMatchObject({
      requested: "openai/gpt-5.6-luna",
      normalized: "gpt-5.6-luna",
      model: "gpt-5.6-luna",
      vendor: "openai",
      certainty: Certainty.ESTIMATED,
      source: "OpenAI's price page",
      rates: { inputNanosUsd: 1_000_000_000n, outputNanosUsd: 6_000_000_000n, cacheReadNanosUsd: 100_000_000n, assumed: [] },
    })
    expect(models[0]?.history.map(({ effectiveFrom, applies }) => [effectiveFrom, applies])).toEqual([
      ["", true],
      ["2026-07-30", false],
    ])
    expect(models[0]?.factors).toContainEqual(
      expect.objectContaining({ condition: "prompt over 272000 tokens", promptTimes: 2, outputTimes: 1.5 }),
    )
    expect(models[0]?.reasons.join(" ")).toMatch(/another seller/)
  })

  it("knows the user's own prices and what has none", async () => {
    const [own] = (await pricing("my-model")).models
    expect(own).toMatchObject({
      source: "configuration",
      certainty: Certainty.ESTIMATED,
      rates: { assumed: ["cache_read", "cache_write_5m", "cache_write_1h"] },
    })
    expect((await pricing("my-model", "2025-12-31")).models[0]).toMatchObject({ certainty: Certainty.UNPRICED, model: "" })
    const [none] = (await pricing("claude-opus-5-6")).models
    expect(none).toMatchObject({ certainty: Certainty.UNPRICED, vendor: "", factors: [], history: [] })
    expect(none?.rates).toBeUndefined()
  })

  it("lists every model with a price, and agrees with what is charged", async () => {
    const { models } = await pricing("")
    expect(models.length).toBeGreaterThan(50)
    expect(models.map(({ requested }) => requested)).toContain("my-model")
    for (const { requested, rates, certainty } of models) {
      expect(certainty).not.toBe(Certainty.UNPRICED)
      world.apply([seen(requested), request(requested, NOW, { model: requested, usage: { ...NO_USAGE, output: 1000 } })])
      expect(world.metricsRow(requested)?.message.cost?.nanosUsd).toBe((rates?.outputNanosUsd ?? 0n) / 1000n)
    }
  })
})

describe("CorrectUsage", () => {
  const correction = (more: object) => ({ action: { case: "correction" as const, value: { conversationId: "c", note: "why", ...more } } })

  beforeEach(() => world.apply([seen("c"), request("c", NOW - HOUR)]))

  it("keeps what was corrected apart from what was measured, tells watchers, and undoes it", async () => {
    const told: string[] = []
    world.subscribe(({ conversationIds }) => told.push(...conversationIds))
    const made = await metrics(socket).correctUsage(correction({ set: { output: 1050n }, add: { input: -40n } }))
    expect(made.correction).toMatchObject({
      id: 1n,
      note: "why",
      model: "claude-opus-5-5",
      tokens: { input: -40n, output: 1000n, total: 960n },
    })
    expect(timestampMs(made.correction?.usageTime ?? timestampFromMs(0))).toBe(NOW - HOUR)
    const corrected = {
      tokens: { input: -40n, output: 1000n },
      cost: { nanosUsd: 19_840_000n, certainty: Certainty.ESTIMATED },
      corrections: 1,
    }
    expect(made.metrics).toMatchObject({ tokens: { output: 50n, total: 1000n }, cost: { nanosUsd: 1_570_000n }, corrected })
    expect(told).toEqual(["c"])
    const usage = await metrics().listUsage({ groupBy: [UsageGroup.DAY, UsageGroup.MODEL] })
    expect(usage.rows).toHaveLength(1)
    expect(usage.rows[0]).toMatchObject({ tokens: { total: 1000n }, corrected })
    expect(usage.total).toMatchObject({ corrected })

    const undone = await metrics(socket).correctUsage({ action: { case: "undoId", value: 1n } })
    expect(undone.metrics?.corrected).toBeUndefined()
    expect((await metrics().listUsage({})).total?.corrected).toBeUndefined()
    const { corrections } = await metrics().listCorrections({ conversationId: "c" })
    expect(corrections).toMatchObject([
      { id: 1n, set: { output: 1050n }, add: { input: -40n }, tokens: { total: 0n }, undoneTime: { seconds: BigInt(NOW / 1000) } },
    ])
    expect(corrections[0]?.set?.input).toBeUndefined()
  })

  it("pages the list, oldest first", async () => {
    for (const input of [1n, 2n, 3n]) await metrics(socket).correctUsage(correction({ add: { input } }))
    const page = await metrics().listCorrections({ pageSize: 2 })
    expect(page.corrections.map(({ id }) => id)).toEqual([1n, 2n])
    expect((await metrics().listCorrections({ pageSize: 2, pageToken: page.nextPageToken })).corrections.map(({ id }) => id)).toEqual([3n])
    expect((await metrics().listCorrections({ conversationId: "other" })).corrections).toEqual([])
  })

  it("is served on the unix socket alone", async () => {
    const refused = await failureOf(metrics(tcp).correctUsage(correction({ add: { input: 1n } })))
    expect(refused).toMatch(/^\[permission_denied\] correcting usage is served on the daemon's unix socket alone/)
    expect((await metrics(tcp).listCorrections({})).corrections).toEqual([])
  })

  it("says what is wrong", async () => {
    const failures = [
      correction({ add: { input: -101n } }),
      correction({ add: { input: 1n }, note: "" }),
      correction({ conversationId: "nobody", add: { input: 1n } }),
      correction({ conversationId: "" }),
      { action: { case: "undoId" as const, value: 9n } },
      {},
    ].map((bad) => failureOf(metrics(socket).correctUsage(bad)))
    expect(await Promise.all(failures)).toEqual([
      "[invalid_argument] input would be -1; ask for less",
      "[invalid_argument] a correction needs a note of 1..500 characters that says why",
      '[not_found] no conversation "nobody"',
      `[invalid_argument] id is ""; expected a session's or a conversation's id of 1..512 characters`,
      "[not_found] no correction has the number 9",
      '[invalid_argument] action is ""; expected a correction to make, or the number of one to take back',
    ])
  })
})
