import { describe, expect, it } from "vitest"
import { contextTokensOf, factorsOf, usageOf } from "./usage.ts"

describe("usageOf", () => {
  it("splits cache writes by their kind", () => {
    const usage = { input_tokens: 6, output_tokens: 500, cache_creation_input_tokens: 2000, cache_read_input_tokens: 40_000 }
    const split = { ephemeral_5m_input_tokens: 1200, ephemeral_1h_input_tokens: 800 }
    expect(usageOf({ ...usage, cache_creation: split, output_tokens_details: { thinking_tokens: 120 } })).toEqual({
      input: 6,
      output: 500,
      reasoning: 120,
      cacheRead: 40_000,
      cacheWrite5m: 1200,
      cacheWrite1h: 800,
    })
  })

  it("books writes of unknown kind as short ones", () => {
    expect(usageOf({ cache_creation_input_tokens: 70 })).toMatchObject({ cacheWrite5m: 70, cacheWrite1h: 0 })
    const partly = { cache_creation_input_tokens: 100, cache_creation: { ephemeral_1h_input_tokens: 30 } }
    expect(usageOf(partly)).toMatchObject({ cacheWrite5m: 70, cacheWrite1h: 30 })
  })

  it("never books more long writes than there are writes", () => {
    const usage = { cache_creation_input_tokens: 100, cache_creation: { ephemeral_1h_input_tokens: 130 } }
    expect(usageOf(usage)).toMatchObject({ cacheWrite5m: 0, cacheWrite1h: 100 })
  })

  it("loses a malformed count and keeps the others", () => {
    const usage = { input_tokens: -5, output_tokens: 12, cache_read_input_tokens: 1.5, cache_creation_input_tokens: 2 ** 60 }
    expect(usageOf(usage)).toMatchObject({ input: 0, output: 12, cacheRead: 0, cacheWrite5m: 0 })
    expect(usageOf({ input_tokens: "7", output_tokens: null })).toMatchObject({ input: 0, output: 0 })
    expect(usageOf(undefined)).toMatchObject({ input: 0, output: 0 })
  })
})

describe("factorsOf", () => {
  it("hands on what sets the price, the advisor's call with its own model", () => {
    const usage = {
      speed: "fast",
      inference_geo: "us",
      service_tier: "standard",
      server_tool_use: { web_search_requests: 4 },
      iterations: [
        { type: "message", input_tokens: 1 },
        { type: "advisor_message", model: "claude-fable-5-2", input_tokens: 1000, output_tokens: 100 },
        { type: "compaction", input_tokens: 5 },
      ],
    }
    const factors = factorsOf(usage, "claude-opus-5-5")
    expect(factors).toMatchObject({ speed: "fast", geo: "us", tier: "standard", webSearches: 4 })
    expect(factors?.innerCalls?.map((call) => [call.model, call.usage.input, call.usage.output])).toEqual([
      ["claude-fable-5-2", 1000, 100],
      ["claude-opus-5-5", 5, 0],
    ])
  })

  it("says nothing of what is not reported", () => {
    expect(factorsOf({ speed: null, inference_geo: "not_available", server_tool_use: null, iterations: null }, "m")).toBeUndefined()
  })
})

describe("contextTokensOf", () => {
  it("takes the last response inside a message that sent anything", () => {
    const iterations = [
      { type: "message", input_tokens: 10, cache_read_input_tokens: 100 },
      { type: "fallback_message", input_tokens: 20, cache_creation_input_tokens: 200 },
      { type: "message", input_tokens: 0 },
      { type: "advisor_message", input_tokens: 9999 },
    ]
    expect(contextTokensOf({ input_tokens: 30, iterations })).toBe(220)
    expect(contextTokensOf({ input_tokens: 30, cache_read_input_tokens: 5 })).toBe(35)
  })
})
