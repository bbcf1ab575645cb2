import { describe, expect, test } from "vitest"
import type { BookedCostSeen, BookedModel, RequestSeen } from "../domain/facts.ts"
import { NO_USAGE } from "../domain/usage.ts"
import { Ledger } from "./ledger.ts"
import { createPriceBook } from "./prices/price-book.ts"
import { Reconciler } from "./reconciler.ts"

const OPUS = "claude-opus-5-5"
const HAIKU = "claude-haiku-4-5"
/** A dollar's part for one output token of each, in nano-dollars. */
const OPUS_OUT = 20_000
const HAIKU_OUT = 5000

const prices = createPriceBook()

function bed() {
  const ledger = new Ledger(prices)
  const reconciler = new Reconciler({ requestsOf: (id) => ledger.requestsOf(id), prices })
  let keys = 0
  return {
    reconciler,
    spend: (timeMs: number, output: number, more: Partial<RequestSeen> = {}): readonly string[] => {
      const fact: RequestSeen = {
        kind: "request-seen",
        conversationId: "one",
        key: `msg_${keys++}`,
        sidechain: false,
        model: OPUS,
        timeMs,
        usage: { ...NO_USAGE, output },
        ...more,
      }
      return [...ledger.see(fact)].flatMap(([id, changedMs]) => reconciler.requestChanged(id, changedMs))
    },
    book: (untilMs: number, models: readonly BookedModel[], conversationId = "one") =>
      reconciler.bookedSeen(bookedSeen(conversationId, untilMs, models)),
  }
}

function bookedSeen(conversationId: string, untilMs: number, models: readonly BookedModel[]): BookedCostSeen {
  const nanosUsd = models.reduce((sum, model) => sum + model.nanosUsd, 0)
  return { kind: "booked-cost-seen", conversationId, untilMs, nanosUsd, models, hasUnknownModel: false }
}

const opus = (output: number): BookedModel => ({
  model: OPUS,
  usage: { ...NO_USAGE, output },
  webSearches: 0,
  nanosUsd: output * OPUS_OUT,
})

describe("what an agent booked", () => {
  test("and we counted alike leaves nothing over", () => {
    const { spend, book, reconciler } = bed()
    spend(10, 100)
    expect(reconciler.resultOf("one")).toBeUndefined()
    book(20, [opus(100)])
    expect(reconciler.resultOf("one")).toMatchObject({
      bookedNanosUsd: 2_000_000n,
      countedNanosUsd: 2_000_000n,
      hidden: [],
      unbookedNanosUsd: 0n,
      priceDifferenceNanosUsd: 0n,
    })
  })

  test("beyond what left a line is hidden, model by model", () => {
    const { spend, book, reconciler } = bed()
    spend(10, 100)
    const side: BookedModel = { model: `${HAIKU}-20251001`, usage: { ...NO_USAGE, output: 7 }, webSearches: 1, nanosUsd: 7 * HAIKU_OUT }
    book(20, [opus(150), side])
    expect(reconciler.resultOf("one")?.hidden).toEqual([
      { model: OPUS, usage: { ...NO_USAGE, output: 50 }, webSearches: 0, nanosUsd: 1_000_000n },
      { model: HAIKU, usage: { ...NO_USAGE, output: 7 }, webSearches: 1, nanosUsd: 35_000n },
    ])
  })

  test("is held against the requests until then, however the conversation goes on", () => {
    const { spend, book, reconciler } = bed()
    spend(10, 100)
    book(20, [opus(150)])
    const before = reconciler.resultOf("one")
    expect(spend(30, 1000)).toEqual([])
    expect(reconciler.resultOf("one")).toBe(before)
    // Read later, made earlier.
    expect(spend(15, 50)).toEqual(["one"])
    expect(reconciler.resultOf("one")?.hidden).toEqual([])
  })

  test("knows of an earlier request that a later copy tells more of", () => {
    const { spend, book, reconciler } = bed()
    const early = { key: "early", requestId: "req" }
    spend(10, 100, early)
    book(20, [opus(150)])
    expect(reconciler.resultOf("one")?.hidden).toMatchObject([{ usage: { output: 50 } }])
    spend(30, 150, early)
    expect(reconciler.resultOf("one")?.hidden).toEqual([])
  })

  test("is its last word, in whatever order its words are read", () => {
    for (const order of [
      [100, 160, 160],
      [160, 100, 160],
    ]) {
      const { spend, book, reconciler } = bed()
      spend(10, 100)
      spend(110, 50)
      for (const output of order) book(output, [opus(output)])
      expect(reconciler.resultOf("one")).toMatchObject({ bookedNanosUsd: 3_200_000n, hidden: [{ usage: { output: 10 } }] })
    }
  })

  test("less than we counted, its process having been killed before, is no hidden usage", () => {
    const { spend, book, reconciler } = bed()
    spend(10, 100)
    book(20, [opus(60)])
    expect(reconciler.resultOf("one")).toMatchObject({ hidden: [], unbookedNanosUsd: 800_000n })
  })

  test("for the same tokens at another price is a difference of price", () => {
    const { spend, book, reconciler } = bed()
    spend(10, 100)
    book(20, [{ ...opus(100), nanosUsd: 2_500_000 }])
    expect(reconciler.resultOf("one")).toMatchObject({ hidden: [], priceDifferenceNanosUsd: 500_000n })
  })

  test("counts inner calls under their own model", () => {
    const { spend, book, reconciler } = bed()
    const innerCalls = [{ model: HAIKU, usage: { ...NO_USAGE, output: 10 } }]
    spend(10, 100, { factors: { innerCalls } })
    book(20, [opus(100), { model: HAIKU, usage: { ...NO_USAGE, output: 10 }, webSearches: 0, nanosUsd: 50_000 }])
    expect(reconciler.resultOf("one")).toMatchObject({ hidden: [], unbookedNanosUsd: 0n, priceDifferenceNanosUsd: 0n })
  })
})

