import { create } from "@bufbuild/protobuf"
import { timestampFromMs } from "@bufbuild/protobuf/wkt"
import { AuditCause } from "@vibecraft/shared/gen/vibecraft/v1/audit_pb"
import { BookedSchema, type Metrics, MetricsSchema } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import type { MessageInitShape } from "@bufbuild/protobuf"
import { expect, test } from "vitest"
import { auditRows, auditSummary } from "./audit.ts"

const CAUSE: Readonly<Record<number, string>> = Object.fromEntries(Object.entries(AuditCause).map(([name, code]) => [code, name]))

function row(conversationId: string, init: MessageInitShape<typeof MetricsSchema>): Metrics {
  return create(MetricsSchema, { conversationId, requests: 1n, ...init })
}

function audit(rows: readonly Metrics[], threads: Readonly<Record<string, number>> = {}) {
  return auditRows({ rows, threadTokens: new Map(Object.entries(threads)), nameOf: (id) => `name of ${id}`, withUnread: true })
}

function causes(rows: ReturnType<typeof audit>): [string, [string | undefined, bigint][]][] {
  return rows.map(({ conversationId, differences }) => [
    conversationId,
    differences.map(({ cause, nanosUsd, tokens }) => [CAUSE[cause], nanosUsd + tokens]),
  ])
}

const booked = (init: MessageInitShape<typeof BookedSchema>) => create(BookedSchema, init)

test("money: every part of a difference has its cause, and the parts are the whole", () => {
  const rows = audit([
    row("equal", { cost: { nanosUsd: 500n }, booked: booked({ nanosUsd: 500n, countedNanosUsd: 500n }) }),
    row("hidden", {
      cost: { nanosUsd: 3_000_000n },
      booked: booked({
        nanosUsd: 7_000_000n,
        countedNanosUsd: 2_000_000n,
        inheritedNanosUsd: 4_000_000n,
        unbookedNanosUsd: 200_000n,
        priceDifferenceNanosUsd: 100_000n,
        hidden: [
          { model: "a", nanosUsd: 600_000n },
          { model: "b", nanosUsd: 500_000n },
        ],
      }),
    }),
    row("odd", { cost: { nanosUsd: 0n }, booked: booked({ nanosUsd: 5000n }) }),
    row("rounded", { cost: { nanosUsd: 0n }, booked: booked({ nanosUsd: 900n }) }),
    row("silent", { cost: { nanosUsd: 9n } }),
    row("empty", { requests: 0n }),
  ])
  expect(causes(rows)).toEqual([
    ["equal", []],
    [
      "hidden",
      [
        ["HIDDEN_CALLS", 1_100_000n],
        ["INHERITED", 4_000_000n],
        ["UNBOOKED", -200_000n],
        ["PRICE", 100_000n],
        ["GOES_ON", -1_000_000n],
      ],
    ],
    ["odd", [["UNEXPLAINED", 5000n]]],
    ["rounded", []],
    ["silent", []],
  ])
  expect(auditSummary(rows)).toMatchObject({ compared: 4, equal: 2, explained: 1, unexplained: 1, hiddenNanosUsd: 1_100_000n })
})

test("tokens: a thread's own total, its parent's in front, restarted, or never written down", () => {
  const rows = audit(
    [
      row("equal", { tokens: { total: 100n }, lastTime: timestampFromMs(2) }),
      row("fork", { tokens: { total: 100n }, forkedFromConversationId: "equal", lastTime: timestampFromMs(3) }),
      row("restarted", { tokens: { total: 100n }, lastTime: timestampFromMs(1) }),
      row("more", { tokens: { total: 100n } }),
      row("unread", { requests: 0n }),
    ],
    { equal: 100, fork: 130, restarted: 60, more: 101, unread: 7, gone: 5, nothing: 0 },
  )
  expect(causes(rows)).toEqual([
    ["fork", [["INHERITED", 30n]]],
    ["equal", []],
    ["restarted", [["RESTARTED_TOTAL", -40n]]],
    ["more", [["UNEXPLAINED", 1n]]],
    ["unread", [["NO_TRANSCRIPT", 7n]]],
    ["gone", [["NO_TRANSCRIPT", 5n]]],
  ])
  expect(rows[0]?.name).toBe("name of fork")
})
