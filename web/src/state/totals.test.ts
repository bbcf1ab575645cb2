import { create } from "@bufbuild/protobuf"
import { Certainty, MetricsSchema } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { describe, expect, it } from "vitest"
import { sumMetrics } from "./totals.ts"

const row = (nanosUsd: bigint, certainty: Certainty, unpricedModels: string[] = []) =>
  create(MetricsSchema, { tokens: { total: 10n }, cost: { nanosUsd, certainty, unpricedModels }, judgedCalls: 4n, failedCalls: 1n })

describe("totals", () => {
  it("adds exactly and takes the worst certainty", () => {
    const sum = sumMetrics([
      row(9_007_199_254_740_993n, Certainty.PRICED),
      row(2n, Certainty.UNPRICED, ["b", "a"]),
      row(0n, Certainty.ESTIMATED),
    ])
    expect(sum.cost.nanosUsd).toBe(9_007_199_254_740_995n)
    expect(sum.cost.certainty).toBe(Certainty.UNPRICED)
    expect(sum.cost.unpricedModels).toEqual(["a", "b"])
    expect([sum.tokens, sum.judgedCalls, sum.failedCalls]).toEqual([30n, 12n, 3n])
  })

  it("costs nothing, for sure, where there is nothing", () => {
    expect(sumMetrics([]).cost).toMatchObject({ nanosUsd: 0n, certainty: Certainty.PRICED })
  })
})
