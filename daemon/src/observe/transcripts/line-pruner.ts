// Lines of JSON with only the members that a shape names. The bytes of a file are read into the memory of a WebAssembly module, which walks them
// many at a time and writes down what is wanted as JSON again, small enough for the engine's parser. The module's source is daemon/wasm/prune.ts.

import { readFileSync } from "node:fs"
import { asObject } from "./json-fields.ts"
import type { Shape } from "./shape.ts"

/** The part of the engine's WebAssembly that is used here; Node's types leave it to those of the browser. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: object) => { readonly exports: object }
  Memory: new (pages: { readonly initial: number; readonly maximum: number }) => { readonly buffer: ArrayBuffer }
}

interface PruneExports {
  lines(start: number, end: number, shape: number, to: number, limit: number, spans: number, maxLines: number): number
  forget(keepAt: number): void
  nextAt(): number
  outEnd(): number
  dropped(): number
  said(): number
}

const PAGE_BYTES = 1 << 16
/** Bytes that may be looked at or written behind an end. */
const SLACK_BYTES = 64

// The memory: what is remembered of the line before, where lines are, what comes out, shapes, and then the bytes that go in.
const REPEATED_AT = 64
const SPANS_AT = 4096
const MAX_LINES = 1024
const OUT_AT = SPANS_AT + MAX_LINES * 8
const OUT_BYTES = 32 << 10
const SHAPES_AT = OUT_AT + OUT_BYTES + SLACK_BYTES
const SHAPES_BYTES = 64 << 10
const INPUT_AT = SHAPES_AT + SHAPES_BYTES

const SHAPE_BYTES = 32
const SLOTS = 64
const KIND: Readonly<Record<Shape["keep"], number>> = { parts: 0, whole: 1, repeated: 2 }

let compiled: object | undefined

/** Lines as they were pruned; good until the next are. */
export interface PrunedLines {
  readonly count: number
  /** The lines' values, 0 for one that a parser must judge; undefined where it must judge all of them. */
  readonly values: readonly unknown[] | undefined
  /** Lines that were left out. */
  readonly dropped: number
  /** Where the next lines start. */
  readonly nextAt: number
}

export class LinePruner {
  /** To read into; never moved, never grown. */
  readonly buffer: Buffer
  readonly #bytes: Buffer
  readonly #spans: Uint32Array
  readonly #module: PruneExports
  readonly #shapes = new Map<Shape, number>()
  #shapesEnd = SHAPES_AT
  /** The last value of the member that lines repeat. */
  #last: unknown

  /** Room for lines of so many bytes. */
  constructor(bytes: number) {
    const pages = Math.ceil((INPUT_AT + bytes + SLACK_BYTES) / PAGE_BYTES)
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
    compiled ??= new WebAssembly.Module(readFileSync(new URL("./prune.wasm", import.meta.url)))
    this.#module = new WebAssembly.Instance(compiled, { env: { memory } }).exports as PruneExports
    this.#bytes = Buffer.from(memory.buffer)
    this.#spans = new Uint32Array(memory.buffer, SPANS_AT, MAX_LINES * 2)
    this.buffer = Buffer.from(memory.buffer, INPUT_AT, bytes)
    this.forget()
  }

  /** Call before lines that do not follow those before. */
  forget(): void {
    this.#module.forget(REPEATED_AT)
    this.#last = undefined
  }

