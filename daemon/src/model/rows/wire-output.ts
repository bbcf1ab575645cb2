// Bytes in the binary format of Protocol Buffers, one field after the other, into memory that is used again and again.

/** More than a tag and any number take. */
const SCALAR_BYTES = 16
/** Bytes that a length below 128 takes. Longer ones are made room for once they are known. */
const LENGTH_BYTES = 1
/** A text that short is written by hand, which is quicker than having it encoded. */
const SHORT_TEXT = 64

const utf8 = new TextEncoder()

export class WireOutput {
  #bytes = new Uint8Array(65_536)
  #view = new DataView(this.#bytes.buffer)
  #at = 0
  /** Where 64 bits are split in two. */
  readonly #split = new DataView(new ArrayBuffer(8))

  /** Bytes written since it was cleared. */
  get length(): number {
    return this.#at
  }

  clear(): void {
    this.#at = 0
  }

  /** What was written since it was cleared, as bytes of its own. */
  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#at)
  }

  /** Writes again what is there in other bytes. */
  copy(from: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start)
    // By hand, which is quicker for some tens of bytes.
    for (let n = start; n < end; n++) this.#bytes[this.#at++] = from[n] ?? 0
  }

  /** A field of 32 bits: an enum, an int32 or a uint32. */
  int32(tag: number, value: number): void {
    this.#reserve(SCALAR_BYTES)
    this.#varint(tag)
    if (value < 0) this.#varint64(value >>> 0, 0xff_ff_ff_ff)
    else this.#varint(value)
  }

  /** A field of 64 bits, left out where it is 0 unless it is `explicit`. */
  int64(tag: number, value: bigint, explicit: boolean): void {
    this.#split.setBigInt64(0, value, true)
    const low = this.#split.getUint32(0, true)
    const high = this.#split.getUint32(4, true)
    if (low === 0 && high === 0 && !explicit) return
    this.#reserve(SCALAR_BYTES)
    this.#varint(tag)
    this.#varint64(low, high)
  }

  bool(tag: number, value: boolean): void {
    this.int32(tag, value ? 1 : 0)
  }

  double(tag: number, value: number): void {
    this.#reserve(SCALAR_BYTES)
    this.#varint(tag)
    this.#view.setFloat64(this.#at, value, true)
    this.#at += 8
  }

  text(tag: number, value: string): void {
    this.#reserve(SCALAR_BYTES + 3 * value.length)
    this.#varint(tag)
    const start = this.#at + LENGTH_BYTES
    if (value.length < SHORT_TEXT && this.#ascii(value, start)) {
      this.#at = start + value.length
      this.#bytes[start - LENGTH_BYTES] = value.length
      return
    }
    this.#at = start + utf8.encodeInto(value, this.#bytes.subarray(start)).written
    this.end(start)
  }

  /** The tag of a field. */
  tag(tag: number): void {
    this.#reserve(SCALAR_BYTES)
    this.#varint(tag)
  }

  /** Begins what has its length before it, and says where it starts. */
  begin(): number {
    this.#reserve(LENGTH_BYTES)
    return (this.#at += LENGTH_BYTES)
  }

  /** Ends what began there. */
  end(start: number): void {
    const length = this.#at - start
    if (length > 0x7f) {
      const more = length > 0xf_ff_ff_ff ? 4 : length > 0x1f_ff_ff ? 3 : length > 0x3f_ff ? 2 : 1
      this.#reserve(more)
      this.#bytes.copyWithin(start + more, start, this.#at)
    }
    this.#at = start - LENGTH_BYTES
    this.#varint(length)
    this.#at += length
  }

  /** False where it is not all ASCII; then what was written is worth nothing. */
  #ascii(value: string, start: number): boolean {
    const bytes = this.#bytes
    for (let n = 0; n < value.length; n++) {
      const code = value.charCodeAt(n)
      if (code > 0x7f) return false
      bytes[start + n] = code
    }
    return true
  }

  #varint64(low: number, high: number): void {
    while (high > 0) {
      this.#bytes[this.#at++] = (low & 0x7f) | 0x80
      low = ((low >>> 7) | (high << 25)) >>> 0
      high >>>= 7
    }
    this.#varint(low)
  }

  #varint(value: number): void {
    while (value > 0x7f) {
      this.#bytes[this.#at++] = (value & 0x7f) | 0x80
      value >>>= 7
    }
    this.#bytes[this.#at++] = value
  }

  #reserve(size: number): void {
    if (this.#at + size <= this.#bytes.length) return
    const bytes = new Uint8Array(2 * (this.#at + size))
    bytes.set(this.#bytes.subarray(0, this.#at))
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer)
  }
}
