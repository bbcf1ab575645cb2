// Ids of requests and tool calls as numbers: the same id always gives the same one, so that memory and the store can speak of it without
// keeping its text.

const SEED_A = 0x1b873593
const SEED_B = 0x6c62272e

/**
 * 53 bits of a hash, a whole number from 0 on. Among a million ids, that is tens of gigabytes of transcripts, the chance that any two
 * share one is 1 in 18,000. Stored: it must never change.
 */
export function keyHash(text: string): number {
  let a = SEED_A ^ text.length
  let b = SEED_B
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    a = Math.imul(a ^ unit, 0x5bd1e995)
    a ^= a >>> 15
    b = Math.imul(b + unit, 0x2f0b4f27)
    b ^= b >>> 13
  }
  a = Math.imul(a ^ (a >>> 16), 0x7feb352d) ^ b
  b = Math.imul(b ^ (b >>> 15), 0x68e31da5) ^ a
  a = Math.imul(a ^ (a >>> 13), 0x297a2d39)
  b ^= a >>> 16
  return (a & 0x1fffff) * 0x1_0000_0000 + (b >>> 0)
}
