// Values that are wanted whole; of those that repeat from line to line the first alone is written.

import { OPEN_BRACE, QUOTE } from "./ascii"
import { copy, put, word } from "./output"
import { KEPT, KEPT_ROOM, KIND_REPEATED } from "./shape"
import { skip } from "./skip"
import { isSame } from "./table"
import { FINE, Walk } from "./walk"

const KEPT_LINE = 4
const KEPT_LENGTH = 8
const KEPT_BYTES = 12

export class Repeats {
  /** Values kept in an earlier one are forgotten. */
  static generation: u32 = 1
  /** Values written in full. */
  static said: i32 = 0
}

export function wholeValue(shape: usize, kind: u32): void {
  const start = Walk.at
  skip()
  if (Walk.verdict !== FINE) return
  const length = Walk.at - start
  const first = load<u8>(start)
  if (kind !== KIND_REPEATED) {
    copy(start, Walk.at)
    return
  }
  if (first !== OPEN_BRACE && first !== QUOTE) {
    word(0x6c6c756e)
    return
  }
  const kept: usize = load<u32>(shape, KEPT)
  const isKnown = load<u32>(kept) === Repeats.generation && load<u32>(kept, KEPT_LENGTH) === <u32>length
  // What a line itself repeats is written in full.
  if (isKnown && load<u32>(kept, KEPT_LINE) !== <u32>Walk.line && isSame(start, kept + KEPT_BYTES, length)) {
    put(0x30)
    return
  }
  copy(start, Walk.at)
  Repeats.said++
  store<u32>(kept, 0)
  if (length > load<u32>(shape, KEPT_ROOM)) return
  store<u32>(kept, Repeats.generation)
  store<u32>(kept, <u32>Walk.line, KEPT_LINE)
  store<u32>(kept, <u32>length, KEPT_LENGTH)
  memory.copy(kept + KEPT_BYTES, start, length)
}
