import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { NoPriceListError, readPriceList } from "./litellm-prices.ts"

const entry = (more: object = {}) => ({
  input_cost_per_token: 3e-6,
  output_cost_per_token: 1.5e-5,
  litellm_provider: "anthropic",
  mode: "chat",
  ...more,
})
const read = (models: object) => readPriceList(JSON.stringify(models))

test("reads prices per token as USD per million", () => {
  const cache = {
    cache_read_input_token_cost: 3e-7,
    cache_creation_input_token_cost: 3.75e-6,
    cache_creation_input_token_cost_above_1hr: 6e-6,
  }
  const { prices } = read({
    sample_spec: { input_cost_per_token: "what it costs" },
    a: entry(cache),
    "b/c": entry({ mode: undefined, litellm_provider: undefined }),
  })
  expect(prices).toEqual([
    { model: "a", input: 3, output: 15, cacheRead: 0.3, cacheWrite5m: 3.75, cacheWrite1h: 6, provider: "anthropic" },
    { model: "b/c", input: 3, output: 15, provider: "" },
  ])
})

test("any price that a configuration can hold comes through exactly", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000_000 }), (tenThousandths) => {
      const usd = tenThousandths / 10_000
      for (const perToken of [usd / 1e6, usd * 1e-6, Number((usd / 1e6).toPrecision(12))]) {
        expect(read({ a: entry({ input_cost_per_token: perToken }) }).prices[0]?.input).toBe(usd)
      }
    }),
  )
})

test("passes over what is not charged by the token, and what claims to be free", () => {
  const list = read({
    a: entry(),
    image: { mode: "image_generation", input_cost_per_pixel: 1e-8 },
    vector: entry({ mode: "embedding" }),
    bare: { mode: "chat" },
    free: entry({ input_cost_per_token: 0, output_cost_per_token: 0 }),
  })
  expect(list).toMatchObject({ prices: [{ model: "a" }], bad: [], passedOver: 4 })
})

test.each<[string, unknown, string]>([
  ["text", entry({ input_cost_per_token: "3e-6" }), "input_cost_per_token is no number"],
  ["negative", entry({ output_cost_per_token: -1 }), "output_cost_per_token is negative"],
  ["absurd", entry({ cache_read_input_token_cost: 1 }), "cache_read_input_token_cost is over 100000 USD per million tokens"],
  ["too fine", entry({ input_cost_per_token: 1.23456e-7 }), "input_cost_per_token has more than 4 decimals in USD per million tokens"],
  ["half", { input_cost_per_token: 1e-6 }, "has no output_cost_per_token"],
  ["list", [], "is no object"],
  ["\u001b[31mred", entry(), "has a name that no agent reports (1 to 200 plain characters)"],
])("names what is wrong: %s", (model, value, problem) => {
  expect(read({ a: entry(), [model]: value })).toMatchObject({ prices: [{ model: "a" }], bad: [{ model, problem }] })
})

describe("is no list", () => {
  test.each(["", "{", "[]", "null", "{}", '{"a":{"mode":"chat"}}', "<html>"])("%j", (text) => {
    expect(() => readPriceList(text)).toThrow(NoPriceListError)
  })
})

test("nothing that anybody writes makes it fail in another way", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      try {
        readPriceList(text)
      } catch (error) {
        expect(error).toBeInstanceOf(NoPriceListError)
      }
    }),
  )
})
