// Numbers packed into as few bytes as they need: seven bits in each, the highest saying whether more follow.

/** Bytes of the largest number. */
const LONGEST = 8
/** Four groups of seven bits. */
const SPLIT = 0x1000_0000

/** Room that grows. */
export class PackedWriter {
  #bytes = new Uint8Array(1024)
  #end = 0

  byte(value: number): void {
    if (this.#end === this.#bytes.length) this.#grow()
    this.#bytes[this.#end++] = value
  }

  /** A whole number from 0 to 2^53 - 1; anything else becomes 0. */
  number(value: number): void {
    if (this.#end + LONGEST > this.#bytes.length) this.#grow()
    const bytes = this.#bytes
    let at = this.#end
    let rest = value > 0 && value <= Number.MAX_SAFE_INTEGER ? value : 0
    // Bits of numbers are 32; the upper ones of a larger number follow as a number of their own.
    if (rest >= SPLIT) {
      let low = rest % SPLIT
      rest = Math.floor(rest / SPLIT)
      for (let group = 0; group < 4; group++) {
        bytes[at++] = (low & 0x7f) | 0x80
        low >>>= 7
      }
    }
    while (rest >= 0x80) {
      bytes[at++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    bytes[at++] = rest
    this.#end = at
  }

  /** A whole number of either sign. */
  signed(value: number): void {
    this.number(value < 0 ? -value * 2 - 1 : value * 2)
  }

  /** A copy of what was written; the room is empty again. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#end)
    this.#end = 0
    return taken
  }

  #grow(): void {
    const grown = new Uint8Array(this.#bytes.length * 2)
    grown.set(this.#bytes)
    this.#bytes = grown
  }
}

export class PackedReader {
  readonly #bytes: Uint8Array
  at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get isDone(): boolean {
    return this.at >= this.#bytes.length
  }

  /** Throws RangeError behind the end. */
  byte(): number {
    const value = this.#bytes[this.at++]
    if (value === undefined) throw new RangeError("the bytes end in mid-number")
    return value
  }

  number(): number {
    let value = 0
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.byte()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
  }

  /** Passes over so many numbers. */
  skip(numbers: number): void {
    for (let left = numbers; left > 0;) if (this.byte() < 0x80) left--
  }

  signed(): number {
    const value = this.number()
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2
  }

  /** The bytes from `start` to where it stands. */
  since(start: number): Uint8Array {
    return this.#bytes.subarray(start, this.at)
  }
}
