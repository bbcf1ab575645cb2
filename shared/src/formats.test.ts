import { create } from "@bufbuild/protobuf"
import { timestampFromMs } from "@bufbuild/protobuf/wkt"
import { expect, test } from "vitest"
import { formatBytes } from "./format-bytes.ts"
import { formatAge, formatDuration, formatLatency } from "./format-duration.ts"
import { formatFirstRead } from "./format-first-read.ts"
import { formatCost, formatCostLong, formatMoney } from "./format-money.ts"
import { formatPercent } from "./format-ratio.ts"
import { formatTokens } from "./format-tokens.ts"
import { FirstReadSchema } from "./gen/vibecraft/v1/common_pb.ts"
import { Certainty, CostSchema } from "./gen/vibecraft/v1/metrics_pb.ts"

test.each([
  [0, "0"],
  [987n, "987"],
  [999, "999"],
  [1000, "1.0k"],
  [12_345, "12.3k"],
  [99_949, "99.9k"],
  [99_950, "100k"],
  [999_499, "999k"],
  [999_500, "1.0M"],
  [1_234_567n, "1.2M"],
  [3_400_000_000n, "3.4B"],
  [5_000_000_000_000n, "5000B"],
])("formatTokens(%s) is %s", (count, text) => {
  expect(formatTokens(count)).toBe(text)
})

test.each([
  [0n, "$0.00"],
  [1n, "<$0.01"],
  [9_999_999n, "<$0.01"],
  [10_000_000n, "$0.01"],
  [14_999_999n, "$0.01"],
  [15_000_000n, "$0.02"],
  [420_000_000n, "$0.42"],
  [1_234_560_000_000n, "$1,234.56"],
  [12_345_678_000_000_000n, "$12,345,678.00"],
  [-420_000_000n, "-$0.42"],
])("formatMoney(%s) is %s", (nanos, text) => {
  expect(formatMoney(nanos)).toBe(text)
})

test.each([
  [Certainty.PRICED, 420_000_000n, [], "$0.42", "$0.42"],
  [Certainty.ESTIMATED, 420_000_000n, [], "~$0.42", "~$0.42 estimated"],
  [Certainty.UNPRICED, 1_200_000_000n, ["m1", "m2"], "≥$1.20", "≥$1.20, unpriced: m1, m2"],
  [Certainty.UNPRICED, 0n, ["m1"], "unpriced", "unpriced: m1"],
  [Certainty.UNSPECIFIED, 0n, [], "$0.00?", "$0.00?"],
])("an amount says how sure it is (%s)", (certainty, nanosUsd, unpricedModels, short, long) => {
  const cost = create(CostSchema, { certainty, nanosUsd, unpricedModels })
  expect(formatCost(cost)).toBe(short)
  expect(formatCostLong(cost)).toBe(long)
})

test.each([
  [-5, "0s"],
  [999, "0s"],
  [42_999n, "42s"],
  [60_000, "1m"],
  [3_599_999, "59m"],
  [3_600_000, "1h"],
  [3_900_000, "1h 5m"],
  [86_400_000, "1d"],
  [183_600_000, "2d 3h"],
])("formatDuration(%s) is %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})

test("ages are cut at now and absent for absent times", () => {
  expect(formatAge(timestampFromMs(1000), 181_000)).toBe("3m")
  expect(formatAge(timestampFromMs(5000), 1000)).toBe("0s")
  expect(formatAge(undefined, 1000)).toBe("")
})

test.each([
  [0, "0 ms"],
  [85n, "85 ms"],
  [999, "999 ms"],
  [999.6, "1.0 s"],
  [1234, "1.2 s"],
  [59_949, "59.9 s"],
  [59_960, "1m"],
  [125_000, "2m 5s"],
  [3_600_000, "1h"],
  [3_900_000, "1h 5m"],
])("formatLatency(%s) is %s", (ms, text) => {
  expect(formatLatency(ms)).toBe(text)
})

test.each([
  [undefined, ""],
  [Number.NaN, ""],
  [0, "0 %"],
  [0.0001, "<0.1 %"],
  [0.004, "0.4 %"],
  [0.41, "41 %"],
  [0.9999, "99 %"],
  [1, "100 %"],
  [1.2, "120 %"],
])("formatPercent(%s) is %s", (ratio, text) => {
  expect(formatPercent(ratio)).toBe(text)
})

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1200n, "1.2 kB"],
  [9960, "10 kB"],
  [41_300_000, "41 MB"],
  [999_600, "1.0 MB"],
  [1_200_000_000n, "1.2 GB"],
])("formatBytes(%s) is %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})

const firstRead = (bytesRead: bigint, bytesTotal: bigint, done = false) =>
  formatFirstRead(create(FirstReadSchema, { bytesRead, bytesTotal, done }))

test("the first read is spoken of only while it goes on", () => {
  expect(firstRead(492_000_000n, 1_200_000_000n)).toBe("reading transcripts: 41 % of 1.2 GB, totals are partial")
  expect(firstRead(0n, 0n)).toBe("looking for transcripts, totals are partial")
  expect(firstRead(5n, 5n, true)).toBeUndefined()
  expect(formatFirstRead(undefined)).toBeUndefined()
})
