// An agent's own account, held against ours, as the contract publishes it.

import { create } from "@bufbuild/protobuf"
import { timestampFromMs } from "@bufbuild/protobuf/wkt"
import { type Booked, BookedSchema, HiddenUsageSchema, TokensSchema } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import type { HiddenUsage, Reconciliation } from "./reconciliation.ts"

export function bookedMessage(account: Reconciliation): Booked {
  return create(BookedSchema, {
    nanosUsd: account.bookedNanosUsd,
    untilTime: timestampFromMs(account.untilMs),
    countedNanosUsd: account.countedNanosUsd,
    inheritedNanosUsd: account.inheritedNanosUsd,
    hidden: account.hidden.map(hiddenMessage),
    unbookedNanosUsd: account.unbookedNanosUsd,
    priceDifferenceNanosUsd: account.priceDifferenceNanosUsd,
    hasUnknownModel: account.hasUnknownModel,
    ...timesOf(account),
  })
}

function timesOf({ times }: Reconciliation): Partial<Booked> {
  if (times === undefined) return {}
  return {
    modelMs: BigInt(times.modelMs),
    modelWithoutRetriesMs: BigInt(times.modelWithoutRetriesMs),
    toolMs: BigInt(times.toolMs),
    totalMs: BigInt(times.totalMs),
  }
}

function hiddenMessage({ model, usage, webSearches, nanosUsd }: HiddenUsage) {
  const { input, output, reasoning, cacheRead, cacheWrite5m, cacheWrite1h } = usage
  return create(HiddenUsageSchema, {
    model,
    tokens: create(TokensSchema, {
      input: BigInt(input),
      output: BigInt(output),
      reasoning: BigInt(reasoning),
      cacheRead: BigInt(cacheRead),
      cacheWrite5m: BigInt(cacheWrite5m),
      cacheWrite1h: BigInt(cacheWrite1h),
      total: BigInt(input) + BigInt(output) + BigInt(cacheRead) + BigInt(cacheWrite5m) + BigInt(cacheWrite1h),
    }),
    nanosUsd,
    webSearches: BigInt(webSearches),
  })
}
