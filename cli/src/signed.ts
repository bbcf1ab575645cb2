// Differences, which always carry their sign.

import { formatMoney } from "@vibecraft/shared/format-money"
import { formatTokens } from "@vibecraft/shared/format-tokens"

/** "+1.2k", "-300". */
export function signedTokens(count: bigint): string {
  return count < 0n ? `-${formatTokens(-count)}` : `+${formatTokens(count)}`
}

/** "+$0.42", "-$0.42". */
export function signedMoney(nanosUsd: bigint): string {
  return nanosUsd < 0n ? formatMoney(nanosUsd) : `+${formatMoney(nanosUsd)}`
}
