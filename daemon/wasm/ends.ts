// Where strings, names and lines end, many bytes at a time.

import { BACKSLASH, NEWLINE, QUOTE } from "./ascii"
import { ODD, Walk } from "./walk"

const EVEN_BITS: u64 = 0x5555555555555555

/** Index of the quote that ends the string whose bytes begin at `start`; 0, and an odd line, where the line ends before. */
export function stringEnd(start: usize): usize {
  let p = start
  let afterBackslash: u64 = 0
  while (true) {
    const a = v128.load(p)
    const b = v128.load(p, 16)
    const c = v128.load(p, 32)
    const d = v128.load(p, 48)
    const backslashes = marked(a, b, c, d, BACKSLASH)
    const quotes = marked(a, b, c, d, QUOTE)
    const newlines = marked(a, b, c, d, NEWLINE)
    const ends = newlines | ((backslashes | afterBackslash) === 0 ? quotes : quotes & ~escaped(backslashes, afterBackslash))
    if (ends !== 0) {
      const end = p + <usize>ctz(ends)
      if (load<u8>(end) === QUOTE) return end
      Walk.verdict = ODD
      return 0
    }
    afterBackslash = carry
    carry = 0
    p += 64
  }
}

/** Whether the last byte of the last 64 escapes the next. */
let carry: u64 = 0

/** Which of 64 bytes are escaped by a backslash before them: those behind an odd number of them. */
function escaped(backslashes: u64, afterBackslash: u64): u64 {
  const escaping = backslashes & ~afterBackslash
  const follows = (escaping << 1) | afterBackslash
  const oddStarts = escaping & ~EVEN_BITS & ~follows
  const sum = oddStarts + escaping
  carry = u64(sum < escaping)
  return (EVEN_BITS ^ (sum << 1)) & follows
}

function marked(a: v128, b: v128, c: v128, d: v128, byte: u8): u64 {
  const all = i8x16.splat(byte)
  const low = <u64>(<u32>i8x16.bitmask(i8x16.eq(a, all)) | ((<u32>i8x16.bitmask(i8x16.eq(b, all))) << 16))
  const high = <u64>(<u32>i8x16.bitmask(i8x16.eq(c, all)) | ((<u32>i8x16.bitmask(i8x16.eq(d, all))) << 16))
  return low | (high << 32)
}

/** Index of the first quote, backslash or newline of a member's name. */
export function nameEnd(start: usize): usize {
  let p = start
  while (true) {
    const chunk = v128.load(p)
    const ends = i8x16.bitmask(
      v128.or(v128.or(i8x16.eq(chunk, i8x16.splat(QUOTE)), i8x16.eq(chunk, i8x16.splat(BACKSLASH))), i8x16.eq(chunk, i8x16.splat(NEWLINE))),
    )
    if (ends !== 0) return p + <usize>ctz(ends)
    p += 16
  }
}

/** Index of the next newline. */
export function lineEnd(start: usize): usize {
  let p = start
  while (true) {
    const ends = marked(v128.load(p), v128.load(p, 16), v128.load(p, 32), v128.load(p, 48), NEWLINE)
    if (ends !== 0) return p + <usize>ctz(ends)
    p += 64
  }
}
