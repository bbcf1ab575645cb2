// Where a JSON string ends, for bytes that lie outside the memory that can be searched faster.

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** Bytes looked at one by one before the search by machine word is worth its call. */
const NEAR_BYTES = 32

/** Index of the quote that ends the string whose bytes begin at `start`; -1 where none stands before `end`. */
export function stringEnd(bytes: Buffer, start: number, end: number): number {
  const near = Math.min(end, start + NEAR_BYTES)
  let at = start
  while (at < near) {
    const byte = bytes[at]
    if (byte === QUOTE) return at
    at += byte === BACKSLASH ? 2 : 1
  }
  for (;;) {
    const quote = bytes.indexOf(QUOTE, at)
    if (quote < 0 || quote >= end) return -1
    // Only an odd number of backslashes before it makes it a part of the string.
    let before = quote - 1
    while (before >= at && bytes[before] === BACKSLASH) before--
    if (((quote - before) & 1) === 1) return quote
    at = quote + 1
  }
}
