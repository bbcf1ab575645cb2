// Lines of JSON with only the members that a shape names. The bytes of a file are read into the memory of a WebAssembly module, which walks them
// many at a time and writes down what is wanted as JSON again, small enough for the engine's parser. The module's source is daemon/wasm.

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
  forget(): void
  nextAt(): number
  outEnd(): number
  dropped(): number
  said(): number
}

const PAGE_BYTES = 1 << 16
/** Bytes that may be looked at or written behind an end. */
const SLACK_BYTES = 64

// The memory: where lines are, what comes out, shapes, and then the bytes that go in.
const SPANS_AT = 64
const MAX_LINES = 1024
const OUT_AT = SPANS_AT + MAX_LINES * 8
const OUT_BYTES = 32 << 10
const SHAPES_AT = OUT_AT + OUT_BYTES + SLACK_BYTES
const SHAPES_BYTES = 64 << 10
const INPUT_AT = SHAPES_AT + SHAPES_BYTES

const SHAPE_BYTES = 40
/** Before and behind a repeated value. */
const KEPT_BYTES = 12 + 16
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
    this.#module.forget()
  }

  /** Prunes lines of the buffer from `start` on, as many as fit; the byte before `end` is a newline. Empty lines count for nothing. */
  prune(start: number, end: number, shape: Shape): PrunedLines {
    const module = this.#module
    const to = INPUT_AT + end
    const count = module.lines(INPUT_AT + start, to, this.#placeOf(shape), OUT_AT, OUT_AT + OUT_BYTES - SLACK_BYTES, SPANS_AT, MAX_LINES)
    const parsed = this.#parsed()
    const values = parsed !== undefined && this.#sayAgain(parsed, shape) ? parsed : undefined
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
  #sayAgain(lines: readonly unknown[], shape: Shape): boolean {
    const repeats = repeatsOf(shape)
    let said = 0
    for (const line of lines) said += sayAgain(line, repeats)
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
      shape.keep === "repeated" ? this.#place(KEPT_BYTES + shape.units) : 0,
      shape.keep === "repeated" ? shape.units : 0,
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

/** The members of an object that lines repeat, with the last value of each, and the objects among its members that have some. */
interface Repeats {
  readonly names: readonly string[]
  readonly lasts: unknown[]
  readonly inside: readonly (readonly [name: string, repeats: Repeats])[]
}

const known = new WeakMap<Shape, Repeats>()

function repeatsOf(shape: Shape): Repeats {
  let repeats = known.get(shape)
  if (repeats === undefined) known.set(shape, (repeats = findRepeats(shape)))
  return repeats
}

function findRepeats({ members }: Shape): Repeats {
  const names = Object.keys(members).filter((name) => members[name]?.keep === "repeated")
  const inside = Object.entries(members).map(([name, member]) => [name, findRepeats(member)] as const)
  return { names, lasts: [], inside: inside.filter(([, repeats]) => repeats.names.length + repeats.inside.length > 0) }
}

/** Answers how many were said in full. */
function sayAgain(value: unknown, { names, lasts, inside }: Repeats): number {
  const object: Record<string, unknown> | undefined = asObject(value)
  if (object === undefined) return 0
  let said = 0
  for (let index = 0; index < names.length; index++) {
    const name = names[index] ?? ""
    const member = object[name]
    if (member === 0) object[name] = lasts[index]
    else if (member !== undefined && member !== null) {
      lasts[index] = member
      said++
    }
  }
  for (const [name, repeats] of inside) said += sayAgain(object[name], repeats)
  return said
}

/** As in the module. */
function slotOf(name: string): number {
  const { length } = name
  return (length * 41 + name.charCodeAt(0) * 7 + name.charCodeAt(length - 1) * 3) & (SLOTS - 1)
}
