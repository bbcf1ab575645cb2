// The first members of a line, read from its bytes without parsing it. Most bytes of a transcript sit in lines that cannot matter to us
// (snapshots, attachments, messages of text), and the members before the first nested one say which.

/** Leading scalar members of a JSON object in the order they stand, up to its first nested value. */
export interface LinePrefix {
  readonly type: string | undefined
  /** As it stands in the bytes, escapes and all. */
  readonly id: string | undefined
  /** Decoded when asked for. */
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

const TYPE = Buffer.from("type")
const ID = Buffer.from("id")
const TIMESTAMP = Buffer.from("timestamp")

const MAX_SCALAR_BYTES = 1024
const MAX_MEMBERS = 40

class Scan implements LinePrefix {
  readonly #bytes: Buffer
  type: string | undefined
  /** Where the id's bytes are; 0 where there is none. */
  idStart = 0
  idEnd = 0
  nestedType: string | undefined
  /** Where the timestamp's bytes are; 0 where there is none. */
  timestampStart = 0
  timestampEnd = 0
  nested: string | undefined
  /** Index of the first byte inside the nested object; 0 where there is none. */
  nestedAt = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get id(): string | undefined {
    return this.idEnd === 0 ? undefined : this.#bytes.toString("latin1", this.idStart, this.idEnd)
  }

  get timestamp(): string | undefined {
    return this.timestampEnd === 0 ? undefined : this.#bytes.toString("latin1", this.timestampStart, this.timestampEnd)
  }
}

/**
 * Scans the line in `bytes` from `start` to `end`. Undefined where the line is not written the compact way agents write
 * (white space between members, escapes in keys, overlong scalars): such a line must be parsed.
 */
export function scanPrefix(bytes: Buffer, start: number, end: number): LinePrefix | undefined {
  if (bytes[start] !== OPEN_BRACE) return undefined
  const outer = scanMembers(bytes, start + 1, end)
  if (outer === undefined) return undefined
  if (outer.nestedAt > 0) outer.nestedType = scanMembers(bytes, outer.nestedAt, end, true)?.type
  return outer
}

/** With `untilTypeOnly`, members behind the type may be written in any way: an output's text is often longer than a scalar may be. */
function scanMembers(bytes: Buffer, start: number, end: number, untilTypeOnly = false): Scan | undefined {
  const scan = new Scan(bytes)
  let at = start
  for (let members = 0; members < MAX_MEMBERS; members++) {
    if (untilTypeOnly && scan.type !== undefined) return scan
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
  if (bytes[keyStart] === ID[0] && isKey(ID, bytes, keyStart, length)) {
    scan.idStart = start
    scan.idEnd = end
  }
  if (bytes[keyStart] !== TYPE[0]) return
  if (isKey(TYPE, bytes, keyStart, length)) scan.type = bytes.toString("latin1", start, end)
  else if (isKey(TIMESTAMP, bytes, keyStart, length)) {
    scan.timestampStart = start
    scan.timestampEnd = end
  }
}

function isKey(key: Buffer, bytes: Buffer, start: number, length: number): boolean {
  if (key.length !== length) return false
  for (let index = 0; index < length; index++) if (key[index] !== bytes[start + index]) return false
  return true
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
