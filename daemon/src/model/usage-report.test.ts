import { UsageGroup, type UsageRow } from "@vibecraft/shared/gen/vibecraft/v1/usage_pb"
import { timeZone } from "@vibecraft/shared/time-zone"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { RequestSeen } from "../domain/facts.ts"
import { NO_USAGE, type PriceFactors } from "../domain/usage.ts"
import { Ledger } from "./ledger.ts"
import { modelIdOf } from "./prices/model-id.ts"
import { createPriceBook, type Price } from "./prices/price-book.ts"
import type { LedgerRequest } from "./request-table.ts"
import type { UsageConversation } from "./usage-conversation.ts"
import { type UsageQuery, usageReport, type UsageSource } from "./usage-report.ts"
import { UsageRollup } from "./usage-rollup.ts"

const prices = createPriceBook()
const HOUR = 3_600_000
const ZONES = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "Asia/Kathmandu",
  "Pacific/Chatham",
  "Pacific/Kiritimati",
  "Australia/Lord_Howe",
  "America/St_Johns",
]
const CONVERSATIONS = ["c-1", "c-2", "c-3"]

const conversation = (id: string): UsageConversation => ({
  agent: id === "c-3" ? "codex" : "claude",
  project: id === "c-1" ? "/work/a" : "/work/ab",
  sessionId: id === "c-1" ? "s-1" : "s-2",
  sessionName: "name",
  name: id,
  subagentType: (subagentId) => (subagentId === undefined ? "main" : `type of ${subagentId}`),
  contextUsedTokens: undefined,
  contextUsedRatio: undefined,
})

/** Times around changes of clocks in 2026, where days have 23 to 25 hours, any time of three years, and mostly one busy quarter of an hour. */
const times = fc.oneof(
  ...["2026-03-29T00:00Z", "2026-10-25T00:00Z", "2026-03-08T06:00Z", "2026-11-01T05:00Z", "2026-04-04T14:00Z", "2026-10-03T15:00Z"].map(
    (day) => fc.integer({ min: -30 * HOUR, max: 30 * HOUR }).map((ms) => Date.parse(day) + ms),
  ),
  fc.integer({ min: Date.parse("2024-01-01"), max: Date.parse("2026-12-31") }),
  { weight: 14, arbitrary: fc.integer({ min: Date.parse("2026-11-20"), max: Date.parse("2026-11-20") + HOUR / 3 }) },
)

const requests: fc.Arbitrary<RequestSeen> = fc
  .record({
    key: fc.constantFrom("k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8", "k9"),
    requestId: fc.constantFrom("r1", "r2"),
    conversationId: fc.constantFrom("c-1", "c-1", ...CONVERSATIONS),
    subagentId: fc.constantFrom(undefined, undefined, undefined, "a", "b"),
    sidechain: fc.boolean(),
    model: fc.constantFrom(
      "claude-opus-5-5",
      "claude-sonnet-4-5-20250929",
      "gpt-5.6-luna",
      "us.anthropic.claude-opus-5-v1",
      "nobody-knows",
    ),
    timeMs: times,
    input: fc.nat(1_000_000),
    output: fc.nat(10_000),
    cacheRead: fc.nat(300_000),
    advisor: fc.constantFrom(undefined, "claude-fable-5-2", "who"),
  })
  .map(({ subagentId, input, output, cacheRead, advisor, ...fact }) => {
    const factors: PriceFactors | undefined =
      advisor === undefined ? undefined : { innerCalls: [{ model: advisor, usage: { ...NO_USAGE, input: 7, output } }] }
    return {
      kind: "request-seen",
      ...fact,
      ...(subagentId === undefined ? {} : { subagentId }),
      usage: { ...NO_USAGE, input, output, cacheRead },
      ...(factors === undefined ? {} : { factors }),
    }
  })

