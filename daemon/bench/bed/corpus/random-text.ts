// Seeded numbers and texts of the kinds that transcripts are full of.

export type Random = () => number

/** A small generator of numbers in [0, 1) (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000
  }
}

/** A whole number in [from, to). */
export function between(random: Random, from: number, to: number): number {
  return from + Math.floor(random() * (to - from))
}

const WORDS = "the of reading a file value error return const import function test path result state when line count index type with".split(
  " ",
)

export function prose(random: Random, chars: number): string {
  let text = ""
  while (text.length < chars) text += `${WORDS[Math.floor(random() * WORDS.length)]} `
  return text
}

/** Text as files and commands print it: lines, indents, quotes, now and then something beyond ASCII. */
export function source(random: Random, chars: number): string {
  let text = ""
  while (text.length < chars) text += `  ${prose(random, 20 + random() * 50)}("${random() < 0.02 ? "naïve — ✓" : "value"}")\n`
  return text
}

/** Signatures and encrypted contents. */
export function noise(random: Random, chars: number): string {
  let text = ""
  while (text.length < chars) text += Math.floor(random() * 0xffffffff).toString(36)
  return text
}

/** An id that carries the time it was made. */
export function uuidV7(random: Random, timeMs: number): string {
  const time = timeMs.toString(16).padStart(12, "0")
  const tail = Array.from({ length: 3 }, () =>
    Math.floor(random() * 0x100000000)
      .toString(16)
      .padStart(8, "0"),
  ).join("")
  return `${time.slice(0, 8)}-${time.slice(8)}-7${tail.slice(0, 3)}-8${tail.slice(3, 6)}-${tail.slice(6, 18)}`
}
