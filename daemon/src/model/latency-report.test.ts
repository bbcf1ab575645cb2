import { create } from "@bufbuild/protobuf"
import { HostSchema, Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { Clock, Window } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { LatencyGroup } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Fact } from "../domain/facts.ts"
import { CLOCKS } from "./clock-samples.ts"
import { LatencyHistogram } from "./latency.ts"
import { WINDOWS } from "./latency-windows.ts"
import { createPriceBook } from "./prices/price-book.ts"
import { World } from "./world.ts"

const NOW = Date.parse("2026-11-01T10:00:30Z")
const MINUTE = 60_000

function worldOf(facts: readonly Fact[]): World {
  const world = new World({ host: create(HostSchema, { id: "h", name: "box" }), prices: createPriceBook([]), now: () => NOW })
  world.apply(facts)
  return world
}

const conversation = (conversationId: string, cwd: string): Fact => ({ kind: "conversation-seen", conversationId, agent: "claude", cwd })

interface Call {
  readonly conversationId: string
  readonly subagentId: string | undefined
  readonly name: string
  readonly ms: number
  readonly endMs: number
}

const call: fc.Arbitrary<Call> = fc.record({
  conversationId: fc.constantFrom("one", "two", "three"),
  subagentId: fc.constantFrom(undefined, "a1"),
  name: fc.constantFrom("Bash", "Read"),
  ms: fc.oneof(fc.nat(3_000), fc.nat(200_000)),
  // Around the edges of the windows, and anywhere.
  endMs: fc
    .oneof(fc.constantFrom(4, 5, 6, 59, 60, 61, 1439, 1440, 1441), fc.nat(3_000))
    .chain((minutes) => fc.nat(59_999).map((ms) => NOW - minutes * MINUTE + ms - 30_000)),
})

const FOLDERS: Readonly<Record<string, string>> = { one: "/a", two: "/b", three: "/a" }
const WINDOW_MINUTES = new Map([
  [Window.WINDOW_5_MINUTES, 5],
  [Window.WINDOW_HOUR, 60],
  [Window.WINDOW_24_HOURS, 1440],
  [Window.WINDOW_SESSION, 1e9],
])
const KEYS: readonly (readonly [LatencyGroup, (call: Call) => string])[] = [
  [LatencyGroup.SESSION, ({ conversationId }) => conversationId],
  [LatencyGroup.SUBAGENT, ({ conversationId, subagentId }) => `${conversationId} ${subagentId}`],
  [LatencyGroup.TOOL, ({ name }) => name],
  [LatencyGroup.PROJECT, ({ conversationId }) => FOLDERS[conversationId] ?? ""],
  [LatencyGroup.HOST, () => "box"],
]

const query = (group: LatencyGroup, more: object = {}) => ({
  group,
  clocks: new Set(CLOCKS),
  windows: new Set(WINDOWS),
  id: undefined,
  scope: Scope.ALL,
  ...more,
})