/** A ledger and its sums after these facts; `booked` are the requests that the ledger holds, by its own account. */
function read(facts: readonly RequestSeen[]) {
  const rollup = new UsageRollup()
  const booked = new Map<string, { request: LedgerRequest; price: Price; count: number }>()
  const ledger = new Ledger(prices, (sign, request, price) => {
    rollup.book(sign, request, price)
    const key = JSON.stringify(request)
    const entry = booked.get(key) ?? { request, price, count: 0 }
    booked.set(key, { ...entry, count: entry.count + sign })
  })
  for (const fact of facts) ledger.see(fact)
  const held = [...booked.values()].flatMap(({ count, ...entry }) => Array.from({ length: count }, () => entry))
  expect(held.length).toBe(ledger.size)
  return { ledger, rollup, held }
}

function sourceOf(rollup: UsageRollup): UsageSource {
  return { rows: () => rollup.rows(), corrections: () => [], conversation }
}

function query(more: Partial<UsageQuery> = {}): UsageQuery {
  return {
    groups: [UsageGroup.DAY],
    sinceMs: Number.NEGATIVE_INFINITY,
    untilMs: Number.POSITIVE_INFINITY,
    zone: timeZone("UTC"),
    agent: undefined,
    id: undefined,
    project: undefined,
    ...more,
  }
}

/** One call: a request itself, or a call inside it. */
interface Call {
  readonly request: LedgerRequest
  readonly model: string
  readonly total: number
  readonly nanosUsd: bigint
  readonly isRequest: boolean
}

function callsOf({ request, price }: { request: LedgerRequest; price: Price }): Call[] {
  const inner = (request.factors?.innerCalls ?? []).map(({ model, usage }) => {
    const { nanosUsd } = prices.priceOf({ model, usage, timeMs: request.timeMs })
    return { request, model, total: usage.input + usage.output, nanosUsd, isRequest: false }
  })
  const rest = inner.reduce((nanos, call) => nanos - call.nanosUsd, price.nanosUsd)
  const { input, output, cacheRead } = request.usage
  return [{ request, model: request.model, total: input + output + cacheRead, nanosUsd: rest, isRequest: true }, ...inner]
}

/** What a call counts under, found the slow way. */
const NAIVE: ReadonlyMap<UsageGroup, (call: Call, zone: string) => string> = new Map([
  [UsageGroup.DAY, ({ request }, zone) => wallDate(request.timeMs, zone)],
  [UsageGroup.MONTH, ({ request }, zone) => wallDate(request.timeMs, zone).slice(0, 7)],
  [UsageGroup.WEEK, ({ request }, zone) => monday(wallDate(request.timeMs, zone))],
  [UsageGroup.MODEL, ({ model }) => modelIdOf(model).name],
  [UsageGroup.PROJECT, ({ request }) => conversation(request.conversationId).project],
  [UsageGroup.SESSION, ({ request }) => conversation(request.conversationId).sessionId],
  [UsageGroup.CONVERSATION, ({ request }) => request.conversationId],
  [UsageGroup.AGENT, ({ request }) => (request.conversationId === "c-3" ? "2" : "1")],
  [UsageGroup.SUBAGENT_TYPE, ({ request }) => (request.subagentId === undefined ? "main" : `type of ${request.subagentId}`)],
])

function wallDate(timeMs: number, zone: string): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(timeMs)
}

function monday(date: string): string {
  const day = new Date(date)
  while (day.getUTCDay() !== 1) day.setUTCDate(day.getUTCDate() - 1)
  return day.toISOString().slice(0, 10)
}

function shown(group: UsageGroup, row: UsageRow): string {
  const { period, model, project, sessionId, conversationId, agent, subagentType } = row
  const byGroup = new Map<UsageGroup, string | undefined>([
    [UsageGroup.MODEL, model],
    [UsageGroup.PROJECT, project],
    [UsageGroup.SESSION, sessionId],
    [UsageGroup.CONVERSATION, conversationId],
    [UsageGroup.AGENT, `${agent}`],
    [UsageGroup.SUBAGENT_TYPE, subagentType],
  ])
  return byGroup.get(group) ?? period ?? "nothing"
}

