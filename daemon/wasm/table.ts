// A table of texts: 64 slots with the first entry of each. An entry: next entry, shape, length, bytes.

export const ENTRY_SHAPE = 4
const ENTRY_LENGTH = 8
const ENTRY_BYTES = 12

/** The entry of a table that is the text from `start` to `end`; 0 where there is none. */
export function find(table: usize, start: usize, end: usize): usize {
  const length = end - start
  const first: usize = load<u8>(start)
  const last: usize = length > 0 ? load<u8>(end - 1) : 0
  const slot = (length * 41 + first * 7 + last * 3) & 63
  for (let entry: usize = load<u32>(table + (slot << 2)); entry !== 0; entry = load<u32>(entry)) {
    if (load<u32>(entry, ENTRY_LENGTH) === <u32>length && isSame(entry + ENTRY_BYTES, start, length)) return entry
  }
  return 0
}

export function isSame(a: usize, b: usize, length: usize): bool {
  let done: usize = 0
  for (; done + 16 <= length; done += 16) {
    if (i8x16.bitmask(i8x16.eq(v128.load(a + done), v128.load(b + done))) !== 0xffff) return false
  }
  for (; done < length; done++) if (load<u8>(a + done) !== load<u8>(b + done)) return false
  return true
}
