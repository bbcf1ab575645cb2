import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { NO_USAGE, type PriceFactors, type TokenUsage } from "../../domain/usage.ts"
import { CLAUDE_PRICES } from "./claude-prices.ts"
import { OPENAI_PRICES } from "./openai-prices.ts"
import { createPriceBook } from "./price-book.ts"
import { priceOverride } from "./price-override.ts"
import { PRICED_CLASSES } from "./price-table.ts"

const NOW = Date.parse("2026-11-20T12:00:00Z")
const book = createPriceBook()

function price(model: string, usage: Partial<TokenUsage>, { day, ...factors }: PriceFactors & { day?: string } = {}, prices = book) {
  return prices.priceOf({ model, usage: { ...NO_USAGE, ...usage }, factors, timeMs: day === undefined ? NOW : Date.parse(day) })
}

function usd(...args: Parameters<typeof price>): number {
  return Number(price(...args).nanosUsd) / 1e9
}

const MILLION = 1_000_000

describe("Claude", () => {
  test("all classes, US inference and web searches, as Claude Code books it", () => {
    const usage = { input: 6, cacheWrite5m: 1200, cacheWrite1h: 800, cacheRead: 40_000, output: 500 }
    expect(price("claude-opus-5-5", usage, { geo: "us", webSearches: 4 })).toEqual({
      nanosUsd: 73_466_400n,
      certainty: "priced",
      unpricedModels: [],
    })
  })

  test("reasoning is inside output and costs nothing more", () => {
    expect(usd("claude-opus-5-5", { output: MILLION, reasoning: MILLION })).toBe(20)
  })

  test("fast mode", () => {
    expect(usd("claude-opus-5-5", { input: MILLION }, { speed: "fast" })).toBe(8)
    expect(usd("claude-opus-4-6-fast", { output: MILLION })).toBe(150)
    expect(price("claude-sonnet-5-5", { input: MILLION }, { speed: "fast" })).toMatchObject({
      nanosUsd: 2_000_000_000n,
      certainty: "estimated",
    })
  })

  test("a long prompt makes the whole request dearer, one token earlier it does not", () => {
    expect(usd("claude-haiku-5-5", { input: 1, cacheRead: 99_999, output: MILLION })).toBeCloseTo(0.501, 6)
    expect(usd("claude-haiku-5-5", { input: 1, cacheRead: 100_000, output: MILLION })).toBeCloseTo(2.5050005, 7)
  })

  test("the length of a prompt is judged step by step where the steps sum up", () => {
    const step = { ...NO_USAGE, cacheRead: 60_000 }
    const usage = { cacheRead: 120_000 }
    expect(usd("claude-haiku-5-5", usage, { steps: [step, step] })).toBe(0.0012)
    expect(usd("claude-haiku-5-5", usage, { steps: [step] })).toBe(0.006)
    expect(usd("claude-haiku-5-5", usage, { steps: [step, step, step] })).toBe(0.006)
  })

  test("an inner call costs what its own model costs, in the same place", () => {
    const innerCalls = [{ model: "claude-fable-5-2", usage: { ...NO_USAGE, input: 1000, output: 100 } }]
    expect(usd("claude-opus-5-5", { input: 1000 }, { innerCalls })).toBe(0.016)
    expect(usd("claude-opus-5-5", { input: 1000 }, { innerCalls, geo: "us" })).toBe(0.0176)
  })

  test("batch is half; priority has no list price", () => {
    expect(price("claude-opus-5-5", { input: MILLION }, { tier: "batch" })).toMatchObject({ nanosUsd: 2_000_000_000n, certainty: "priced" })
    expect(price("claude-opus-5-5", { input: MILLION }, { tier: "priority" })).toMatchObject({
      nanosUsd: 4_000_000_000n,
      certainty: "estimated",
    })
    expect(price("claude-opus-5-5", { input: MILLION }, { tier: "warp" }).certainty).toBe("estimated")
  })

  test("another seller's or a short name is an estimate", () => {
    for (const model of ["us.anthropic.claude-opus-5-5-v1:0", "anthropic/claude-opus-5-5", "opus"]) {
      expect(price(model, { input: MILLION })).toMatchObject({ nanosUsd: 4_000_000_000n, certainty: "estimated" })
    }
  })
})

