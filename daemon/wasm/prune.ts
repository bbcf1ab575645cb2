// AssemblyScript, compiled by `npm run wasm`. Walks lines of JSON in the module's memory and writes each down again with only the members that a
// shape names and without the ends of long strings: what comes out is small JSON for the engine's own parser. `lines` writes many as one array.
//
// It knows JSON as the agents write it. A line written otherwise becomes a 0, and is left to a parser; so does one that does not fit the output.
// Every run of bytes it is given must end with a newline, and 64 bytes behind the end may be looked at.

// A shape, as 32-bit numbers: units, tail units, shape of the items, kind, table of members, table of texts whose line is dropped, table of values
// that tell, shape where nothing beside has told, place and room of what is repeated.
const TAIL_UNITS = 4
const ITEMS = 8
const KIND = 12
const MEMBERS = 16
const DROPS = 20
const TELLING = 24
const OTHERWISE = 28
/** Where the last value is kept: generation, line, length, and room for as many bytes as the second number says. */
const KEPT = 32
const KEPT_ROOM = 36
const KEPT_LINE = 4
const KEPT_LENGTH = 8
const KEPT_BYTES = 12

/** Whole, and a 0 where it is the very same object or text as the last time. */
const KIND_REPEATED = 2

// A table has 64 slots with the first entry of each: next entry, shape, length, bytes.
const ENTRY_SHAPE = 4
const ENTRY_LENGTH = 8
const ENTRY_BYTES = 12

const NEWLINE: u8 = 0x0a
const RETURN: u8 = 0x0d
const QUOTE: u8 = 0x22
const COMMA: u8 = 0x2c
const COLON: u8 = 0x3a
const OPEN_BRACKET: u8 = 0x5b
const BACKSLASH: u8 = 0x5c
const CLOSE_BRACKET: u8 = 0x5d
const OPEN_BRACE: u8 = 0x7b
const CLOSE_BRACE: u8 = 0x7d

const EVEN_BITS: u64 = 0x5555555555555555

/** How a line ended: as usual, otherwise than agents write, with more output than there is room for, not wanted at all. */
const FINE = 0
const ODD = 1
const FULL = 2
const DROPPED = 3

let at: usize = 0
let out: usize = 0
let outLimit: usize = 0
let verdict: i32 = FINE
/** Where the string ends that is read next, if that is known. */
let knownEnd: usize = 0
let droppedLines: i32 = 0
/** Values kept in an earlier one are forgotten. */
let generation: u32 = 1
let line: usize = 0
let valuesSaid: i32 = 0

/** Forgets what was repeated so far. */
export function forget(): void {
  generation++
}

/** Where the next call goes on. */
export function nextAt(): usize {
  return at
}

/** Behind the last byte written. */
export function outEnd(): usize {
  return out
}

/** Lines passed over by the last call. */
export function dropped(): i32 {
  return droppedLines
}

/** How many repeated values the last call wrote in full: as many must be found, or what a 0 stands for is not sure. */
export function said(): i32 {
  return valuesSaid
}

/**
 * Writes the lines from `start` to `end`, or as many as fit, to `to` in ASCII and answers how many. For each, `spans` gets where it starts and
 * ends. There is room for 64 bytes behind `limit`.
 */
export function lines(start: usize, end: usize, shape: usize, to: usize, limit: usize, spans: usize, maxLines: i32): i32 {
  at = start
  out = to
  outLimit = limit
  droppedLines = 0
  valuesSaid = 0
  let count = 0
  put(OPEN_BRACKET)
  while (at < end && count < maxLines) {
    line = at
    if (load<u8>(at) == NEWLINE) {
      at++
      continue
    }
    const outStart = out
    const saidBefore = valuesSaid
    verdict = FINE
    if (count > 0) put(COMMA)
    if (load<u8>(at) == OPEN_BRACE) value(shape)
    else verdict = ODD
    if (verdict == FINE) {
      if (load<u8>(at) == RETURN) at++
      if (load<u8>(at) != NEWLINE) verdict = ODD
    }
    if (verdict != FINE) {
      out = outStart
      valuesSaid = saidBefore
      generation++
    }
    if (verdict == DROPPED) {
      droppedLines++
      at = lineEnd(at) + 1
      continue
    }
    if (verdict != FINE) {
      if (verdict == FULL && count > 0) {
        at = line
        break
      }
      if (count > 0) put(COMMA)
      put(0x30)
      at = lineEnd(line)
    }
    store<u32>(spans + ((<usize>count) << 3), <u32>line)
    store<u32>(spans + ((<usize>count) << 3), <u32>at, 4)
    count++
    at++
  }
  put(CLOSE_BRACKET)
  return count
}