const groupings = fc
  .subarray([...NAIVE.keys()], { minLength: 1, maxLength: 3 })
  .filter(
    (groups) => groups.filter((group) => [UsageGroup.DAY, UsageGroup.WEEK, UsageGroup.MONTH].some((time) => time === group)).length < 2,
  )

describe("a report", () => {
  test("is what counting every request of the ledger again gives, for any zone, grouping and span", () => {
    fc.assert(
      fc.property(
        fc.array(requests, { maxLength: 40 }),
        fc.constantFrom(...ZONES),
        groupings,
        fc.option(times, { nil: undefined }),
        fc.option(times, { nil: undefined }),
        (facts, zone, groups, since, until) => {
          const { rollup, held } = read(facts)
          const quarter = (ms: number, round: (value: number) => number) => round(ms / 900_000) * 900_000
          const sinceMs = since === undefined ? Number.NEGATIVE_INFINITY : quarter(since, Math.floor)
          const untilMs = until === undefined ? Number.POSITIVE_INFINITY : quarter(until, Math.ceil)
          const expected = new Map<string, { total: number; nanosUsd: bigint; requests: number }>()
          for (const call of held.flatMap(callsOf)) {
            if (call.request.timeMs < sinceMs || call.request.timeMs >= untilMs) continue
            const key = groups.map((group) => NAIVE.get(group)?.(call, zone)).join("|")
            const sum = expected.get(key) ?? { total: 0, nanosUsd: 0n, requests: 0 }
            const requestCount = sum.requests + Number(call.isRequest)
            expected.set(key, { total: sum.total + call.total, nanosUsd: sum.nanosUsd + call.nanosUsd, requests: requestCount })
          }
          const { rows, total } = usageReport(
            query({ groups, zone: timeZone(zone), sinceMs: since ?? sinceMs, untilMs: until ?? untilMs }),
            sourceOf(rollup),
          )
          const found = rows.map((row) => [
            groups.map((group) => shown(group, row)).join("|"),
            { total: Number(row.tokens?.total), nanosUsd: row.cost?.nanosUsd, requests: Number(row.requests) },
          ])
          expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected))
          expect(found.length).toBe(expected.size)
          expect(total.cost?.nanosUsd).toBe([...expected.values()].reduce((sum, { nanosUsd }) => sum + nanosUsd, 0n))
        },
      ),
      { numRuns: 300 },
    )
  })

  test("sums up to what the ledger says of each conversation", () => {
    fc.assert(
      fc.property(fc.array(requests, { maxLength: 40 }), (facts) => {
        const { ledger, rollup } = read(facts)
        const { rows } = usageReport(query({ groups: [UsageGroup.CONVERSATION] }), sourceOf(rollup))
        for (const id of CONVERSATIONS) {
          const totals = ledger.totals(id)
          const row = rows.find(({ conversationId }) => conversationId === id)
          expect(row?.cost?.nanosUsd).toBe(totals?.nanosUsd)
          expect(row?.requests).toBe(totals === undefined ? undefined : BigInt(totals.requests))
          expect(row?.tokens?.cacheRead).toBe(totals === undefined ? undefined : BigInt(totals.tokens.cacheRead))
          expect(row?.cost?.unpricedModels).toEqual(totals?.unpricedModels)
          expect(row?.cost?.certainty).toBe(totals === undefined ? undefined : { priced: 1, estimated: 2, unpriced: 3 }[totals.certainty])
        }
      }),
    )
  })

  test("is the same after its sums were kept and put back", () => {
    fc.assert(
      fc.property(fc.array(requests, { maxLength: 30 }), fc.array(requests, { maxLength: 10 }), (before, after) => {
        const { rollup } = read([...before, ...after])
        const restored = new UsageRollup()
        const ledger = new Ledger(prices, (sign, request, price) => restored.book(sign, request, price))
        for (const fact of before) ledger.see(fact)
        const kept = [...restored.rows()].map((row) => ({ ...row, tokens: { ...row.tokens } }))
        restored.forget(() => true)
        expect([...restored.rows()]).toEqual([])
        for (const id of new Set(kept.map(({ conversationId }) => conversationId)))
          restored.restore(
            id,
            kept.filter(({ conversationId }) => conversationId === id),
          )
        for (const fact of after) ledger.see(fact)
        const all = (sums: UsageRollup) => usageReport(query({ groups: [UsageGroup.DAY, UsageGroup.MODEL] }), sourceOf(sums)).rows
        expect(all(restored)).toEqual(all(rollup))
      }),
    )
  })
})

