// What is written: ASCII, with room for 64 bytes behind the limit.

import { BACKSLASH } from "./ascii"
import { FINE, FULL, ODD, Walk } from "./walk"

export class Output {
  /** Behind the last byte written. */
  static at: usize = 0
  static limit: usize = 0
}

export function put(byte: u8): void {
  store<u8>(Output.at++, byte)
}

export function word(bytes: u32): void {
  store<u32>(Output.at, bytes)
  Output.at += 4
}

/** Copies bytes, those that are no ASCII as escapes. */
export function copy(start: usize, end: usize): void {
  const length = end - start
  if (Walk.verdict !== FINE) return
  if (Output.at + length > Output.limit) {
    Walk.verdict = FULL
    return
  }
  for (let done: usize = 0; done < length; done += 16) {
    const chunk = v128.load(start + done)
    if (i8x16.bitmask(chunk) !== 0) {
      Output.at += done
      escape(start + done, end)
      return
    }
    v128.store(Output.at + done, chunk)
  }
  Output.at += length
}

/** As `copy`; bytes that are no UTF-8 make an odd line. */
function escape(start: usize, end: usize): void {
  let p = start
  while (p < end) {
    if (Output.at > Output.limit) {
      Walk.verdict = FULL
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
      if ((next & 0xc0) !== 0x80) {
        Walk.verdict = ODD
        return
      }
      code = (code << 6) | (next & 0x3f)
    }
    const isSound =
      more === 1 || (more === 2 && code >= 0x800 && (code & 0xf800) !== 0xd800) || (more === 3 && code >= 0x10000 && code <= 0x10ffff)
    if (!isSound) {
      Walk.verdict = ODD
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
