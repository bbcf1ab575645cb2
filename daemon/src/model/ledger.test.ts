import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { RequestSeen } from "../domain/facts.ts"
import { NO_USAGE, type TokenUsage } from "../domain/usage.ts"
import type { ConversationTotals } from "./account.ts"
import { Ledger } from "./ledger.ts"
import { createPriceBook } from "./prices/price-book.ts"

const prices = createPriceBook()

function request(more: Partial<Omit<RequestSeen, "usage">> & { usage?: Partial<TokenUsage> } = {}): RequestSeen {
  return {
    kind: "request-seen",
    conversationId: "one",
    key: "msg_1",
    requestId: "req_1",
    sidechain: false,
    model: "claude-opus-5-5",
    timeMs: 1_790_000_000_000,
    ...more,
    usage: { ...NO_USAGE, ...more.usage },
  }
}

function ledgerOf(...facts: readonly RequestSeen[]): Ledger {
  const ledger = new Ledger(prices)
  for (const fact of facts) ledger.see(fact)
  return ledger
}

function totalsOf(ledger: Ledger, id = "one"): ConversationTotals {
  const totals = ledger.totals(id)
  if (totals === undefined) throw new Error(`nothing booked for ${id}`)
  return totals
}

describe("one response, many lines", () => {
  test("a line per content block counts once and says nothing new", () => {
    const ledger = ledgerOf(request({ usage: { input: 3, output: 250 } }))
    expect([...ledger.see(request({ usage: { input: 3, output: 250 }, timeMs: 1_790_000_001_000 }))]).toEqual([])
    expect(totalsOf(ledger)).toMatchObject({ requests: 1, tokens: { input: 3, output: 250 }, nanosUsd: 5_012_000n })
    expect(ledger.size).toBe(1)
  })

  test("a placeholder grows to its final value, wherever it stands", () => {
    const placeholder = request({ usage: { input: 3, output: 1 } })
    const final = request({ usage: { input: 3, output: 700 } })
    expect(totalsOf(ledgerOf(placeholder, final))).toEqual(totalsOf(ledgerOf(final, placeholder)))
    expect(totalsOf(ledgerOf(placeholder, final)).tokens.output).toBe(700)
  })

  test("factors that only a later line reports reprice the request", () => {
    const line = request({ usage: { output: 1_000_000 } })
    const ledger = ledgerOf(line)
    expect(totalsOf(ledger).nanosUsd).toBe(20_000_000_000n)
    expect([...ledger.see({ ...line, factors: { geo: "us", speed: "fast" } })]).toEqual([["one", line.timeMs]])
    expect(totalsOf(ledger).nanosUsd).toBe(44_000_000_000n)
  })

  test("inner calls add their tokens and their models", () => {
    const innerCalls = [{ model: "claude-fable-5-2", usage: { ...NO_USAGE, input: 1000, output: 100 } }]
    expect(totalsOf(ledgerOf(request({ usage: { input: 5 }, factors: { innerCalls } })))).toMatchObject({
      requests: 1,
      tokens: { input: 1005, output: 100 },
      models: ["claude-fable-5-2", "claude-opus-5-5"],
      nanosUsd: 12_020_000n,
    })
  })
})

test("of two reports of inner calls the one with more tokens counts, in any order", () => {
  const calls = (...outputs: number[]) => outputs.map((output) => ({ model: "claude-fable-5-2", usage: { ...NO_USAGE, output } }))
  const [some, more] = [calls(5), calls(1, 30)].map((innerCalls) => request({ factors: { innerCalls } }))
  if (some === undefined || more === undefined) throw new Error("two facts")
  for (const ledger of [ledgerOf(some, more), ledgerOf(more, some)]) expect(totalsOf(ledger).tokens.output).toBe(31)
})

describe("who owns a request", () => {
  test("the main chain beats a side chain's replay, though that came first and under another request id", () => {
    const replay = request({ conversationId: "side", sidechain: true, requestId: "req_2", timeMs: 1, usage: { output: 9 } })
    const main = request({ timeMs: 2, usage: { output: 9 } })
    for (const ledger of [ledgerOf(replay, main), ledgerOf(main, replay)]) {
      expect(ledger.totals("side")).toBeUndefined()
      expect(totalsOf(ledger)).toMatchObject({ requests: 1, tokens: { output: 9 } })
    }
  })

  test("of two conversations the earlier line wins; a move touches both", () => {
    const ledger = ledgerOf(request({ conversationId: "fork", timeMs: 20 }))
    expect(new Map(ledger.see(request({ conversationId: "one", timeMs: 10 })))).toEqual(
      new Map([
        ["one", 10],
        ["fork", 20],
      ]),
    )
    expect(ledger.totals("fork")).toBeUndefined()
    expect(totalsOf(ledger).requests).toBe(1)
  })

  test("the last model is the main agent's, and survives a request that moves away", () => {
    const own = request({ key: "a", model: "claude-opus-5", timeMs: 10 })
    const later = request({ key: "b", model: "claude-sonnet-5", timeMs: 30 })
    const subagent = request({ key: "c", model: "claude-haiku-5-5", timeMs: 40, subagentId: "s", sidechain: true })
    const ledger = ledgerOf(own, later, subagent)
    expect(totalsOf(ledger).lastModel).toBe("claude-sonnet-5")
    ledger.see({ ...later, conversationId: "elsewhere", timeMs: 20 })
    expect(totalsOf(ledger).lastModel).toBe("claude-opus-5")
  })
})

