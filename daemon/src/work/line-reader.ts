// Whole lines into facts: glance at the first members, parse only where they leave a doubt, count what cannot be used. A normaliser that
// throws costs its line.

import type { TranscriptFact } from "../domain/facts.ts"
import type { JsonObject } from "../observe/transcripts/json-fields.ts"
import { type LinePrefix, scanPrefix } from "../observe/transcripts/line-prefix.ts"
import type { Emit, Normaliser, TranscriptFile } from "../observe/transcripts/port.ts"
import { SparseReader } from "../observe/transcripts/sparse-reader.ts"
import { readMemory } from "./line-window.ts"
import { parseLine, trimLine } from "./parse-line.ts"

const sparse = new SparseReader(readMemory)

export class LineReader {
  readonly facts: TranscriptFact[] = []
  lines = 0
  badLines = 0
  unknownLines = 0
  /** What the normaliser threw last; undefined where it did not. */
  problem: string | undefined
  readonly #normaliser: Normaliser
  readonly #file: TranscriptFile
  readonly #state: unknown
  readonly #emit: Emit = (fact) => this.facts.push(fact)

  constructor(normaliser: Normaliser, file: TranscriptFile, state: unknown) {
    this.#normaliser = normaliser
    this.#file = file
    this.#state = state
    sparse.forget()
  }

  /** Reads the lines in `bytes` from `start` to `end`, each with its newline. */
  readLines(bytes: Buffer, start: number, end: number): void {
    sparse.forget()
    for (let at = start; at < end;) {
      const newline = bytes.indexOf(0x0a, at)
      const stop = newline < 0 || newline >= end ? end : newline
      this.readLine(bytes, at, stop)
      at = stop + 1
    }
  }

  /** The file ends behind the last line read. */
  atEnd(): void {
    this.#normaliser.atEnd(this.#state, this.#emit)
  }

  /** Reads one line without its newline. */
  readLine(bytes: Buffer, from: number, to: number): void {
    const { start, end } = trimLine(bytes, from, to)
    if (start >= end) return
    this.lines++
    try {
      const prefix = scanPrefix(bytes, start, end)
      const has = (needle: string): boolean => bytes.subarray(start, end).includes(needle)
      if (prefix !== undefined && bytes[end - 1] === 0x7d && this.#normaliser.glance(this.#state, this.#file, prefix, has, this.#emit))
        return
      const value = this.#read(prefix, bytes, start, end)
      const verdict = value === undefined ? "bad" : this.#normaliser.line(this.#state, this.#file, value, this.#emit)
      if (verdict === "bad") this.badLines++
      else if (verdict === "unknown") this.unknownLines++
    } catch (error) {
      this.badLines++
      this.problem = error instanceof Error ? error.message : String(error)
    }
  }

  /** By the normaliser's shape where there is one and the line is written as agents write, else by a parser. */
  #read(prefix: LinePrefix | undefined, bytes: Buffer, start: number, end: number): JsonObject | undefined {
    const wanted = prefix === undefined ? undefined : this.#normaliser.shapeOf(prefix, this.#state)
    const value = wanted === undefined ? undefined : sparse.read(bytes, start, end, wanted.shape)
    return value !== undefined && wanted?.types.has(value["type"]) === true ? value : parseLine(bytes, start, end)
  }
}
