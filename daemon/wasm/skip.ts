// Passes over values that nobody wants.

import { CLOSE_BRACE, CLOSE_BRACKET, COMMA, NEWLINE, OPEN_BRACE, OPEN_BRACKET, QUOTE } from "./ascii"
import { stringEnd } from "./ends"
import { ODD, Walk } from "./walk"

export function skip(): void {
  const first = load<u8>(Walk.at)
  if (first === QUOTE) {
    const end = stringEnd(Walk.at + 1)
    Walk.at = end + 1
  } else if (first === OPEN_BRACE || first === OPEN_BRACKET) skipNested()
  else skipScalar()
}

/** Numbers, true, false, null, and what looks like them. */
export function skipScalar(): void {
  const start = Walk.at
  while (true) {
    const byte = load<u8>(Walk.at)
    if (byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET) break
    const isPlain = (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x2d || byte === 0x2b || byte === 0x2e
    if (!isPlain && byte !== 0x45) {
      Walk.verdict = ODD
      return
    }
    Walk.at++
  }
  if (Walk.at === start) Walk.verdict = ODD
}

/** Which bracket closes which is not asked. */
export function skipNested(): void {
  let depth = 0
  let p = Walk.at
  while (true) {
    const chunk = v128.load(p)
    const folded = v128.or(chunk, i8x16.splat(0x20))
    let marks = i8x16.bitmask(
      v128.or(
        v128.or(i8x16.eq(chunk, i8x16.splat(QUOTE)), i8x16.eq(chunk, i8x16.splat(NEWLINE))),
        v128.or(i8x16.eq(folded, i8x16.splat(OPEN_BRACE)), i8x16.eq(folded, i8x16.splat(CLOSE_BRACE))),
      ),
    )
    let next = p + 16
    while (marks !== 0) {
      const mark = p + <usize>ctz(marks)
      marks &= marks - 1
      const byte = load<u8>(mark)
      if (byte === QUOTE) {
        const end = stringEnd(mark + 1)
        if (end === 0) return
        next = end + 1
        if (next >= p + 16) break
        marks &= 0xffff << (<i32>(next - p))
        next = p + 16
      } else if (byte === NEWLINE) {
        Walk.verdict = ODD
        return
      } else if ((byte | 0x20) === OPEN_BRACE) depth++
      else {
        depth--
        if (depth === 0) {
          Walk.at = mark + 1
          return
        }
      }
    }
    p = next
  }
}
