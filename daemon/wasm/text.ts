// Writes a string without what is too long of it.

import { BACKSLASH, QUOTE } from "./ascii"
import { stringEnd } from "./ends"
import { copy, put } from "./output"
import { DROPS, TAIL_UNITS } from "./shape"
import { find } from "./table"
import { DROPPED, Walk } from "./walk"

export class Text {
  /** Where the string ends that is read next; 0: that is not known. */
  static knownEnd: usize = 0
}

export function text(shape: usize): void {
  const start = Walk.at + 1
  const end = Text.knownEnd !== 0 ? Text.knownEnd : stringEnd(start)
  Text.knownEnd = 0
  if (end === 0) return
  Walk.at = end + 1
  const drops: usize = load<u32>(shape, DROPS)
  if (drops !== 0 && find(drops, start, end) !== 0) {
    Walk.verdict = DROPPED
    return
  }
  const units: usize = load<u32>(shape)
  const tailUnits: usize = load<u32>(shape, TAIL_UNITS)
  if (end - start <= units + tailUnits) {
    copy(start - 1, end + 1)
    return
  }
  const cut = headEnd(start, end, units)
  copy(start - 1, cut)
  if (tailUnits > 0 && cut < end) copy(tailStart(cut, end, tailUnits), end)
  put(QUOTE)
}

/** Behind the first `units` UTF-16 units of a string, and one more if there is one: as many characters have at least as many. */
function headEnd(start: usize, end: usize, units: usize): usize {
  let p = start
  let seen: usize = 0
  while (p < end) {
    const byte = load<u8>(p)
    if ((byte & 0xc0) !== 0x80) {
      if (seen > units) break
      seen++
    }
    p += byte !== BACKSLASH ? 1 : load<u8>(p, 1) === 0x75 ? 6 : 2
  }
  return min(p, end)
}

/** From where on a string holds `units` units and neither an escape nor a character is cut. */
function tailStart(cut: usize, end: usize, units: usize): usize {
  // An escape takes six bytes at most for a unit.
  const most = units * 6
  for (let p = end - cut > most ? end - most : cut; p > cut + 6; p--) {
    if ((load<u8>(p) & 0xc0) === 0x80) continue
    let isClear = true
    for (let before = p - 6; before < p; before++) if (load<u8>(before) === BACKSLASH) isClear = false
    if (isClear) return p
  }
  return cut
}
