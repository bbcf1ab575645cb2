// An agent's own account, held against ours, as the contract publishes it.

import { create } from "@bufbuild/protobuf"
import { timestampFromMs } from "@bufbuild/protobuf/wkt"
import { type Booked, BookedSchema, HiddenUsageSchema } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import type { HiddenUsage, Reconciliation } from "./reconciliation.ts"
import { tokensMessage } from "./tokens-message.ts"

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
  return create(HiddenUsageSchema, { model, tokens: tokensMessage(usage), nanosUsd, webSearches: BigInt(webSearches) })
}
