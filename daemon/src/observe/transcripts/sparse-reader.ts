// Reads of a JSON line what a shape wants, from the line's bytes: strings that nobody asks for are passed over without being decoded, objects
// without being built. It knows JSON as the agents write it; of anything else it says so, and the line is left to a real parser.

import type { JsonObject } from "./json-fields.ts"
import type { ScanMemory } from "./scan-memory.ts"
import { countMembers, type Member, type MemberTable, present, type Shape } from "./shape.ts"
import { stringEnd } from "./string-end.ts"

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const COMMA = 0x2c
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d

const MAX_KEY_BYTES = 256
/** Bytes of a string that are looked at one by one before it is searched. */
const NEAR_BYTES = 24
/** Longer values are not looked for again. */
const MAX_REPEATED_BYTES = 1024
/** Strings no longer than this are looked at byte by byte. */
const SHORT_BYTES = 64

export class SparseReader {
  readonly #memory: ScanMemory
  /** Whether the bytes lie in the memory. */
  #isMapped = false
  #bytes: Buffer = Buffer.alloc(0)
  #end = 0
  /** Where reading goes on; -1 once something was met that a real parser must judge. */
  #at = 0
  // What was read last of each member, and where it stands: neighbouring lines say the same of most things.
  #lastStarts = new Uint32Array(0)
  #lastLengths = new Uint32Array(0)
  #lastValues: unknown[] = []

  /** Lines are read quicker where their bytes lie in `memory`. */
  constructor(memory: ScanMemory) {
    this.#memory = memory
  }

  /** The object in `bytes` from `start` to `end`, as far as `shape` wants it; undefined where a real parser must judge. */
  read(bytes: Buffer, start: number, end: number, shape: Shape): JsonObject | undefined {
    if (bytes[start] !== OPEN_BRACE || bytes[end - 1] !== CLOSE_BRACE) return undefined
    this.#bytes = bytes
    this.#isMapped = bytes === this.#memory.buffer
    this.#end = end
    this.#at = start
    const value = this.#object(shape.members)
    return this.#at === end ? value : undefined
  }

  /** Call when the bytes in the memory have moved or changed. */
  forget(): void {
    if (this.#lastLengths.length < countMembers()) {
      this.#lastStarts = new Uint32Array(countMembers())
      this.#lastLengths = new Uint32Array(countMembers())
    }
    this.#lastLengths.fill(0)
  }

