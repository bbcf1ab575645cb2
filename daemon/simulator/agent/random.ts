// Seeded randomness: the same seed writes the same content, so a failing run can be repeated.

export interface Random {
  /** 0 <= x < 1. */
  next(): number
  /** Whole number, both ends included. */
  int(min: number, max: number): number
  chance(probability: number): boolean
  pick<T>(items: readonly [T, ...T[]]): T
  hex(length: number): string
  /** Lower-case letters and digits, as in message and call ids. */
  id(length: number): string
  uuid(): string
  /** UUIDv7 of a time in Unix milliseconds. */
  uuid7(timeMs: number): string
}

const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"

/** splitmix32 over an FNV-1a hash of the seed. */
export function createRandom(seed: string): Random {
  let state = 0x811c9dc5
  for (let index = 0; index < seed.length; index++) state = Math.imul(state ^ seed.charCodeAt(index), 0x01000193)
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1))
  const hex = (length: number): string => Array.from({ length }, () => int(0, 15).toString(16)).join("")
  const variant = (): string => (8 + int(0, 3)).toString(16)
  return {
    next,
    int,
    chance: (probability) => next() < probability,
    pick: (items) => items[int(0, items.length - 1)] ?? items[0],
    hex,
    id: (length) => Array.from({ length }, () => ALPHABET[int(0, ALPHABET.length - 1)]).join(""),
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${variant()}${hex(3)}-${hex(12)}`,
    uuid7: (timeMs) => {
      const time = timeMs.toString(16).padStart(12, "0")
      return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-${variant()}${hex(3)}-${hex(12)}`
    },
  }
}