  /** Prunes lines of the buffer from `start` on, as many as fit; the byte before `end` is a newline. Empty lines count for nothing. */
  prune(start: number, end: number, shape: Shape): PrunedLines {
    const module = this.#module
    const to = INPUT_AT + end
    const count = module.lines(INPUT_AT + start, to, this.#placeOf(shape), OUT_AT, OUT_AT + OUT_BYTES - SLACK_BYTES, SPANS_AT, MAX_LINES)
    const parsed = this.#parsed()
    const values = parsed !== undefined && this.#sayAgain(parsed, repeatedPath(shape)) ? parsed : undefined
    if (values === undefined) this.forget()
    return { count, values, dropped: module.dropped(), nextAt: module.nextAt() - INPUT_AT }
  }

  /** Where a line of the last ones starts in the buffer. */
  startOf(line: number): number {
    return (this.#spans[line * 2] ?? 0) - INPUT_AT
  }

  /** Index of its newline. */
  endOf(line: number): number {
    return (this.#spans[line * 2 + 1] ?? 0) - INPUT_AT
  }

  #parsed(): unknown[] | undefined {
    try {
      return JSON.parse(this.#bytes.toString("latin1", OUT_AT, this.#module.outEnd())) as unknown[]
    } catch {
      return undefined
    }
  }

  /** Puts the value where a line has a 0 for that of the line before; false where a line says so oddly that it is not sure which. */
  #sayAgain(values: readonly unknown[], path: readonly string[]): boolean {
    const name = path.at(-1)
    if (name === undefined) return true
    let said = 0
    for (const line of values) {
      let parent = line
      for (let depth = 0; depth < path.length - 1; depth++) parent = asObject(parent)?.[path[depth] ?? ""]
      const object: Record<string, unknown> | undefined = asObject(parent)
      const value = object?.[name]
      if (value === 0 && object !== undefined) object[name] = this.#last
      else if (typeof value === "object" && value !== null) {
        this.#last = value
        said++
      }
    }
    return said === this.#module.said()
  }

  /** Where in the memory a shape is. */
  #placeOf(shape: Shape): number {
    const known = this.#shapes.get(shape)
    if (known !== undefined) return known
    const place = this.#place(SHAPE_BYTES)
    this.#shapes.set(shape, place)
    const words = [
      shape.units,
      shape.tailUnits,
      shape.items === undefined ? 0 : this.#placeOf(shape.items),
      KIND[shape.keep],
      this.#table(Object.entries(shape.members).map(([name, member]) => [name, this.#placeOf(member)])),
      this.#table(shape.drops.map((name) => [name, 0])),
      this.#table(shape.tells.map((value) => [JSON.stringify(value), 0])),
      shape.otherwise === undefined ? 0 : this.#placeOf(shape.otherwise),
    ]
    for (const [index, word] of words.entries()) this.#bytes.writeUInt32LE(word, place + index * 4)
    return place
  }

  /** 0 for an empty table. */
  #table(entries: readonly (readonly [name: string, shape: number])[]): number {
    if (entries.length === 0) return 0
    const table = this.#place(SLOTS * 4)
    for (const [name, shape] of entries) {
      const slot = table + slotOf(name) * 4
      const entry = this.#place(12 + name.length)
      this.#bytes.writeUInt32LE(this.#bytes.readUInt32LE(slot), entry)
      this.#bytes.writeUInt32LE(shape, entry + 4)
      this.#bytes.writeUInt32LE(name.length, entry + 8)
      this.#bytes.write(name, entry + 12, "latin1")
      this.#bytes.writeUInt32LE(entry, slot)
    }
    return table
  }

  #place(bytes: number): number {
    const place = this.#shapesEnd
    this.#shapesEnd += Math.ceil(bytes / 4) * 4
    if (this.#shapesEnd > INPUT_AT) throw new RangeError("the shapes are too large")
    return place
  }
}

const paths = new WeakMap<Shape, readonly string[]>()

/** The members that lead to the one that lines repeat; empty where there is none. */
function repeatedPath(shape: Shape): readonly string[] {
  let path = paths.get(shape)
  if (path === undefined) paths.set(shape, (path = findRepeated(shape) ?? []))
  return path
}

function findRepeated(shape: Shape): readonly string[] | undefined {
  if (shape.keep === "repeated") return []
  for (const [name, member] of Object.entries(shape.members)) {
    const rest = findRepeated(member)
    if (rest !== undefined) return [name, ...rest]
  }
  return undefined
}

/** As in the module. */
function slotOf(name: string): number {
  const { length } = name
  return (length * 41 + name.charCodeAt(0) * 7 + name.charCodeAt(length - 1) * 3) & (SLOTS - 1)
}
