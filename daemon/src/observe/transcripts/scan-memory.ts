// Where strings and nested values end, asked of sixteen bytes at a time. Nearly every byte of a transcript lies in a text that is passed over,
// and JavaScript looks at bytes one by one. So the buffer that files are read into is the memory of a small WebAssembly module, whose three
// functions are written out below; bytes that lie elsewhere are searched by JavaScript.

const PAGE_BYTES = 1 << 16

/** Bytes that a search may look at behind the end it is given. */
const OVERREAD_BYTES = 16

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
/** Sets the only bit by which brackets differ from braces. */
const BRACKET_TO_BRACE = 0x20

export interface ScanMemory {
  /** Memory to read into; never moved, never grown. */
  readonly buffer: Buffer
  /** Index of the quote that ends the string whose bytes begin at `start`; -1 where none stands before `end`. */
  stringEnd(start: number, end: number): number
  /** Index behind the object or array that begins at `start`; -1 where it does not end before `end`. Which bracket closes which is not asked. */
  nestedEnd(start: number, end: number): number
  /** 1 where the same `length` bytes stand at `a` and at `b`, else 0. `length` is at least 1. */
  sameBytes(a: number, b: number, length: number): number
}

/** The part of the engine's WebAssembly that is used here; Node's types leave it to those of the browser. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object) => { readonly exports: object }
}

interface ModuleExports {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly stringEnd: ScanMemory["stringEnd"]
  readonly nestedEnd: ScanMemory["nestedEnd"]
  readonly sameBytes: ScanMemory["sameBytes"]
}

/** Memory for at least so many bytes. */
export function createScanMemory(bytes: number): ScanMemory {
  const pages = Math.ceil((bytes + OVERREAD_BYTES) / PAGE_BYTES)
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes(pages)))
  const { memory, stringEnd, nestedEnd, sameBytes } = exports as ModuleExports
  return { buffer: Buffer.from(memory.buffer, 0, bytes), stringEnd, nestedEnd, sameBytes }
}

// The module, instruction by instruction. Its functions keep what they know in numbered locals, of which the first are their arguments.

const MAGIC_AND_VERSION = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
const I32 = 0x7f
const V128 = 0x7b
const NO_RESULT = 0x40

const get = (local: number): number[] => [0x20, local]
const set = (local: number): number[] => [0x21, local]
const keep = (local: number): number[] => [0x22, local]
const constant = (value: number): number[] => [0x41, ...signed(value)]
const add = [0x6a]
const subtract = [0x6b]
const and = [0x71]
const exclusiveOr = [0x73]
const equal = [0x46]
const isZero = [0x45]
const isPositive = [...constant(0), 0x4a]
const isNegative = [...constant(0), 0x48]
const isNotBelow = [0x4f]
const trailingZeros = [0x68]
const loadByte = [0x2d, 0, 0]
const branchIf = (depth: number): number[] => [0x0d, depth]
const branch = (depth: number): number[] => [0x0c, depth]
const call = (index: number): number[] => [0x10, index]
const done = [0x0f]
const block = (...body: number[][]): number[] => [0x02, NO_RESULT, ...body.flat(), 0x0b]
const loop = (...body: number[][]): number[] => [0x03, NO_RESULT, ...body.flat(), 0x0b]
const when = (...body: number[][]): number[] => [0x04, NO_RESULT, ...body.flat(), 0x0b]
const vector = (opcode: number, ...operands: number[]): number[] => [0xfd, ...unsigned(opcode), ...operands]
const load16 = vector(0x00, 0, 0)
const splat = vector(0x0f)
const equalBytes = vector(0x23)
const either = vector(0x50)
const bitmask = vector(0x64)
const bytesEqualTo = (byte: number): number[] => [...constant(byte), ...splat, ...equalBytes]

const AT = 0
const END = 1
const SCRATCH = 2
const DEPTH = 3
const CHUNK = 4

/** Moves AT to the next byte that `isMarked` finds in the sixteen bytes in CHUNK; leaves by `exit` where there is none before END. */
function nextMarked(exit: number, ...isMarked: number[][]): number[] {
  return loop(
    [...get(AT), ...get(END), ...isNotBelow, ...branchIf(exit + 1)],
    [...get(AT), ...load16, ...set(CHUNK)],
    isMarked.flat(),
    [...bitmask, ...keep(SCRATCH), ...isZero],
    when([...get(AT), ...constant(16), ...add, ...set(AT), ...branch(1)]),
    [...get(AT), ...get(SCRATCH), ...trailingZeros, ...add, ...keep(AT), ...get(END), ...isNotBelow, ...branchIf(exit + 1)],
  )
}