function value(shape: usize): void {
  if (out > outLimit) {
    verdict = FULL
    return
  }
  const kind = load<u32>(shape, KIND)
  if (kind != 0) {
    wholeValue(shape, kind)
    return
  }
  const first = load<u8>(at)
  if (first == QUOTE) text(shape)
  else if (first == OPEN_BRACE) object(shape)
  else if (first == OPEN_BRACKET) list(load<u32>(shape, ITEMS))
  else {
    const start = at
    skipScalar()
    copy(start, at)
  }
}

function wholeValue(shape: usize, kind: u32): void {
  const start = at
  skip()
  if (verdict != FINE) return
  const length = at - start
  const first = load<u8>(start)
  if (kind != KIND_REPEATED) {
    copy(start, at)
    return
  }
  if (first != OPEN_BRACE && first != QUOTE) {
    word(0x6c6c756e)
    return
  }
  const kept: usize = load<u32>(shape, KEPT)
  const isKnown = load<u32>(kept) == generation && load<u32>(kept, KEPT_LENGTH) == <u32>length
  // What a line itself repeats is written in full.
  if (isKnown && load<u32>(kept, KEPT_LINE) != <u32>line && isSame(start, kept + KEPT_BYTES, length)) {
    put(0x30)
    return
  }
  copy(start, at)
  valuesSaid++
  store<u32>(kept, 0)
  if (length > load<u32>(shape, KEPT_ROOM)) return
  store<u32>(kept, generation)
  store<u32>(kept, <u32>line, KEPT_LINE)
  store<u32>(kept, <u32>length, KEPT_LENGTH)
  memory.copy(kept + KEPT_BYTES, start, length)
}

function isSame(a: usize, b: usize, length: usize): bool {
  let done: usize = 0
  for (; done + 16 <= length; done += 16) {
    if (i8x16.bitmask(i8x16.eq(v128.load(a + done), v128.load(b + done))) != 0xffff) return false
  }
  for (; done < length; done++) if (load<u8>(a + done) != load<u8>(b + done)) return false
  return true
}

function object(shape: usize): void {
  const members: usize = load<u32>(shape, MEMBERS)
  if (members == 0) {
    skipNested()
    put(OPEN_BRACE)
    put(CLOSE_BRACE)
    return
  }
  put(OPEN_BRACE)
  at++
  if (load<u8>(at) == CLOSE_BRACE) {
    at++
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
    if (load<u8>(at) != QUOTE) {
      verdict = ODD
      return
    }
    const key = at + 1
    const keyEnd = nameEnd(key)
    if (load<u8>(keyEnd) != QUOTE || load<u8>(keyEnd, 1) != COLON) {
      verdict = ODD
      return
    }
    const entry = find(members, key, keyEnd)
    at = keyEnd + 2
    const start = at
    if (entry == 0) skip()
    else {
      const shape: usize = load<u32>(entry, ENTRY_SHAPE)
      if (load<u32>(shape, OTHERWISE) != 0 && !hasTold) {
        skip()
        waitingKey = key - 1
        waitingAt = start
        waitingEnd = at
        waiting = shape
      } else {
        member(key - 1, shape, isFirst)
        isFirst = false
        const telling: usize = load<u32>(shape, TELLING)
        if (telling != 0 && verdict == FINE && find(telling, start, at) != 0) hasTold = true
      }
    }
    if (verdict != FINE) return
    const next = load<u8>(at++)
    if (next == COMMA) continue
    if (next != CLOSE_BRACE) {
      verdict = ODD
      return
    }
    break
  }
  if (waiting != 0) {
    const end = at
    at = waitingAt
    if (load<u8>(at) == QUOTE) knownEnd = waitingEnd - 1
    member(waitingKey, hasTold ? waiting : load<u32>(waiting, OTHERWISE), isFirst)
    knownEnd = 0
    at = end
  }
  put(CLOSE_BRACE)
}