describe("a fork's account", () => {
  test("starts with the parent's last word, hidden usage included", () => {
    const { spend, book, reconciler } = bed()
    spend(10, 100)
    book(20, [opus(130)])
    spend(35, 500)
    book(40, [opus(630)])
    reconciler.forked("fork", "one", 30)
    spend(31, 5, { conversationId: "fork" })
    book(50, [opus(137)], "fork")
    expect(reconciler.resultOf("fork")).toMatchObject({ inheritedNanosUsd: 130n * 20_000n, hidden: [{ usage: { output: 2 } }] })
  })

  test("starts inside the parent's process with what that had used meanwhile", () => {
    const { spend, book, reconciler } = bed()
    spend(10, 100)
    book(20, [opus(130)])
    spend(25, 40)
    reconciler.forked("fork", "one", 30)
    book(50, [opus(170)], "fork")
    expect(reconciler.resultOf("fork")).toMatchObject({ inheritedNanosUsd: 170n * 20_000n, hidden: [] })
  })

  test("starts with the parent's last word where a process of its own could know no more", () => {
    const { spend, book, reconciler } = bed()
    spend(10, 100)
    book(20, [opus(130)])
    spend(25, 40)
    reconciler.forked("fork", "one", 30)
    book(50, [opus(131)], "fork")
    expect(reconciler.resultOf("fork")).toMatchObject({ inheritedNanosUsd: 130n * 20_000n, hidden: [{ usage: { output: 1 } }] })
  })

  test("starts with the copied requests where the parent booked nothing", () => {
    const { spend, book, reconciler } = bed()
    spend(10, 100)
    reconciler.forked("fork", "one", 30)
    book(50, [opus(107)], "fork")
    expect(reconciler.resultOf("fork")).toMatchObject({ inheritedNanosUsd: 2_000_000n, hidden: [{ usage: { output: 7 } }] })
  })

  test("changes with its parent's, and a ring of forks ends", () => {
    const { spend, book, reconciler } = bed()
    reconciler.forked("fork", "one", 30)
    reconciler.forked("one", "fork", 5)
    book(50, [opus(107)], "fork")
    expect(reconciler.resultOf("fork")?.hidden).toMatchObject([{ usage: { output: 107 } }])
    expect(spend(10, 100)).toEqual(expect.arrayContaining(["fork"]))
    expect(reconciler.resultOf("fork")?.hidden).toMatchObject([{ usage: { output: 7 } }])
  })
})
