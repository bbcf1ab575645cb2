import { create } from "@bufbuild/protobuf"
import { TokenCountsSchema } from "@vibecraft/shared/gen/vibecraft/v1/usage_pb"
import { expect, test } from "vitest"
import { UsageError } from "./command-error.ts"
import { countsText, parseCounts } from "./token-counts.ts"

test.each<[string[], object]>([
  [["output=1200"], { output: 1200n }],
  [["input=1.5k,output=-2M"], { input: 1500n, output: -2_000_000n }],
  [
    ["cache-read=0", "cache-write=+7", "cache-write-1h=0.25k", "reasoning=1"],
    { cacheRead: 0n, cacheWrite5m: 7n, cacheWrite1h: 250n, reasoning: 1n },
  ],
  [[" output = 5 "], { output: 5n }],
])("%j", (given, counts) => {
  expect(parseCounts("--set", given)).toEqual(counts)
})

test.each([
  ["output"],
  ["output="],
  ["output=x"],
  ["output=1.5"],
  ["output=1.2345k"],
  ["total=5"],
  ["=5"],
  ["output=1e3"],
  ["output=1,output=2"],
  ["output=1234567890123456"],
])("%j is refused", (text) => {
  expect(() => parseCounts("--add", [text])).toThrow(UsageError)
  expect(() => parseCounts("--add", [text])).toThrow(/^--add/)
})

test("are shown as they were asked for", () => {
  const counts = create(TokenCountsSchema, { output: 0n, cacheWrite1h: -5n })
  expect(countsText(counts, "=")).toBe("output=0, cache-write-1h=-5")
  expect(countsText(counts, "+")).toBe("output +0, cache-write-1h -5")
  expect(countsText(undefined, "=")).toBe("")
})
