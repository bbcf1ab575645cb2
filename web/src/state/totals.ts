/** Sums over rows. Amounts add up exactly; the certainty of a sum is the worst of its parts. */
import { create } from "@bufbuild/protobuf"
import { Certainty, type Cost, CostSchema, type Metrics } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"

const WORSE = new Map<number, number>([
  [Certainty.PRICED, 0],
  [Certainty.ESTIMATED, 1],
  [Certainty.UNPRICED, 2],
])

/** Tokens, cost and tool calls of some rows. */
export interface Totals {
  readonly tokens: bigint
  readonly cost: Cost
  readonly judgedCalls: bigint
  readonly failedCalls: bigint
}

/** The totals of rows; nothing costs nothing. */
export function sumMetrics(rows: readonly Metrics[]): Totals {
  let tokens = 0n
  let nanosUsd = 0n
  let judgedCalls = 0n
  let failedCalls = 0n
  let certainty: Certainty = Certainty.PRICED
  const unpriced = new Set<string>()
  for (const row of rows) {
    tokens += row.tokens?.total ?? 0n
    judgedCalls += row.judgedCalls
    failedCalls += row.failedCalls
    if (!row.cost) continue
    nanosUsd += row.cost.nanosUsd
    if ((WORSE.get(row.cost.certainty) ?? 1) > (WORSE.get(certainty) ?? 1)) certainty = row.cost.certainty
    for (const model of row.cost.unpricedModels) unpriced.add(model)
  }
  return { tokens, judgedCalls, failedCalls, cost: create(CostSchema, { nanosUsd, certainty, unpricedModels: [...unpriced].sort() }) }
}
