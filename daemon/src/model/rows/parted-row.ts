// A row as bytes, put together of parts. Most of a row tells of the same as the row before: what does is copied from it.

import { WireOutput } from "./wire-output.ts"

/** A stretch of a row: of which one, what it tells of, and where it is. */
export interface Part {
  row: number
  of: unknown
  start: number
  end: number
}

const output = new WireOutput()
/** A number that no row has. */
const NONE = -1
/** Where the first part starts: behind the length, as long as that is short. */
const START = 1

export function newPart(): Part {
  return { row: NONE, of: undefined, start: 0, end: 0 }
}

export class PartedRow {
  /** The last row that was finished, its length before it, and its number. */
  #bytes: Uint8Array = new Uint8Array()
  #row = 0
  /** Bytes that its length takes beyond one. */
  #shift = 0
  /** The one that is put together. */
  #next = 0

  begin(): void {
    output.clear()
    output.begin()
    this.#next++
  }

  /** A part, written anew where it is of something else than in the row before. */
  part<Of>(part: Part, of: Of, write: (output: WireOutput, of: Of) => void): void {
    const start = output.length
    if (part.row === this.#row && part.of === of) output.copy(this.#bytes, part.start + this.#shift, part.end + this.#shift)
    else write(output, of)
    part.row = this.#next
    part.of = of
    part.start = start
    part.end = output.length
  }

  /** What is hardly ever as it was in the row before. */
  rest<Of>(of: Of, write: (output: WireOutput, of: Of) => void): void {
    write(output, of)
  }

  /** The row, its length before it. Nobody changes these bytes. */
  end(): Uint8Array {
    const { length } = output
    output.end(START)
    this.#bytes = output.bytes()
    this.#shift = this.#bytes.length - length
    this.#row = this.#next
    return this.#bytes
  }
}
