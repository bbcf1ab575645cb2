import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { ConfigError, loadConfig } from "./config.ts"

let home: string
beforeEach(() => (home = mkdtempSync(join(tmpdir(), "vc-config-"))))
afterEach(() => rmSync(home, { recursive: true }))

/** Loads a file of these lines; warnings and errors with the file's folder cut off. */
function load(...lines: string[]) {
  const path = join(home, "c.toml")
  writeFileSync(path, lines.join("\n"))
  const warnings: string[] = []
  const short = (text: string) => text.replaceAll(`${home}/`, "")
  try {
    return { ...loadConfig({ path, env: {}, home, warn: (line) => warnings.push(short(line)) }), warnings, error: undefined }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return { error: short(error.message), warnings, prices: undefined }
  }
}

describe("where the file is", () => {
  test("none at the default place is fine", () => {
    expect(loadConfig({ env: {}, home, warn: () => {} })).toEqual({
      path: join(home, ".config", "vibecraft", "config.toml"),
      prices: [],
      slow: { factor: 3, minSamples: 10 },
    })
  })

  test.each([
    ["~/.config", {}, ".config"],
    ["$XDG_CONFIG_HOME", { xdg: true }, "xdg"],
  ])("the default place follows %s", (_name, { xdg }: { xdg?: boolean }, folder) => {
    mkdirSync(join(home, folder, "vibecraft"), { recursive: true })
    const path = join(home, folder, "vibecraft", "config.toml")
    writeFileSync(path, "")
    const env = xdg === true ? { XDG_CONFIG_HOME: join(home, "xdg") } : { XDG_CONFIG_HOME: "not/absolute" }
    expect(loadConfig({ env, home, warn: () => {} }).path).toBe(path)
  })

  test("the one that was asked for has to be there", () => {
    const path = join(home, "none.toml")
    expect(() => loadConfig({ path, env: {}, home, warn: () => {} })).toThrow(/none\.toml: there is no such file; create it/)
  })

  test("a folder or bytes that are not UTF-8 are refused", () => {
    expect(() => loadConfig({ path: home, env: {}, home, warn: () => {} })).toThrow(ConfigError)
    writeFileSync(join(home, "c.toml"), Buffer.from([0x61, 0xff]))
    expect(() => loadConfig({ path: join(home, "c.toml"), env: {}, home, warn: () => {} })).toThrow(/is not UTF-8/)
  })
})

describe("slow", () => {
  test("thresholds, each or none", () => {
    expect(load("[slow]", "factor = 2.5", "min_samples = 30")).toMatchObject({ slow: { factor: 2.5, minSamples: 30 }, warnings: [] })
    expect(load("[slow]", "factor = 5")).toMatchObject({ slow: { factor: 5, minSamples: 10 } })
  })

  test.each([
    [["[slow]", "factor = 1"], "c.toml:2: factor has to be a number above 1, at most 1000"],
    [["", "[slow]", "min_samples = 3", 'factor = "3"'], "c.toml:4: factor has to be a number above 1, at most 1000"],
    [["[slow]", "min_samples = 1.5"], "c.toml:2: min_samples has to be a whole number, 1 to 100000"],
    [["slow = 3"], "c.toml:1: slow has to be a table; head it with [slow]"],
  ])("refuses %j", (lines, error) => {
    expect(load(...lines)).toMatchObject({ error })
  })

  test("passes over a key that is not known, by its line", () => {
    const { warnings } = load("[slow]", "", "percentile = 99")
    expect(warnings).toEqual(['c.toml:3: unknown key "percentile" is passed over; known are factor, min_samples'])
  })
})

describe("prices", () => {
  test("a whole entry", () => {
    const { prices } = load(
      "[[prices]]",
      'model = "house-model"',
      "input = 2",
      "output = 8.5",
      "cache_read = 0.2",
      "cache_write_5m = 2.5",
      "cache_write_1h = 4.0",
      "effective_from = 2026-07-30",
    )
    const rates = { input: 2_000_000, output: 8_500_000, cacheRead: 200_000, cacheWrite5m: 2_500_000, cacheWrite1h: 4_000_000 }
    expect(prices).toEqual([{ model: "house-model", from: "2026-07-30", rates, assumed: [] }])
  })

  test("what is not given follows the usual ratios and is marked so", () => {
    const { prices } = load("[[prices]]", 'model = "m"', "input = 2", "output = 8", 'effective_from = "2026-07-30"')
    expect(prices?.[0]).toMatchObject({
      from: "2026-07-30",
      rates: { cacheRead: 200_000, cacheWrite5m: 2_500_000, cacheWrite1h: 4_000_000 },
      assumed: ["cacheRead", "cacheWrite5m", "cacheWrite1h"],
    })
  })

  const entry = ["[[prices]]", 'model = "m"', "input = 1", "output = 1"]
  test.each([
    ["no model", ["", "[[prices]]", "input = 1", "output = 1"], "c.toml:2: model has to name a model"],
    ["no input", ["[[prices]]", 'model = "m"', "output = 1"], 'c.toml:1: "m" has no input price; add input = USD'],
    ["a text for a price", [...entry, 'cache_read = "1"'], "c.toml:5: cache_read has to be a number"],
    ["a negative price", [...entry, "", "[[prices]]", 'model = "n"', "output = 1", "input = -1"], "c.toml:9: input has to be a number"],
    ["nan", [...entry, "cache_read = nan"], "c.toml:5: cache_read has to be a number"],
    ["infinity", [...entry, "cache_read = inf"], "c.toml:5: cache_read has to be a number"],
    ["a price too fine", [...entry, "cache_read = 0.00001"], "c.toml:5: cache_read may have 4 decimals"],
    ["no day", [...entry, 'effective_from = "2026-02-30"'], "c.toml:5: effective_from has to be a day"],
    ["a moment for a day", [...entry, "effective_from = 2026-02-03T10:00:00Z"], "c.toml:5: effective_from has to be a day"],
    ["two of one day", [...entry, ...entry], 'c.toml:6: "m" has two prices from the same day'],
    ["one table", ["[prices]", 'model = "m"'], "c.toml:1: prices has to be a list"],
    ["a list of numbers", ["prices = [1]"], "c.toml:1: each entry of prices has to be a table"],
    ["no TOML", [...entry, "input ="], "c.toml:5: not valid TOML: "],
    ["a key twice", [...entry, "input = 2"], "c.toml:5: not valid TOML: "],
  ])("%s is refused with the line", (_name, lines, message) => {
    const { error } = load(...lines)
    expect(error).toContain(message)
    expect(error).not.toContain("\n")
  })

  test("unknown keys are named with their line and passed over", () => {
    const { prices, warnings } = load('colour = "red"', ...entry, "cache = 3", "[daemon]", "port = 1")
    expect(prices).toHaveLength(1)
    expect(warnings).toEqual([
      expect.stringMatching(/^c\.toml:1: unknown key "colour" is passed over/),
      expect.stringMatching(/^c\.toml:7: unknown key "daemon"/),
      expect.stringMatching(/^c\.toml:6: unknown key "cache" is passed over; known are model, /),
    ])
  })

  test("hostile names cannot write to the terminal", () => {
    const { warnings } = load('"\\u001b[31mred" = 1')
    expect(warnings.join("")).not.toContain("\u001B")
  })
})