describe("OpenAI", () => {
  test("a prompt over 272,000 tokens: twice, and one and a half times for output", () => {
    expect(usd("gpt-5.6-sol", { input: 300_000, output: 1000 })).toBe(2.43)
    expect(usd("gpt-5.6-sol", { input: 100_000, cacheRead: 172_000, output: 1000 })).toBeCloseTo(0.4888, 9)
    expect(usd("gpt-5.2-codex", { input: 300_000 })).toBe(0.525)
  })

  test("before 5.6 a cache write costs as much as input", () => {
    expect(usd("gpt-5.5", { cacheWrite5m: 100_000 })).toBe(0.5)
    expect(usd("gpt-5.6-sol", { cacheWrite5m: 100_000 })).toBe(0.5)
  })

  test("an event is priced by its own day", () => {
    const input = { input: 100_000 }
    expect(usd("gpt-5.6-sol", input, { day: "2026-08-20T23:59:59.999Z" })).toBe(0.5)
    expect(usd("gpt-5.6-sol", input, { day: "2026-08-21T00:00:00Z" })).toBe(0.4)
    expect(usd("gpt-5.6-luna", input, { day: "2026-07-29T10:00:00Z" })).toBe(0.1)
    expect(usd("gpt-5.6-luna", input, { day: "2026-07-30T10:00:00Z" })).toBe(0.02)
    expect(usd("gpt-5.6-luna", input, { day: "1999-01-01T00:00:00Z" })).toBe(0.1)
  })

  test("a promotion that may be over is an estimate", () => {
    expect(price("gpt-5.6-sol", { input: 1 }, { day: "2026-11-21T00:00:00Z" }).certainty).toBe("priced")
    expect(price("gpt-5.6-sol", { input: 1 }, { day: "2026-11-22T00:00:00Z" }).certainty).toBe("estimated")
  })

  test("tiers", () => {
    const input = { input: 100_000 }
    expect(price("gpt-5.4", input, { tier: "priority" })).toMatchObject({ nanosUsd: 500_000_000n, certainty: "priced" })
    expect(price("gpt-5.4", input, { speed: "fast" })).toMatchObject({ nanosUsd: 500_000_000n, certainty: "priced" })
    expect(price("gpt-5.5", input, { tier: "fast" })).toMatchObject({ nanosUsd: 1_250_000_000n, certainty: "estimated" })
    expect(usd("gpt-5.4", input, { tier: "flex" })).toBe(0.125)
    expect(usd("gpt-6.2-sol", input, { tier: "ultrafast" })).toBe(0.6)
    expect(usd("gpt-6.2-sol", input, { tier: "ultrafast", day: "2027-03-01T00:00:00Z" })).toBe(1.2)
  })

  test("a rate that could not be verified makes an estimate only where it is used", () => {
    expect(price("gpt-6.2-astra", { input: 1 }).certainty).toBe("priced")
    expect(price("gpt-6.2-astra", { cacheRead: 1 }).certainty).toBe("estimated")
  })

  test("the reviewer costs what the model behind it cost that day", () => {
    expect(price("codex-auto-review", { input: 100_000 }, { day: "2026-05-01T00:00:00Z" })).toMatchObject({
      nanosUsd: 500_000_000n,
      certainty: "estimated",
    })
    expect(usd("codex-auto-review", { input: 100_000 })).toBe(0.02)
    expect(price("codex-auto-review", { input: 1 }, { day: "2025-01-01T00:00:00Z" }).certainty).toBe("unpriced")
  })
})

describe("models without a price", () => {
  test("are named, and neither guessed nor matched by half a name", () => {
    for (const model of ["claude-opus-5-6", "my-claude-opus-5-5", "gpt-5.4-max", "opus-5-5", "toString", ""]) {
      expect(price(model, { input: MILLION })).toEqual({ nanosUsd: 0n, certainty: "unpriced", unpricedModels: [model] })
    }
  })

  test("leave out only their own part", () => {
    const innerCalls = [{ model: "who", usage: { ...NO_USAGE, output: 5 } }]
    expect(price("claude-opus-5-5", { input: MILLION }, { innerCalls })).toEqual({
      nanosUsd: 4_000_000_000n,
      certainty: "unpriced",
      unpricedModels: ["who"],
      parts: [
        { nanosUsd: 4_000_000_000n, certainty: "priced" },
        { nanosUsd: 0n, certainty: "unpriced" },
      ],
    })
  })

  test("cost nothing for nothing", () => {
    expect(price("<synthetic>", {})).toEqual({ nanosUsd: 0n, certainty: "priced", unpricedModels: [] })
  })
})

