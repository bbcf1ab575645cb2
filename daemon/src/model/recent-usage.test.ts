import fc from "fast-check"
import { expect, test } from "vitest"
import { NO_USAGE } from "../domain/usage.ts"
import type { Price } from "./prices/price-book.ts"
import { RecentUsage } from "./recent-usage.ts"
import type { LedgerRequest } from "./request-table.ts"

const NOW = 1_800_000_000_000
const MINUTE = 60_000

function request(agoMs: number, conversationId = "c", now = NOW): LedgerRequest {
  const usage = { ...NO_USAGE, input: 10, cacheRead: 90 }
  return { conversationId, subagentId: undefined, model: "m", timeMs: now - agoMs, usage, factors: undefined }
}

const PRICE: Price = { nanosUsd: 7n, certainty: "priced", unpricedModels: [] }
const all = () => true

/** Any, and those at the edges of the windows. */
const ages = fc.oneof(
  fc.integer({ min: -MINUTE, max: 90 * MINUTE }),
  fc.tuple(fc.constantFrom(0, 5 * MINUTE, 60 * MINUTE), fc.integer({ min: -20_000, max: 20_000 })).map(([edge, ms]) => edge + ms),
)

test("counts what is younger than the window, to ten seconds, and what was taken back no more", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(ages, fc.boolean()), { maxLength: 60 }), (entries) => {
      const recent = new RecentUsage(() => NOW)
      for (const [ago, isTakenBack] of entries) {
        recent.book(1, request(ago), PRICE)
        if (isTakenBack) recent.book(-1, request(ago), PRICE)
      }
      for (const minutes of [5, 60]) {
        const step = (ms: number) => Math.floor(ms / 10_000)
        const counted = entries.filter(
          ([ago, isTakenBack]) => !isTakenBack && step(NOW - ago) <= step(NOW) && step(NOW - ago) > step(NOW - minutes * MINUTE),
        ).length
        expect(recent.sums(minutes, all)).toEqual({ tokens: 100 * counted, uncached: 10 * counted, nanosUsd: BigInt(7 * counted) })
      }
    }),
  )
})

test("forgets as time goes on, and tells conversations apart", () => {
  let now = NOW
  const recent = new RecentUsage(() => now)
  recent.book(1, request(0, "a"), PRICE)
  recent.book(1, request(0, "b"), PRICE)
  expect(recent.sums(5, (id) => id === "a").tokens).toBe(100)
  now += 6 * MINUTE
  expect(recent.sums(5, all).tokens).toBe(0)
  expect(recent.sums(60, all).tokens).toBe(200)
  now += 3 * 60 * MINUTE
  recent.book(1, request(0, "c", now), PRICE)
  expect(recent.sums(60, all).tokens).toBe(100)
})

test("counts the same while time goes on, however long it is kept", () => {
  const going = fc.record({ passMs: fc.integer({ min: 0, max: 40 * MINUTE }), agoMs: fc.integer({ min: 0, max: 50 * MINUTE }) })
  fc.assert(
    fc.property(fc.array(going, { maxLength: 40 }), (bookings) => {
      let now = NOW
      const recent = new RecentUsage(() => now)
      const times: number[] = []
      const step = (ms: number) => Math.floor(ms / 10_000)
      for (const { passMs, agoMs } of bookings) {
        now += passMs
        times.push(now - agoMs)
        recent.book(1, request(agoMs, "c", now), PRICE)
        const counted = times.filter((ms) => step(ms) > step(now - 60 * MINUTE)).length
        expect(recent.sums(60, all)).toEqual({ tokens: 100 * counted, uncached: 10 * counted, nanosUsd: BigInt(7 * counted) })
      }
    }),
  )
})
