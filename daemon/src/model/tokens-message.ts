// Tokens and money as the contract publishes them.

import { Certainty as CertaintyCode, type Cost, type Tokens } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { type TokenUsage, totalTokens } from "../domain/usage.ts"
import type { Certainty } from "./prices/price-book.ts"
import { wholeNumber } from "./whole-number.ts"

/** As the contract writes it. */
export const CERTAINTY_CODE: Record<Certainty, CertaintyCode> = {
  priced: CertaintyCode.PRICED,
  estimated: CertaintyCode.ESTIMATED,
  unpriced: CertaintyCode.UNPRICED,
}

export function tokensMessage(tokens: TokenUsage): Tokens {
  return {
    $typeName: "vibecraft.v1.Tokens",
    input: wholeNumber(tokens.input),
    output: wholeNumber(tokens.output),
    reasoning: wholeNumber(tokens.reasoning),
    cacheRead: wholeNumber(tokens.cacheRead),
    cacheWrite5m: wholeNumber(tokens.cacheWrite5m),
    cacheWrite1h: wholeNumber(tokens.cacheWrite1h),
    total: wholeNumber(totalTokens(tokens)),
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