function member(key: usize, shape: usize, isFirst: bool): void {
  if (!isFirst) put(COMMA)
  copy(key, at)
  value(shape)
}

function list(items: usize): void {
  if (items == 0) {
    skipNested()
    put(OPEN_BRACKET)
    put(CLOSE_BRACKET)
    return
  }
  put(OPEN_BRACKET)
  at++
  if (load<u8>(at) == CLOSE_BRACKET) {
    at++
    put(CLOSE_BRACKET)
    return
  }
  while (true) {
    value(items)
    if (verdict != FINE) return
    const next = load<u8>(at++)
    put(next)
    if (next == COMMA) continue
    if (next != CLOSE_BRACKET) verdict = ODD
    return
  }
}

function text(shape: usize): void {
  const start = at + 1
  const end = knownEnd != 0 ? knownEnd : stringEnd(start)
  knownEnd = 0
  if (end == 0) return
  at = end + 1
  const drops: usize = load<u32>(shape, DROPS)
  if (drops != 0 && find(drops, start, end) != 0) {
    verdict = DROPPED
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
    if ((byte & 0xc0) != 0x80) {
      if (seen > units) break
      seen++
    }
    p += byte != BACKSLASH ? 1 : load<u8>(p, 1) == 0x75 ? 6 : 2
  }
  return min(p, end)
}

/** From where on a string holds `units` units and neither an escape nor a character is cut. */
function tailStart(cut: usize, end: usize, units: usize): usize {
  // An escape takes six bytes at most for a unit.
  const most = units * 6
  for (let p = end - cut > most ? end - most : cut; p > cut + 6; p--) {
    if ((load<u8>(p) & 0xc0) == 0x80) continue
    let isClear = true
    for (let before = p - 6; before < p; before++) if (load<u8>(before) == BACKSLASH) isClear = false
    if (isClear) return p
  }
  return cut
}

function skip(): void {
  const first = load<u8>(at)
  if (first == QUOTE) {
    const end = stringEnd(at + 1)
    at = end + 1
  } else if (first == OPEN_BRACE || first == OPEN_BRACKET) skipNested()
  else skipScalar()
}

/** Numbers, true, false, null, and what looks like them. */
function skipScalar(): void {
  const start = at
  while (true) {
    const byte = load<u8>(at)
    if (byte == COMMA || byte == CLOSE_BRACE || byte == CLOSE_BRACKET) break
    const isPlain = (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7a) || byte == 0x2d || byte == 0x2b || byte == 0x2e
    if (!isPlain && byte != 0x45) {
      verdict = ODD
      return
    }
    at++
  }
  if (at == start) verdict = ODD
}

/** Which bracket closes which is not asked. */
function skipNested(): void {
  let depth = 0
  let p = at
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
    while (marks != 0) {
      const mark = p + <usize>ctz(marks)
      marks &= marks - 1
      const byte = load<u8>(mark)
      if (byte == QUOTE) {
        const end = stringEnd(mark + 1)
        if (end == 0) return
        next = end + 1
        if (next >= p + 16) break
        marks &= 0xffff << (<i32>(next - p))
        next = p + 16
      } else if (byte == NEWLINE) {
        verdict = ODD
        return
      } else if ((byte | 0x20) == OPEN_BRACE) depth++
      else {
        depth--
        if (depth == 0) {
          at = mark + 1
          return
        }
      }
    }
    p = next
  }
}