describe("prices of the user", () => {
  const given = { input: 1, output: 2, cacheRead: 0.5, cacheWrite5m: 3, cacheWrite1h: 4 }
  const own = createPriceBook([
    priceOverride("claude-opus-5-5", given, "2026-10-01"),
    priceOverride("claude-opus-5-5", { ...given, input: 7 }, "2026-11-01"),
    priceOverride("Gateway/House-Model", { input: 1, output: 2 }),
    priceOverride("gpt-5.6-sol", given),
  ])

  test("hold from their day on", () => {
    const input = { input: MILLION }
    expect(usd("claude-opus-5-5", input, { day: "2026-09-30T00:00:00Z" }, own)).toBe(4)
    expect(usd("claude-opus-5-5", input, { day: "2026-10-01T00:00:00Z" }, own)).toBe(1)
    expect(usd("claude-opus-5-5", input, {}, own)).toBe(7)
    expect(usd("opus", input, {}, own)).toBe(7)
  })

  test("beat a later change in the list, keep its other rules", () => {
    expect(usd("gpt-5.6-sol", { input: 300_000, output: 1000 }, {}, own)).toBeCloseTo(0.603, 9)
    expect(usd("claude-opus-5-5", { output: MILLION }, { speed: "fast" }, own)).toBe(4)
  })

  test("name models that the list does not have; ratios fill what is not given", () => {
    expect(price("gateway/house-model", { input: MILLION }, {}, own)).toMatchObject({ nanosUsd: 1_000_000_000n, certainty: "priced" })
    expect(price("gateway/house-model", { cacheWrite1h: MILLION }, {}, own)).toMatchObject({
      nanosUsd: 2_000_000_000n,
      certainty: "estimated",
    })
  })
})

describe("arithmetic", () => {
  test("every factor leaves whole pico-dollars", () => {
    for (const { model, rows, tiers, fast, longPrompt } of [...CLAUDE_PRICES, ...OPENAI_PRICES]) {
      const speeds = [1, fast?.times ?? 1, ...Object.values(tiers).map((tier) => tier.times)]
      for (const { rates, from } of rows) {
        for (const name of PRICED_CLASSES) {
          for (const times of speeds) {
            for (const long of [1, longPrompt?.promptTimes ?? 1, longPrompt?.outputTimes ?? 1]) {
              const exact = (BigInt(rates[name]) * BigInt(times * 10) * BigInt(long * 10) * 11n) % 1000n
              expect(exact, `${model} ${from ?? ""} ${name} ${times} ${long}`).toBe(0n)
            }
          }
        }
      }
    }
  })

  test("rounds once, half up, for sums of any size", () => {
    const cheap = createPriceBook([priceOverride("m", { input: 0.0005, output: 0.0001, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 })])
    const tokens = fc.oneof(fc.nat(2000), fc.maxSafeInteger().map(Math.abs))
    fc.assert(
      fc.property(tokens, tokens, (input, output) => {
        const picos = BigInt(input) * 500n + BigInt(output) * 100n
        expect(price("m", { input, output }, {}, cheap).nanosUsd).toBe((picos + 500n) / 1000n)
      }),
    )
  })

  test("a sum of requests is the sum of their prices, in any order", () => {
    expect(price("claude-opus-5-5", { output: Number.MAX_SAFE_INTEGER }).nanosUsd).toBe(BigInt(Number.MAX_SAFE_INTEGER) * 20_000n)
  })

  test("each model is listed once, rows by date", () => {
    const models = [...CLAUDE_PRICES, ...OPENAI_PRICES]
    expect(new Set(models.map(({ model }) => model)).size).toBe(models.length)
    for (const { rows } of models) expect(rows.map(({ from }) => from ?? "")).toEqual(rows.map(({ from }) => from ?? "").sort())
  })
})