describe("latencies by group and window", () => {
  it("are those of a recount by hand", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 40 }), async (calls) => {
        const world = worldOf([
          ...Object.entries(FOLDERS).map(([id, cwd]) => conversation(id, cwd)),
          ...calls.flatMap(({ ms, endMs, subagentId, ...of }, n): Fact[] => {
            const who = { ...of, callId: `${n}`, ...(subagentId === undefined ? {} : { subagentId }) }
            return [
              { kind: "tool-started", ...who, timeMs: endMs - ms },
              { kind: "tool-ended", ...who, timeMs: endMs, outcome: "ok" },
            ]
          }),
        ])
        for (const [group, keyOf] of KEYS) {
          const rows = (await world.latency.list(query(group))) ?? []
          const found = rows.flatMap(({ row }) =>
            row.latency.map(({ window, count, p50Ms, p99Ms, maxMs }) => {
              const session = world.session(row.key)?.conversationId
              const name = row.conversationId === undefined ? (session ?? row.key) : `${row.conversationId} ${row.subagentId}`
              return `${name} ${window} ${count} ${p50Ms} ${p99Ms} ${maxMs}`
            }),
          )
          expect(found.toSorted()).toEqual(recount(calls, keyOf).toSorted())
        }
      }),
      { numRuns: 60 },
    )
  })

  it("come slowest first in the shortest window asked for", async () => {
    const at = (name: string, ms: number, minutesAgo: number, n: number): Fact[] => {
      const of = { conversationId: "one", callId: `${name}${n}`, name }
      const endMs = NOW - minutesAgo * MINUTE
      return [
        { kind: "tool-started", ...of, timeMs: endMs - ms },
        { kind: "tool-ended", ...of, timeMs: endMs, outcome: "ok" },
      ]
    }
    const world = worldOf([conversation("one", "/a"), ...at("Bash", 9_000, 300, 1), ...at("Bash", 10, 1, 2), ...at("Read", 500, 2, 3)])
    const names = async (windows: readonly Window[]) =>
      (await world.latency.list(query(LatencyGroup.TOOL, { windows: new Set(windows) })))?.map(({ row }) => row.key)
    expect(await names([Window.WINDOW_SESSION])).toEqual(["Bash", "Read"])
    expect(await names([Window.WINDOW_SESSION, Window.WINDOW_HOUR])).toEqual(["Read", "Bash"])
    expect(await names([Window.WINDOW_5_MINUTES])).toEqual(["Read", "Bash"])
  })

  it("of a session or a conversation alone; of one that is not known, none", async () => {
    const world = worldOf([
      conversation("one", "/a"),
      { kind: "turn-ended", conversationId: "one", timeMs: NOW, startedMs: NOW - 7, reason: "done" },
    ])
    const rows = await world.latency.list(query(LatencyGroup.SESSION, { id: "one" }))
    expect(rows).toMatchObject([{ row: { latency: [{ clock: Clock.TURN, maxMs: 7n }, {}, {}, {}] } }])
    expect(await world.latency.list(query(LatencyGroup.SESSION, { id: "who" }))).toBeUndefined()
  })
})

it("a series tells of each minute in which something ended", async () => {
  const ended = (callId: string, ms: number, minutesAgo: number, outcome: "ok" | "failed"): Fact[] => [
    { kind: "tool-started", conversationId: "one", callId, name: "Bash", timeMs: NOW - minutesAgo * MINUTE - ms },
    { kind: "tool-ended", conversationId: "one", callId, timeMs: NOW - minutesAgo * MINUTE, outcome },
  ]
  const world = worldOf([conversation("one", "/a"), ...ended("1", 40, 3, "ok"), ...ended("2", 60, 3, "failed"), ...ended("3", 80, 1, "ok")])
  const asked = { id: "one", clock: "tool", label: undefined, sinceMs: NOW - 24 * 60 * MINUTE } as const
  expect(await world.latency.series(asked)).toMatchObject([
    { latency: { count: 2n, maxMs: 60n }, judgedCalls: 2n, failedCalls: 1n },
    { latency: { count: 1n, maxMs: 80n }, judgedCalls: 1n, failedCalls: 0n },
  ])
  expect(await world.latency.series({ ...asked, label: "Read" })).toEqual([])
  expect(await world.latency.series({ ...asked, sinceMs: NOW - 2 * MINUTE })).toHaveLength(1)
  expect(await world.latency.series({ ...asked, id: "who" })).toBeUndefined()
})

function recount(calls: readonly Call[], keyOf: (call: Call) => string): string[] {
  const lines: string[] = []
  for (const key of new Set(calls.map(keyOf))) {
    for (const [window, minutes] of WINDOW_MINUTES) {
      const histogram = new LatencyHistogram()
      const nowMinute = Math.floor(NOW / MINUTE)
      const isIn = (of: Call) => keyOf(of) === key && Math.floor(of.endMs / MINUTE) >= nowMinute - minutes
      for (const { ms } of calls.filter(isIn)) histogram.record(ms)
      const found = histogram.percentiles()
      if (found !== undefined) lines.push(`${key} ${window} ${found.count} ${found.p50Ms} ${found.p99Ms} ${found.maxMs}`)
    }
  }
  return lines
}