describe("gateways that give every response the same id", () => {
  const first = request({ requestId: "req_1", usage: { output: 10 } })
  const second = request({ requestId: "req_2", usage: { output: 20 } })

  test("different request ids and different usage are two requests", () => {
    expect(totalsOf(ledgerOf(first, second))).toMatchObject({ requests: 2, tokens: { output: 30 } })
  })

  test("different request ids and the same usage are one", () => {
    expect(totalsOf(ledgerOf(first, { ...second, usage: first.usage })).requests).toBe(1)
  })

  test("a line without a request id is no further request", () => {
    const { requestId: _none, ...line } = request({ usage: { output: 15 } })
    expect(totalsOf(ledgerOf(first, line))).toMatchObject({ requests: 1, tokens: { output: 15 } })
    expect(totalsOf(ledgerOf(first, second, line))).toMatchObject({ requests: 2, tokens: { output: 30 } })
  })

  test("of several that used the same the earliest owns the one request that they are", () => {
    const ledger = ledgerOf({ ...first, timeMs: 20 }, second, { ...first, requestId: "req_3", conversationId: "fork", timeMs: 10 })
    expect(totalsOf(ledger)).toMatchObject({ requests: 1, tokens: { output: 20 } })
    expect(totalsOf(ledger, "fork")).toMatchObject({ requests: 1, tokens: { output: 10 } })
  })

  test("thousands of them are told apart", () => {
    const ledger = new Ledger(prices)
    for (let n = 1; n <= 10_000; n++) ledger.see(request({ requestId: `req_${n}`, usage: { output: n } }))
    expect(totalsOf(ledger)).toMatchObject({ requests: 10_000, tokens: { output: 50_005_000 } })
  })
})

describe("certainty", () => {
  test("is the worst of the parts and heals when a guess is corrected", () => {
    const ledger = ledgerOf(request({ key: "a", usage: { output: 1 } }))
    expect(totalsOf(ledger).certainty).toBe("priced")
    ledger.see(request({ key: "b", model: "us.anthropic.claude-opus-5-v1:0", usage: { output: 1 } }))
    expect(totalsOf(ledger).certainty).toBe("estimated")
    const unknown = request({ key: "c", model: "llama-9", usage: { output: 1 }, timeMs: 50 })
    ledger.see(unknown)
    expect(totalsOf(ledger)).toMatchObject({ certainty: "unpriced", unpricedModels: ["llama-9"] })
    ledger.see({ ...unknown, conversationId: "elsewhere", timeMs: 40 })
    expect(totalsOf(ledger)).toMatchObject({ certainty: "estimated", unpricedModels: [] })
    expect(totalsOf(ledger, "elsewhere")).toMatchObject({ certainty: "unpriced", nanosUsd: 0n })
  })
})

describe("a count of output tokens that the answer's words belie", () => {
  const short = request({ usage: { input: 3, output: 1 }, factors: { tier: "standard", leastOutput: 9 } })
  const full = request({ usage: { input: 3, output: 250 } })

  test("is estimated, and its tokens are what was written", () => {
    expect(totalsOf(ledgerOf(short))).toMatchObject({ certainty: "estimated", tokens: { output: 1 } })
  })

  test("is so until a copy has as many, whichever comes first", () => {
    for (const output of [8, 9]) {
      const copy = request({ usage: { input: 3, output }, factors: { tier: "standard", speed: "standard" } })
      for (const order of [
        [short, copy],
        [copy, short],
      ])
        expect(totalsOf(ledgerOf(...order)).certainty).toBe(output < 9 ? "estimated" : "priced")
    }
    expect(totalsOf(ledgerOf(full, short))).toMatchObject({ certainty: "priced", tokens: { output: 250 } })
  })

  test("is so of a request without any tokens", () => {
    expect(totalsOf(ledgerOf(request({ factors: { leastOutput: 9 } }))).certainty).toBe("estimated")
  })
})

const few = fc.integer({ min: 0, max: 3 })
const usages: fc.Arbitrary<TokenUsage> = fc.record({
  input: few,
  output: few,
  reasoning: few,
  cacheRead: fc.constantFrom(0, 150_000),
  cacheWrite5m: few,
  cacheWrite1h: few,
})
const factors = fc.record(
  {
    speed: fc.constantFrom("standard", "fast"),
    geo: fc.constantFrom("", "us"),
    tier: fc.constantFrom("standard", "batch"),
    webSearches: few,
    leastOutput: few,
    innerCalls: fc.array(fc.record({ model: fc.constantFrom("claude-fable-5-2", "nobody"), usage: usages }), { maxLength: 2 }),
    steps: fc.array(usages, { maxLength: 2 }),
  },
  { requiredKeys: [] },
)
const facts: fc.Arbitrary<RequestSeen> = fc.record(
  {
    kind: fc.constant("request-seen" as const),
    conversationId: fc.constantFrom("one", "two", "three"),
    subagentId: fc.constantFrom("s", "t"),
    key: fc.constantFrom("k", "l"),
    requestId: fc.constantFrom("r", "q", "p"),
    sidechain: fc.boolean(),
    model: fc.constantFrom("claude-opus-5-5", "claude-haiku-5-5", "gpt-5.6-sol", "nobody"),
    timeMs: fc.integer({ min: 1_787_270_399_998, max: 1_787_270_400_002 }),
    usage: usages,
    factors,
  },
  { requiredKeys: ["kind", "conversationId", "key", "sidechain", "model", "timeMs", "usage"] },
)

