// Chance that can be had again.

/** Another seed for each run, or VIBECRAFT_SEED: tests print it. */
export const SEED = Number(process.env["VIBECRAFT_SEED"] ?? Date.now() % 1_000_000)

/** Numbers in [0, 1), the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state ^ (state >>> 13), 0x5bd1e995) + 0x6d2b79f5) | 0
    return ((state ^ (state >>> 15)) >>> 0) / 0x1_0000_0000
  }
}