/** Index of the quote that ends the string whose bytes begin at `start`; 0, and an odd line, where the line ends before. */
function stringEnd(start: usize): usize {
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
    const ends = newlines | ((backslashes | afterBackslash) == 0 ? quotes : quotes & ~escaped(backslashes, afterBackslash))
    if (ends != 0) {
      const end = p + <usize>ctz(ends)
      if (load<u8>(end) == QUOTE) return end
      verdict = ODD
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
function nameEnd(start: usize): usize {
  let p = start
  while (true) {
    const chunk = v128.load(p)
    const ends = i8x16.bitmask(
      v128.or(v128.or(i8x16.eq(chunk, i8x16.splat(QUOTE)), i8x16.eq(chunk, i8x16.splat(BACKSLASH))), i8x16.eq(chunk, i8x16.splat(NEWLINE))),
    )
    if (ends != 0) return p + <usize>ctz(ends)
    p += 16
  }
}

/** Index of the next newline. */
function lineEnd(start: usize): usize {
  let p = start
  while (true) {
    const ends = marked(v128.load(p), v128.load(p, 16), v128.load(p, 32), v128.load(p, 48), NEWLINE)
    if (ends != 0) return p + <usize>ctz(ends)
    p += 64
  }
}

/** The entry of a table that is the text from `start` to `end`; 0 where there is none. */
function find(table: usize, start: usize, end: usize): usize {
  const length = end - start
  const first: usize = load<u8>(start)
  const last: usize = length > 0 ? load<u8>(end - 1) : 0
  const slot = (length * 41 + first * 7 + last * 3) & 63
  for (let entry: usize = load<u32>(table + (slot << 2)); entry != 0; entry = load<u32>(entry)) {
    if (load<u32>(entry, ENTRY_LENGTH) == <u32>length && isSame(entry + ENTRY_BYTES, start, length)) return entry
  }
  return 0
}

/** Copies bytes, those that are no ASCII as escapes. */
function copy(start: usize, end: usize): void {
  const length = end - start
  if (verdict != FINE) return
  if (out + length > outLimit) {
    verdict = FULL
    return
  }
  for (let done: usize = 0; done < length; done += 16) {
    const chunk = v128.load(start + done)
    if (i8x16.bitmask(chunk) != 0) {
      out += done
      escape(start + done, end)
      return
    }
    v128.store(out + done, chunk)
  }
  out += length
}

/** As `copy`; bytes that are no UTF-8 make an odd line. */
function escape(start: usize, end: usize): void {
  let p = start
  while (p < end) {
    if (out > outLimit) {
      verdict = FULL
      return
    }
    const byte: u32 = load<u8>(p)
    if (byte < 0x80) {
      put(<u8>byte)
      p++
      continue
    }
    const more: u32 = byte < 0xc2 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : byte < 0xf5 ? 3 : 0
    let code: u32 = byte & (0x3f >> more)
    for (let index: u32 = 1; index <= more; index++) {
      const next: u32 = load<u8>(p + index)
      if ((next & 0xc0) != 0x80) {
        verdict = ODD
        return
      }
      code = (code << 6) | (next & 0x3f)
    }
    const isSound =
      more == 1 || (more == 2 && code >= 0x800 && (code & 0xf800) != 0xd800) || (more == 3 && code >= 0x10000 && code <= 0x10ffff)
    if (!isSound) {
      verdict = ODD
      return
    }
    p += 1 + more
    if (code < 0x10000) unit(code)
    else {
      unit(0xd7c0 + (code >> 10))
      unit(0xdc00 + (code & 0x3ff))
    }
  }
}

/** Writes a UTF-16 unit as an escape. */
function unit(code: u32): void {
  put(BACKSLASH)
  put(0x75)
  for (let shift = 12; shift >= 0; shift -= 4) {
    const digit = <u8>((code >> shift) & 15)
    put(digit < 10 ? 0x30 + digit : 0x57 + digit)
  }
}

function put(byte: u8): void {
  store<u8>(out++, byte)
}

function word(bytes: u32): void {
  store<u32>(out, bytes)
  out += 4
}