const fact = (timeMs: number, more: Partial<RequestSeen> = {}): RequestSeen => ({
  kind: "request-seen",
  key: `k${timeMs}`,
  conversationId: "c-1",
  sidechain: false,
  model: "claude-opus-5-5",
  timeMs,
  usage: { ...NO_USAGE, output: 100 },
  ...more,
})

describe("rows", () => {
  test("follow each other in time, then by cost", () => {
    const day = Date.parse("2026-11-20T12:00Z")
    const facts = [
      fact(day, { model: "claude-haiku-4-5" }),
      fact(day + 1),
      fact(day + 2, { model: "who", usage: { ...NO_USAGE, output: 5 } }),
      fact(day - 24 * HOUR, { model: "claude-haiku-4-5" }),
    ]
    const { rows } = usageReport(query({ groups: [UsageGroup.MODEL, UsageGroup.DAY] }), sourceOf(read(facts).rollup))
    expect(rows.map(({ period, model }) => `${period} ${model}`)).toEqual([
      "2026-11-19 claude-haiku-4-5",
      "2026-11-20 claude-opus-5-5",
      "2026-11-20 claude-haiku-4-5",
      "2026-11-20 who",
    ])
  })

  test("of a day know where it starts and ends, 25 hours apart when clocks go back", () => {
    const { rows } = usageReport(query({ zone: timeZone("Europe/Berlin") }), sourceOf(read([fact(Date.parse("2026-10-25T12:00Z"))]).rollup))
    expect(rows[0]).toMatchObject({
      period: "2026-10-25",
      startTime: { seconds: BigInt(Date.parse("2026-10-24T22:00Z") / 1000) },
      endTime: { seconds: BigInt(Date.parse("2026-10-25T23:00Z") / 1000) },
    })
  })

  test.each<[string, Partial<UsageQuery>, string[]]>([
    ["an agent", { agent: "codex" }, ["c-3"]],
    ["a session", { id: "s-2" }, ["c-2", "c-3"]],
    ["a conversation", { id: "c-1" }, ["c-1"]],
    ["a folder, which is not the start of a longer name", { project: "/work/a" }, ["c-1"]],
    ["a folder above", { project: "/work" }, ["c-1", "c-2", "c-3"]],
    ["the root", { project: "/" }, ["c-1", "c-2", "c-3"]],
    ["nothing there is", { project: "/elsewhere" }, []],
  ])("are those of %s", (_name, asked, ids) => {
    const { rollup } = read(CONVERSATIONS.map((conversationId, index) => fact(1e12 + index, { conversationId })))
    const { rows } = usageReport(query({ ...asked, groups: [UsageGroup.CONVERSATION] }), sourceOf(rollup))
    expect(new Set(rows.map(({ conversationId }) => conversationId))).toEqual(new Set(ids))
  })

  test("survive amounts that no 64 bits hold", () => {
    const usage = { ...NO_USAGE, output: Number.MAX_SAFE_INTEGER }
    const facts = Array.from({ length: 2000 }, (_, index) => fact(1e12 + index, { usage }))
    const { rows } = usageReport(query(), sourceOf(read(facts).rollup))
    expect(rows[0]?.tokens?.total).toBe(2n ** 63n - 1n)
    expect(rows[0]?.cost?.nanosUsd).toBe(2n ** 63n - 1n)
  })
})
