// The first members of a line, read from its bytes without parsing it. Most bytes of a transcript sit in lines that cannot matter to us
// (snapshots, attachments, messages of text), and the members before the first nested one say which.

/** Leading scalar members of a JSON object in the order they stand, up to its first nested value. */
export interface LinePrefix {
  readonly type: string | undefined
  readonly timestamp: string | undefined
  /** Key of the first member that is an object or an array; undefined where there is none. */
  readonly nested: string | undefined
  /** `type` of that nested object, where it is among its own leading scalars. */
  readonly nestedType: string | undefined
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const COMMA = 0x2c
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b

const MAX_SCALAR_BYTES = 1024
const MAX_MEMBERS = 40

interface Scan {
  type: string | undefined
  timestamp: string | undefined
  nested: string | undefined
  /** Index of the first byte inside the nested object. */
  nestedAt: number
}

/**
 * Scans the line in `bytes` from `start` to `end`. Undefined where the line is not written the compact way agents write
 * (white space between members, escapes in keys, overlong scalars): such a line must be parsed.
 */
export function scanPrefix(bytes: Buffer, start: number, end: number): LinePrefix | undefined {
  if (bytes[start] !== OPEN_BRACE) return undefined
  const outer = scanMembers(bytes, start + 1, end)
  if (outer === undefined) return undefined
  const inner = outer.nestedAt > 0 ? scanMembers(bytes, outer.nestedAt, end) : undefined
  return { type: outer.type, timestamp: outer.timestamp, nested: outer.nested, nestedType: inner?.type }
}

function scanMembers(bytes: Buffer, start: number, end: number): Scan | undefined {
  const scan: Scan = { type: undefined, timestamp: undefined, nested: undefined, nestedAt: 0 }
  let at = start
  for (let members = 0; members < MAX_MEMBERS; members++) {
    if (bytes[at] !== QUOTE) return bytes[at] === CLOSE_BRACE && members === 0 ? scan : undefined
    const keyStart = at + 1
    const keyEnd = stringEnd(bytes, keyStart, end)
    if (keyEnd < 0 || bytes[keyEnd + 1] !== COLON) return undefined
    at = keyEnd + 2
    const first = bytes[at]
    if (first === OPEN_BRACE || first === OPEN_BRACKET) {
      scan.nested = bytes.toString("latin1", keyStart, keyEnd)
      if (first === OPEN_BRACE) scan.nestedAt = at + 1
      return scan
    }
    if (first === QUOTE) {
      const valueEnd = stringEnd(bytes, at + 1, end)
      if (valueEnd < 0) return undefined
      keep(scan, bytes, keyStart, keyEnd, at + 1, valueEnd)
      at = valueEnd + 1
    } else {
      at = scalarEnd(bytes, at, end)
      if (at < 0) return undefined
    }
    if (bytes[at] === CLOSE_BRACE) return scan
    if (bytes[at] !== COMMA) return undefined
    at++
  }
  return undefined
}

/** Keeps a member that is asked for; the first of a name wins only where a parser would agree, so a second one is not kept apart. */
function keep(scan: Scan, bytes: Buffer, keyStart: number, keyEnd: number, start: number, end: number): void {
  const length = keyEnd - keyStart
  if (length === 4 && bytes[keyStart] === 0x74 && bytes.toString("latin1", keyStart, keyEnd) === "type")
    scan.type = bytes.toString("latin1", start, end)
  else if (length === 9 && bytes[keyStart] === 0x74 && bytes.toString("latin1", keyStart, keyEnd) === "timestamp") {
    scan.timestamp = bytes.toString("latin1", start, end)
  }
}

/** Index of the closing quote of the string whose first byte is at `start`; -1 where it is escaped or too long to tell cheaply. */
function stringEnd(bytes: Buffer, start: number, end: number): number {
  const limit = Math.min(end, start + MAX_SCALAR_BYTES)
  for (let at = start; at < limit; at++) {
    const byte = bytes[at]
    if (byte === QUOTE) return at
    if (byte === BACKSLASH) at++
  }
  return -1
}

/** Index of the byte after a number, true, false or null; -1 where it holds anything else. */
function scalarEnd(bytes: Buffer, start: number, end: number): number {
  const limit = Math.min(end, start + 40)
  for (let at = start; at < limit; at++) {
    const byte = bytes[at] ?? 0
    if (byte === COMMA || byte === CLOSE_BRACE) return at > start ? at : -1
    const isPlain = (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x2d || byte === 0x2b || byte === 0x2e
    if (!isPlain && byte !== 0x45) return -1
  }
  return -1
}