const advance = (bytes: number): number[] => [...get(AT), ...constant(bytes), ...add, ...set(AT)]

const STRING_END = [
  block(
    loop(
      nextMarked(1, get(CHUNK), bytesEqualTo(QUOTE), get(CHUNK), bytesEqualTo(BACKSLASH), either),
      [...get(AT), ...loadByte, ...constant(QUOTE), ...equal],
      when(get(AT), done),
      // A backslash and what it escapes.
      advance(2),
      branch(0),
    ),
  ),
  constant(-1),
].flat()

const NESTED_END = [
  block(
    loop(
      nextMarked(
        1,
        [...get(CHUNK), ...bytesEqualTo(QUOTE)],
        [...get(CHUNK), ...constant(BRACKET_TO_BRACE), ...splat, ...either, ...bytesEqualTo(OPEN_BRACE), ...either],
        [...get(CHUNK), ...constant(BRACKET_TO_BRACE), ...splat, ...either, ...bytesEqualTo(CLOSE_BRACE), ...either],
      ),
      [...get(AT), ...loadByte, ...keep(SCRATCH), ...constant(QUOTE), ...equal],
      when(
        [...get(AT), ...constant(1), ...add, ...get(END), ...call(0), ...keep(AT), ...isNegative, ...branchIf(2)],
        advance(1),
        branch(1),
      ),
      advance(1),
      // Bit 2 is set in what closes.
      [...get(SCRATCH), ...constant(0b100), ...and, ...isZero],
      when([...get(DEPTH), ...constant(1), ...add, ...set(DEPTH), ...branch(1)]),
      [...get(DEPTH), ...constant(1), ...subtract, ...keep(DEPTH), ...isZero],
      when(get(AT), done),
      branch(0),
    ),
  ),
  constant(-1),
].flat()

const A = 0
const B = 1
const LENGTH = 2
const DIFFERENT = 3

const SAME_BYTES = [
  loop(
    [...get(A), ...load16, ...get(B), ...load16, ...equalBytes, ...bitmask, ...constant(0xffff), ...exclusiveOr, ...keep(DIFFERENT)],
    // The first that differs may lie behind the bytes that count.
    when(get(DIFFERENT), trailingZeros, get(LENGTH), isNotBelow, done),
    [...get(A), ...constant(16), ...add, ...set(A)],
    [...get(B), ...constant(16), ...add, ...set(B)],
    [...get(LENGTH), ...constant(16), ...subtract, ...keep(LENGTH), ...isPositive, ...branchIf(0)],
  ),
  constant(1),
].flat()

function moduleBytes(pages: number): Uint8Array<ArrayBuffer> {
  const chunkLocals = [2, 2, I32, 1, V128]
  const code = [
    [...chunkLocals, ...STRING_END],
    [...chunkLocals, ...NESTED_END],
    [1, 1, I32, ...SAME_BYTES],
  ].map((body) => sized([...body, 0x0b]))
  return Uint8Array.from([
    ...MAGIC_AND_VERSION,
    ...section(1, [
      [0x60, 2, I32, I32, 1, I32],
      [0x60, 3, I32, I32, I32, 1, I32],
    ]),
    ...section(3, [[0], [0], [1]]),
    ...section(5, [[1, ...unsigned(pages), ...unsigned(pages)]]),
    ...section(7, [exported("memory", 2, 0), exported("stringEnd", 0, 0), exported("nestedEnd", 0, 1), exported("sameBytes", 0, 2)]),
    ...section(10, code),
  ])
}

function section(id: number, items: readonly number[][]): number[] {
  return [id, ...sized([...unsigned(items.length), ...items.flat()])]
}

function exported(name: string, kind: number, index: number): number[] {
  return [...sized([...Buffer.from(name)]), kind, index]
}

function sized(bytes: number[]): number[] {
  return [...unsigned(bytes.length), ...bytes]
}

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)]
}

function signed(value: number): number[] {
  const low = value & 0x7f
  const rest = value >> 7
  const isLast = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)
  return isLast ? [low] : [low | 0x80, ...signed(rest)]
}
