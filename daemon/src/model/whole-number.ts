// Numbers as the contract has them: whole, and of 64 bits.

const MOST_64 = 2n ** 63n - 1n

/** A number of the contract's; absurd sums are cut rather than refused, so that one hostile line cannot silence a report. */
export function whole64(value: bigint): bigint {
  return value > MOST_64 ? MOST_64 : value < -MOST_64 ? -MOST_64 : value
}

export function wholeNumber(value: number): bigint {
  return Number.isFinite(value) ? whole64(BigInt(Math.round(value))) : 0n
}
