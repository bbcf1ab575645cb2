// Whole lines into facts: what a normaliser reads of them is picked out of their bytes and parsed, many lines at a time; what cannot be used is
// counted. A normaliser that throws costs its line.

import type { TranscriptFact } from "../domain/facts.ts"
import { asObject, type JsonObject } from "../observe/transcripts/json-fields.ts"
import type { LinePruner } from "../observe/transcripts/line-pruner.ts"
import type { Emit, Normaliser, TranscriptFile } from "../observe/transcripts/port.ts"
import { memoryFor } from "./line-window.ts"
import { parseLine, trimLine } from "./parse-line.ts"

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
  }

  /** Reads lines that lie elsewhere; the last one may lack its newline. */
  readCopy(bytes: Buffer): void {
    const memory = memoryFor(bytes.length + 1)
    bytes.copy(memory.buffer)
    memory.buffer[bytes.length] = NEWLINE
    this.readLines(memory, 0, bytes.length + 1)
  }

  /** Reads the lines in a memory from `start` to `end`, each with its newline. */
  readLines(memory: LinePruner, start: number, end: number): void {
    memory.forget()
    for (let at = start; at < end;) {
      const { count, values, dropped, nextAt } = memory.prune(at, end, this.#normaliser.shape)
      this.lines += dropped
      for (let index = 0; index < count; index++) {
        const value = asObject(values?.[index])
        if (value === undefined) this.#parseLine(memory, index)
        else this.#line(value)
      }
      at = nextAt
    }
  }

  /** The file ends behind the last line read. */
  atEnd(): void {
    this.#normaliser.atEnd(this.#state, this.#emit)
  }

  #parseLine(memory: LinePruner, index: number): void {
    const { start, end } = trimLine(memory.buffer, memory.startOf(index), memory.endOf(index))
    if (start < end) this.#line(parseLine(memory.buffer, start, end))
  }

  #line(value: JsonObject | undefined): void {
    this.lines++
    try {
      const verdict = value === undefined ? "bad" : this.#normaliser.line(this.#state, this.#file, value, this.#emit)
      if (verdict === "bad") this.badLines++
      else if (verdict === "unknown") this.unknownLines++
    } catch (error) {
      this.badLines++
      this.problem = error instanceof Error ? error.message : String(error)
    }
  }
}

const NEWLINE = 0x0a
