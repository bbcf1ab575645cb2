// Money for people: integer nano-dollars in, never a float in between, and never an amount without its certainty.

import { Certainty, type Cost } from "./gen/vibecraft/v1/metrics_pb.ts"

const CENT = 10_000_000n

/** "$0.00" for nothing, "<$0.01" for less than a cent, "$0.42", "$1,234.56". Rounded half up to the cent. */
export function formatMoney(nanosUsd: bigint): string {
  if (nanosUsd < 0n) return `-${formatMoney(-nanosUsd)}`
  if (nanosUsd > 0n && nanosUsd < CENT) return "<$0.01"
  const cents = (nanosUsd + CENT / 2n) / CENT
  const dollars = (cents / 100n).toString().replace(/\B(?=(\d{3})+$)/g, ",")
  return `$${dollars}.${(cents % 100n).toString().padStart(2, "0")}`
}

/** An amount with a mark for its certainty, for tables: "$0.42", "~$0.42" (estimated), "≥$1.20" (part unpriced), "unpriced" (all of it). */
export function formatCost(cost: Cost | undefined): string {
  if (cost === undefined) return ""
  switch (cost.certainty) {
    case Certainty.PRICED:
      return formatMoney(cost.nanosUsd)
    case Certainty.ESTIMATED:
      return `~${formatMoney(cost.nanosUsd)}`
    case Certainty.UNPRICED:
      return cost.nanosUsd === 0n ? "unpriced" : `≥${formatMoney(cost.nanosUsd)}`
    default:
      return `${formatMoney(cost.nanosUsd)}?`
  }
}

/** An amount and what is to be known of it, for where there is room: "$0.42", "~$0.42 estimated", "≥$1.20, unpriced: my-model". The models are untrusted text. */
export function formatCostLong(cost: Cost | undefined): string {
  if (cost === undefined) return ""
  switch (cost.certainty) {
    case Certainty.ESTIMATED:
      return `~${formatMoney(cost.nanosUsd)} estimated`
    case Certainty.UNPRICED: {
      const models = cost.unpricedModels.length > 0 ? cost.unpricedModels.join(", ") : "a model"
      return cost.nanosUsd === 0n ? `unpriced: ${models}` : `≥${formatMoney(cost.nanosUsd)}, unpriced: ${models}`
    }
    default:
      return formatCost(cost)
  }
}
