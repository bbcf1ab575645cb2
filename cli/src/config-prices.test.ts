import fc from "fast-check"
import { parse } from "smol-toml"
import { describe, expect, test } from "vitest"
import { ConfigEditError, type ConfigPrice, withPrices } from "./config-prices.ts"

const price = (model: string, more: Partial<ConfigPrice> = {}): ConfigPrice => ({ model, input: 3, output: 15, from: undefined, ...more })

test("makes a file where there is none", () => {
  expect(withPrices("", [price("a", { cacheRead: 0.3, cacheWrite5m: 3.75, cacheWrite1h: 6, from: "2026-11-20" })], "from list"))
    .toBe(`[[prices]]
# from list
model = "a"
input = 3
output = 15
cache_read = 0.3
cache_write_5m = 3.75
cache_write_1h = 6
effective_from = 2026-11-20
`)
})

const FILE = `# mine
theme = "dark"   # from a later version

[[prices]]      # what we pay
# agreed in spring
model = "A"
input = 1.0
output = 2.0

# the other one
[[prices]]
model = "b"
input = 1
output = 2
effective_from = 2026-07-30

[colours]
x = [
  1,
]
`

test("replaces the price of the same model and day, adds the others, and leaves all else as it is", () => {
  const added = `
[[prices]]
# r
model = "b"
input = 3
output = 15
`
  expect(withPrices(FILE, [price("a"), price("b")], "r")).toBe(
    FILE.replace(
      '[[prices]]      # what we pay\n# agreed in spring\nmodel = "A"\ninput = 1.0\noutput = 2.0\n',
      '[[prices]]\n# agreed in spring\nmodel = "a"\ninput = 3\noutput = 15\n',
    ) + added,
  )
  const dated = withPrices(FILE, [price("b", { from: "2026-07-30" })], "r")
  expect(dated).toBe(FILE.replace("input = 1\noutput = 2\neffective", "input = 3\noutput = 15\neffective"))
})

test("done twice it is done once", () => {
  const once = withPrices(FILE, [price("a"), price("c")], "r")
  expect(withPrices(once, [price("a"), price("c")], "r")).toBe(once)
})

describe("is refused, not damaged", () => {
  test.each<[string, string, RegExp]>([
    ["a broken file", "a = \n", /^line 1 is not valid TOML/],
    ["prices in one line", 'prices = [{ model = "a", input = 1, output = 2 }]\n', /not written as \[\[prices\]\] blocks/],
    ["prices that are no list", "[prices]\na = 1\n", /not a list/],
    ["a text that looks like a header", 'x = """\n[[prices]]\n"""\n', /not written as \[\[prices\]\] blocks/],
    [
      "a text inside a block that looks like a header",
      '[[prices]]\nmodel = "a"\nnote = """\n[x]\n"""\ninput = 1\noutput = 2\n',
      /cannot be edited safely|not valid TOML/,
    ],
    ["a table inside a price", '[[prices]]\nmodel = "a"\ninput = 1\noutput = 2\n[prices.more]\nx = 1\n', /cannot be edited safely/],
  ])("%s", (_name, source, message) => {
    expect(() => withPrices(source, [price("a")], "r")).toThrow(ConfigEditError)
    expect(() => withPrices(source, [price("a")], "r")).toThrow(message)
  })
})

test("whatever the model's name, TOML reads it back", () => {
  const names = fc.string({
    unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
    minLength: 1,
    maxLength: 40,
  })
  fc.assert(
    fc.property(names, (model) => {
      expect(parse(withPrices(FILE, [price(`${model}!`)], "r"))["prices"]).toContainEqual({ model: `${model}!`, input: 3, output: 15 })
    }),
  )
})
