// The columns of percentiles, each with its number of samples, and with a star where these are too few for more than the maximum.

import { clockWord, ENOUGH_FOR_P95, ENOUGH_FOR_P99 } from "@vibecraft/shared/clock-words"
import { formatLatency } from "@vibecraft/shared/format-duration"
import { formatPercent } from "@vibecraft/shared/format-ratio"
import type { Latency } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import type { Column } from "./table.ts"

export const FEW_SAMPLES = `* low confidence: of fewer than ${ENOUGH_FOR_P95} samples p95 is the maximum, of fewer than ${ENOUGH_FOR_P99} p99 is`

export const LATENCY_COLUMNS: readonly Column<Latency>[] = [
  { header: "CLOCK", text: ({ clock }) => clockWord(clock), importance: 9 },
  { header: "N", text: ({ count }) => `${count}`, align: "right", importance: 8 },
  { header: "ESTIMATED", text: estimatedText, style: () => "dim", align: "right", importance: 2 },
  { header: "MEAN", text: ({ meanMs }) => formatLatency(meanMs), align: "right", importance: 3 },
  { header: "P50", text: ({ p50Ms }) => formatLatency(p50Ms), align: "right", importance: 5 },
  { header: "P90", text: ({ p90Ms }) => formatLatency(p90Ms), align: "right", importance: 1 },
  { header: "P95", text: ({ p95Ms, count }) => marked(p95Ms, count, ENOUGH_FOR_P95), align: "right", importance: 7 },
  { header: "P99", text: ({ p99Ms, count }) => marked(p99Ms, count, ENOUGH_FOR_P99), align: "right", importance: 6 },
  { header: "MAX", text: ({ maxMs }) => formatLatency(maxMs), align: "right", importance: 4 },
]

/** The same columns for rows that have a latency each, or none. */
export function latencyColumnsOf<Row>(latencyOf: (row: Row) => Latency | undefined): readonly Column<Row>[] {
  return LATENCY_COLUMNS.map(({ style: _style, text, ...column }) => ({
    ...column,
    text: (row) => {
      const latency = latencyOf(row)
      return latency === undefined ? "" : text(latency)
    },
  }))
}

export function hasFewSamples(latency: readonly Latency[]): boolean {
  return latency.some(({ count }) => count < ENOUGH_FOR_P99)
}

/** Share of samples that are estimated; empty where none is. */
function estimatedText({ estimatedCount, count }: Latency): string {
  return estimatedCount === 0n ? "" : formatPercent(Number(estimatedCount) / Number(count))
}

function marked(ms: bigint, count: bigint, enough: number): string {
  return `${formatLatency(ms)}${count < enough ? "*" : ""}`
}