function view(ledger: Ledger) {
  return { size: ledger.size, totals: ["one", "two", "three"].map((id) => ledger.totals(id)) }
}

test("any order and any repetition of the same facts give the same totals", () => {
  const shuffled = fc.array(facts, { minLength: 1, maxLength: 12 }).chain((list) =>
    fc.tuple(
      fc.constant(list),
      fc.array(fc.nat(list.length - 1), { maxLength: 12 }).chain((again) =>
        fc.shuffledSubarray([...list, ...again.flatMap((index) => list[index] ?? [])], {
          minLength: list.length + again.length,
        }),
      ),
    ),
  )
  fc.assert(
    fc.property(shuffled, ([list, disordered]) => {
      expect(view(ledgerOf(...disordered))).toEqual(view(ledgerOf(...list)))
    }),
    { numRuns: 2000 },
  )
})

test("what changed is said: totals of other conversations stay as they were", () => {
  fc.assert(
    fc.property(fc.array(facts, { maxLength: 12 }), facts, (list, last) => {
      const ledger = ledgerOf(...list)
      const before = view(ledger).totals
      const touched = new Set(new Map(ledger.see(last)).keys())
      const after = view(ledger).totals
      for (const [index, id] of ["one", "two", "three"].entries()) if (!touched.has(id)) expect(after[index]).toEqual(before[index])
    }),
    { numRuns: 1000 },
  )
})

/** The rules once more, on all facts at once and without any bookkeeping. */
function countNaively(list: readonly RequestSeen[]): { requests: number; output: number } {
  let requests = 0
  let output = 0
  for (const copies of Map.groupBy(list, (fact) => fact.key).values()) {
    const vectors = new Map<string, number>()
    for (const same of Map.groupBy(copies, (fact) => fact.requestId).values()) {
      if (same[0]?.requestId === undefined || same.every((fact) => fact.sidechain)) continue
      const max = greatest(same)
      if (max.some((tokens) => tokens > 0)) vectors.set(max.join(), max[1] ?? 0)
    }
    requests += Math.max(1, vectors.size)
    output += vectors.size > 1 ? [...vectors.values()].reduce((a, b) => a + b) : (greatest(copies)[1] ?? 0)
  }
  return { requests, output }
}

function greatest(copies: readonly RequestSeen[]): number[] {
  const fields = ["input", "output", "reasoning", "cacheRead", "cacheWrite5m", "cacheWrite1h"] as const
  return fields.map((field) => Math.max(...copies.map(({ usage }) => usage[field])))
}

test("counts what the rules say when they are applied to all facts at once", () => {
  fc.assert(
    fc.property(fc.array(facts, { minLength: 1, maxLength: 12 }), (list) => {
      const bare = list.map(({ factors: _left, ...fact }) => fact)
      const ledger = ledgerOf(...bare)
      const totals = ["one", "two", "three"].map((id) => ledger.totals(id))
      const sum = (of: (totals: ConversationTotals) => number) => totals.reduce((all, some) => all + (some === undefined ? 0 : of(some)), 0)
      expect({ requests: sum((some) => some.requests), output: sum((some) => some.tokens.output) }).toEqual(countNaively(bare))
      expect(ledger.size).toBe(countNaively(bare).requests)
      // The requests of a conversation, one by one, are those of its totals.
      for (const [index, id] of ["one", "two", "three"].entries()) {
        const requests = [...ledger.requestsOf(id)]
        expect(requests.length).toBe(totals[index]?.requests ?? 0)
        expect(requests.reduce((all, { usage }) => all + usage.output, 0)).toBe(totals[index]?.tokens.output ?? 0)
      }
    }),
    { numRuns: 2000 },
  )
})

test("what is forgotten of a key that several requests bear leaves nothing for the requests that come after it", () => {
  const ledger = ledgerOf(request({ usage: { output: 10 } }), request({ requestId: "req_2", usage: { output: 20 } }))
  expect(totalsOf(ledger).requests).toBe(2)
  ledger.forget("one")
  const after = ["msg_2", "msg_3", "msg_4"].map((key) => request({ conversationId: "two", key, usage: { output: 7 } }))
  for (const fact of after) ledger.see(fact)
  expect([...ledger.requestsOf("two")].map(({ usage }) => usage.output)).toEqual([7, 7, 7])
})