  /** The value of a member; the very same object or text as the last time where the same bytes say it again. */
  #member({ id }: Member, shape: Shape): unknown {
    const start = this.#at
    const length = this.#lastLengths[id] ?? 0
    if (length > 0 && this.#isMapped && this.#isRepeated(this.#lastStarts[id] ?? 0, start, length)) {
      this.#at = start + length
      return this.#lastValues[id]
    }
    const value = this.#value(shape)
    const first = this.#bytes[start]
    // A number's bytes may be the beginning of another's.
    const isClosed = first === QUOTE || (shape.isWhole && (first === OPEN_BRACE || first === OPEN_BRACKET))
    if (isClosed && this.#at - start <= MAX_REPEATED_BYTES && this.#isMapped && this.#at > 0) {
      this.#lastStarts[id] = start
      this.#lastLengths[id] = this.#at - start
      this.#lastValues[id] = value
    }
    return value
  }

  /** Most that differ do so in the byte before the last, which is looked at before the call. */
  #isRepeated(last: number, start: number, length: number): boolean {
    const bytes = this.#bytes
    return bytes[last + length - 2] === bytes[start + length - 2] && this.#memory.sameBytes(last, start, length) === 1
  }

  /** Reads the members that waited for those beside them. */
  #readWaiting(object: Record<string, unknown>, waiting: readonly { readonly member: Member; readonly at: number }[]): void {
    const end = this.#at
    for (const { member, at } of waiting) {
      this.#at = at
      object[member.name] = this.#value(member.shape.choose?.(object, true) ?? present)
      if (this.#at < 0) return
    }
    this.#at = end
  }

  #value(shape: Shape): unknown {
    if (shape.isWhole) return this.#whole()
    const first = this.#bytes[this.#at]
    if (first === QUOTE) return this.#text(shape)
    if (first === OPEN_BRACE) return this.#object(shape.members)
    if (first === OPEN_BRACKET) return this.#list(shape.items)
    return this.#scalar()
  }

  #object(members: MemberTable): JsonObject | undefined {
    const bytes = this.#bytes
    const object: Record<string, unknown> = {}
    let waiting: { member: Member; at: number }[] | undefined
    this.#at++
    if (bytes[this.#at] === CLOSE_BRACE) {
      this.#at++
      return object
    }
    for (;;) {
      if (bytes[this.#at] !== QUOTE) return this.#fail()
      const keyStart = this.#at + 1
      const keyEnd = this.#keyEnd(keyStart)
      if (keyEnd < 0 || bytes[keyEnd + 1] !== COLON) return this.#fail()
      const member = members.find(bytes, keyStart, keyEnd)
      this.#at = keyEnd + 2
      const shape = member?.shape.choose === undefined ? member?.shape : member.shape.choose(object, false)
      if (member !== undefined && shape !== undefined) object[member.name] = this.#member(member, shape)
      else {
        if (member !== undefined) (waiting ??= []).push({ member, at: this.#at })
        this.#skip()
      }
      if (this.#at < 0) return undefined
      const next = bytes[this.#at++]
      if (next === CLOSE_BRACE) break
      if (next !== COMMA) return this.#fail()
    }
    if (waiting !== undefined) this.#readWaiting(object, waiting)
    return object
  }

  #list(items: Shape | undefined): unknown[] | undefined {
    if (items === undefined) {
      this.#skipNested()
      return []
    }
    const list: unknown[] = []
    this.#at++
    if (this.#bytes[this.#at] === CLOSE_BRACKET) {
      this.#at++
      return list
    }
    for (;;) {
      list.push(this.#value(items))
      if (this.#at < 0) return undefined
      const next = this.#bytes[this.#at++]
      if (next === CLOSE_BRACKET) return list
      if (next !== COMMA) return this.#fail()
    }
  }

  #whole(): unknown {
    const start = this.#at
    this.#skip()
    return this.#at < 0 ? undefined : this.#parsed(this.#bytes.toString("utf8", start, this.#at))
  }

  #scalar(): unknown {
    const bytes = this.#bytes
    const start = this.#at
    // Up to 15 digits, which is what counts and times have.
    let number = 0
    let at = start
    for (; at < start + 15; at++) {
      const digit = (bytes[at] ?? 0) - 0x30
      if (digit < 0 || digit > 9) break
      number = number * 10 + digit
    }
    const next = bytes[at]
    const isPlain =
      at > start && (next === COMMA || next === CLOSE_BRACE || next === CLOSE_BRACKET) && (bytes[start] !== 0x30 || at === start + 1)
    if (isPlain) {
      this.#at = at
      return number
    }
    this.#skipScalar()
    return this.#at < 0 ? undefined : this.#parsed(bytes.toString("latin1", start, this.#at))
  }

  #text({ units, tailUnits }: Shape): string | undefined {
    const bytes = this.#bytes
    const start = this.#at + 1
    const shortEnd = Math.min(this.#end, start + SHORT_BYTES)
    let at = start
    for (; at < shortEnd; at++) {
      const byte = bytes[at] ?? 0
      if (byte === QUOTE) {
        this.#at = at + 1
        return bytes.toString("latin1", start, at)
      }
      if (byte === BACKSLASH || byte < 0x20 || byte > 0x7e) break
    }
    const end = this.#stringEnd(at)
    if (end < 0) return this.#fail()
    this.#at = end + 1
    if (end - start <= units + tailUnits) return this.#decoded(start, end)
    const cut = this.#cut(start, end, units)
    const head = this.#decoded(start, cut)
    if (tailUnits === 0 || head === undefined || cut === end) return head
    const tail = this.#tailStart(cut, end, tailUnits)
    const rest = this.#decoded(tail, end)
    return rest === undefined ? undefined : head + rest
  }

  /** Index behind the first `units` units of the string, and one more if there is one. */
  #cut(start: number, end: number, units: number): number {
    const bytes = this.#bytes
    let at = start
    for (let seen = 0; at < end;) {
      const byte = bytes[at] ?? 0
      // The bytes that go on with a character count for nothing: characters are never cut.
      if ((byte & 0xc0) !== 0x80 && seen++ > units) break
      at += byte !== BACKSLASH ? 1 : bytes[at + 1] === 0x75 ? 6 : 2
    }
    return Math.min(at, end)
  }

  /** Index from which on the string holds `units` units and neither an escape nor a character is cut. */
  #tailStart(cut: number, end: number, units: number): number {
    const bytes = this.#bytes
    // An escape takes six bytes at most for a unit.
    for (let at = end - units * 6; at > cut + 6; at--) {
      if (((bytes[at] ?? 0) & 0xc0) !== 0x80 && bytes.subarray(at - 6, at).indexOf(BACKSLASH) < 0) return at
    }
    return cut
  }

  #decoded(start: number, end: number): string | undefined {
    const bytes = this.#bytes
    for (let at = start; at < end; at++) {
      const byte = bytes[at] ?? 0
      if (byte === BACKSLASH || byte < 0x20) return this.#parsed(`"${bytes.toString("utf8", start, end)}"`) as string | undefined
    }
    return bytes.toString("utf8", start, end)
  }

  #parsed(json: string): unknown {
    try {
      return JSON.parse(json)
    } catch {
      return this.#fail()
    }
  }

  #skip(): void {
    const first = this.#bytes[this.#at]
    if (first === QUOTE) {
      const end = this.#stringEnd(this.#at + 1)
      this.#at = end < 0 ? -1 : end + 1
    } else if (first === OPEN_BRACE || first === OPEN_BRACKET) this.#skipNested()
    else this.#skipScalar()
  }

  #skipNested(): void {
    if (this.#isMapped) {
      this.#at = this.#memory.nestedEnd(this.#at, this.#end)
      return
    }
    const bytes = this.#bytes
    const end = this.#end
    let depth = 0
    for (let at = this.#at; at < end; at++) {
      const byte = bytes[at]
      if (byte === QUOTE) {
        at = this.#stringEnd(at + 1)
        if (at < 0) break
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++
      else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --depth === 0) {
        this.#at = at + 1
        return
      }
    }
    this.#at = -1
  }

  #skipScalar(): void {
    const bytes = this.#bytes
    const start = this.#at
    for (let at = start; at < this.#end; at++) {
      const byte = bytes[at] ?? 0
      if (byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        this.#at = at > start ? at : -1
        return
      }
      // What stands in numbers, true, false and null.
      const isPlain = (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x2d || byte === 0x2b || byte === 0x2e
      if (!isPlain && byte !== 0x45) break
    }
    this.#at = -1
  }

  #stringEnd(start: number): number {
    if (!this.#isMapped) return stringEnd(this.#bytes, start, this.#end)
    // Ids and names are done before a call would be.
    const near = Math.min(this.#end, start + NEAR_BYTES)
    let at = start
    while (at < near) {
      const byte = this.#bytes[at]
      if (byte === QUOTE) return at
      at += byte === BACKSLASH ? 2 : 1
    }
    return this.#memory.stringEnd(at, this.#end)
  }

  #keyEnd(start: number): number {
    const bytes = this.#bytes
    const limit = Math.min(this.#end, start + MAX_KEY_BYTES)
    for (let at = start; at < limit; at++) {
      const byte = bytes[at] ?? 0
      if (byte === QUOTE) return at
      if (byte === BACKSLASH || byte < 0x20) return -1
    }
    return -1
  }

  #fail(): undefined {
    this.#at = -1
    return undefined
  }
}
