// Tokens and money as the contract publishes them.

import { Certainty as CertaintyCode, type Cost, type Tokens } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import type { TokenUsage } from "../domain/usage.ts"
import type { Certainty } from "./prices/price-book.ts"

/** As the contract writes it. */
export const CERTAINTY_CODE: Record<Certainty, CertaintyCode> = {
  priced: CertaintyCode.PRICED,
  estimated: CertaintyCode.ESTIMATED,
  unpriced: CertaintyCode.UNPRICED,
}

export function tokensMessage({ input, output, reasoning, cacheRead, cacheWrite5m, cacheWrite1h }: TokenUsage): Tokens {
  return {
    $typeName: "vibecraft.v1.Tokens",
    input: BigInt(input),
    output: BigInt(output),
    reasoning: BigInt(reasoning),
    cacheRead: BigInt(cacheRead),
    cacheWrite5m: BigInt(cacheWrite5m),
    cacheWrite1h: BigInt(cacheWrite1h),
    total: BigInt(input) + BigInt(output) + BigInt(cacheRead) + BigInt(cacheWrite5m) + BigInt(cacheWrite1h),
  }
}

/** Money as it is kept: the priced part, how sure it is, and the models that have no price. */
export interface Money {
  readonly nanosUsd: bigint
  readonly certainty: Certainty
  /** Sorted. */
  readonly unpricedModels: readonly string[]
}

export function costMessage({ nanosUsd, certainty, unpricedModels }: Money): Cost {
  return { $typeName: "vibecraft.v1.Cost", nanosUsd, certainty: CERTAINTY_CODE[certainty], unpricedModels: [...unpricedModels] }
}
