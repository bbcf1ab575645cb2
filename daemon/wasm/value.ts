// Writes a value again as its shape wants it.

import { CLOSE_BRACE, CLOSE_BRACKET, COLON, COMMA, OPEN_BRACE, OPEN_BRACKET, QUOTE } from "./ascii"
import { nameEnd } from "./ends"
import { copy, Output, put } from "./output"
import { wholeValue } from "./repeats"
import { ITEMS, KIND, MEMBERS, OTHERWISE, TELLING } from "./shape"
import { skip, skipNested, skipScalar } from "./skip"
import { ENTRY_SHAPE, find } from "./table"
import { Text, text } from "./text"
import { FINE, FULL, ODD, Walk } from "./walk"

export function value(shape: usize): void {
  if (Output.at > Output.limit) {
    Walk.verdict = FULL
    return
  }
  const kind = load<u32>(shape, KIND)
  if (kind !== 0) {
    wholeValue(shape, kind)
    return
  }
  const first = load<u8>(Walk.at)
  if (first === QUOTE) text(shape)
  else if (first === OPEN_BRACE) object(shape)
  else if (first === OPEN_BRACKET) list(load<u32>(shape, ITEMS))
  else {
    const start = Walk.at
    skipScalar()
    copy(start, Walk.at)
  }
}

function object(shape: usize): void {
  const members: usize = load<u32>(shape, MEMBERS)
  if (members === 0) {
    skipNested()
    put(OPEN_BRACE)
    put(CLOSE_BRACE)
    return
  }
  put(OPEN_BRACE)
  Walk.at++
  if (load<u8>(Walk.at) === CLOSE_BRACE) {
    Walk.at++
    put(CLOSE_BRACE)
    return
  }
  let isFirst = true
  let hasTold = false
  let waitingKey: usize = 0
  let waitingAt: usize = 0
  let waitingEnd: usize = 0
  let waiting: usize = 0
  while (true) {
    if (load<u8>(Walk.at) !== QUOTE) {
      Walk.verdict = ODD
      return
    }
    const key = Walk.at + 1
    const keyEnd = nameEnd(key)
    if (load<u8>(keyEnd) !== QUOTE || load<u8>(keyEnd, 1) !== COLON) {
      Walk.verdict = ODD
      return
    }
    const entry = find(members, key, keyEnd)
    Walk.at = keyEnd + 2
    const start = Walk.at
    if (entry === 0) skip()
    else {
      const wanted: usize = load<u32>(entry, ENTRY_SHAPE)
      if (load<u32>(wanted, OTHERWISE) !== 0 && !hasTold) {
        skip()
        waitingKey = key - 1
        waitingAt = start
        waitingEnd = Walk.at
        waiting = wanted
      } else {
        member(key - 1, wanted, isFirst)
        isFirst = false
        const telling: usize = load<u32>(wanted, TELLING)
        if (telling !== 0 && Walk.verdict === FINE && find(telling, start, Walk.at) !== 0) hasTold = true
      }
    }
    if (Walk.verdict !== FINE) return
    const next = load<u8>(Walk.at++)
    if (next === COMMA) continue
    if (next !== CLOSE_BRACE) {
      Walk.verdict = ODD
      return
    }
    break
  }
  if (waiting !== 0) {
    const end = Walk.at
    Walk.at = waitingAt
    if (load<u8>(Walk.at) === QUOTE) Text.knownEnd = waitingEnd - 1
    member(waitingKey, hasTold ? waiting : load<u32>(waiting, OTHERWISE), isFirst)
    Text.knownEnd = 0
    Walk.at = end
  }
  put(CLOSE_BRACE)
}

function member(key: usize, shape: usize, isFirst: bool): void {
  if (!isFirst) put(COMMA)
  copy(key, Walk.at)
  value(shape)
}

function list(items: usize): void {
  if (items === 0) {
    skipNested()
    put(OPEN_BRACKET)
    put(CLOSE_BRACKET)
    return
  }
  put(OPEN_BRACKET)
  Walk.at++
  if (load<u8>(Walk.at) === CLOSE_BRACKET) {
    Walk.at++
    put(CLOSE_BRACKET)
    return
  }
  while (true) {
    value(items)
    if (Walk.verdict !== FINE) return
    const next = load<u8>(Walk.at++)
    put(next)
    if (next === COMMA) continue
    if (next !== CLOSE_BRACKET) Walk.verdict = ODD
    return
  }
}
