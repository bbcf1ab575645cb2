// The bytes of one file in a buffer that moves along it: whole lines come out, a line that does not fit makes it grow, and the kilobyte before
// the read position stays in reach for the fingerprint. One buffer serves all files of a thread.

import { hash } from "node:crypto"
import { readSync } from "node:fs"
import { LinePruner } from "../observe/transcripts/line-pruner.ts"

export const FINGERPRINT_BYTES = 1024

/** Bytes of lines that the memory holds; longer lines get a memory of their own, given back after their file. */
const MEMORY_BYTES = 1 << 20

/** Where bytes are read to. */
const ownMemory = new LinePruner(FINGERPRINT_BYTES + MEMORY_BYTES)

/** The memory that all files share, or one of its own for more bytes than that holds. */
export function memoryFor(bytes: number): LinePruner {
  return bytes <= ownMemory.buffer.length ? ownMemory : new LinePruner(bytes)
}

export class LineWindow {
  readonly #fd: number
  #memory: LinePruner
  #buffer: Buffer
  /** File position of the buffer's first byte. */
  #base: number
  #filled = 0
  /** Index of the first byte not yet taken. */
  #at: number

  /** Opens a window at `offset` of `fd`, with the `behind` bytes before it in reach. */
  constructor(fd: number, offset: number, behind: number) {
    this.#fd = fd
    this.#memory = ownMemory
    this.#buffer = ownMemory.buffer
    this.#base = offset - behind
    this.#at = behind
  }

  /** Where the bytes are. */
  get memory(): LinePruner {
    return this.#memory
  }

  /** The bytes not yet taken. */
  get rest(): Buffer {
    return this.#buffer.subarray(this.#at, this.#filled)
  }

  /** Where the bytes not yet taken start and end in the buffer. */
  get start(): number {
    return this.#at
  }

  get end(): number {
    return this.#filled
  }

  /** File position of the first byte not yet taken. */
  get offset(): number {
    return this.#base + this.#at
  }

  /** Reads on until `bytes` not yet taken are in the buffer or the file ends; answers whether it ended. */
  fill(bytes: number): boolean {
    this.#makeRoom(bytes)
    const wanted = this.#at + bytes
    while (this.#filled < wanted) {
      const got = readSync(this.#fd, this.#buffer, this.#filled, wanted - this.#filled, this.#base + this.#filled)
      if (got === 0) return true
      this.#filled += got
    }
    return false
  }

  /** Index behind the last newline not yet taken; -1 where there is none. */
  lastLineEnd(): number {
    if (this.#filled <= this.#at) return -1
    const newline = this.#buffer.lastIndexOf(0x0a, this.#filled - 1)
    return newline < this.#at ? -1 : newline + 1
  }

  /** Index behind the first newline not yet taken; -1 where there is none. */
  firstLineEnd(): number {
    const newline = this.#buffer.indexOf(0x0a, this.#at)
    return newline < 0 || newline >= this.#filled ? -1 : newline + 1
  }

  /** Takes the bytes before `index`. */
  take(index: number): void {
    this.#at = index
  }

  /** Bytes in reach before the read position. */
  get behind(): number {
    return Math.min(FINGERPRINT_BYTES, this.#at)
  }

  /** Hash of the `bytes` bytes before the read position. */
  fingerprint(bytes: number): string {
    return bytes === 0 ? "" : hash("sha1", this.#buffer.subarray(this.#at - bytes, this.#at), "base64")
  }

  #makeRoom(bytes: number): void {
    const keepFrom = this.#at - this.behind
    if (keepFrom > 0) {
      this.#buffer.copyWithin(0, keepFrom, this.#filled)
      this.#base += keepFrom
      this.#filled = Math.max(0, this.#filled - keepFrom)
      this.#at -= keepFrom
    }
    if (this.#at + bytes <= this.#buffer.length) return
    const grown = new LinePruner(this.#at + bytes)
    this.#buffer.copy(grown.buffer, 0, 0, this.#filled)
    this.#memory = grown
    this.#buffer = grown.buffer
  }
}
