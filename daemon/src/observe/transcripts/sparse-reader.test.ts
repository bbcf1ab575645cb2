import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { createScanMemory } from "./scan-memory.ts"
import { byRest, either, list, object, present, type Shape, text, whole } from "./shape.ts"
import { SparseReader } from "./sparse-reader.ts"

const memory = createScanMemory(1 << 20)
const reader = new SparseReader(memory)

/** Reads from the mapped memory and from a buffer of its own; both must answer the same. */
function read(line: string | Buffer, shape: Shape, padding = 0): unknown {
  const bytes = Buffer.from(line)
  const before = Buffer.alloc(padding, 0x22)
  const own = Buffer.concat([before, bytes, Buffer.from('\n{"')])
  own.copy(memory.buffer)
  reader.forget()
  const mapped = reader.read(memory.buffer, padding, padding + bytes.length, shape)
  expect(reader.read(own, padding, padding + bytes.length, shape)).toEqual(mapped)
  return mapped
}

test("keeps what is wanted and passes over the rest", () => {
  const line = {
    skip: { a: ["}", '"', "\\"] },
    name: "né\n",
    skipText: '\\"}',
    list: [{ id: 1, x: 2 }, { id: -2.5e3 }],
    flag: true,
    none: null,
    all: { x: [1] },
  }
  const shape = object({ name: text(100), list: list(object({ id: present })), flag: present, none: present, all: whole, absent: whole })
  expect(read(JSON.stringify(line), shape)).toEqual({
    name: "né\n",
    list: [{ id: 1 }, { id: -2500 }],
    flag: true,
    none: null,
    all: { x: [1] },
  })
})

test("keeps the last of two members of one name, as a parser does", () => {
  expect(read('{"a":1,"b":2,"a":3}', object({ a: present }))).toEqual({ a: 3 })
})

test.each([
  ["white space", '{"a": 1}'],
  ["an escape in a name", '{"\\u0061":1}'],
  ["no number", '{"a":NaN}'],
  ["a leading zero", '{"a":01}'],
  ["a control character in a wanted text", '{"a":"\u0001"}'],
  ["a bad escape in a wanted text", '{"a":"\\x"}'],
  ["an open text", '{"a":"}'],
  ["an open text passed over", '{"b":"}'],
  ["an open object passed over", '{"b":{"c":1}'],
  ["something behind the end", '{"a":1}}'],
  ["a missing comma", '{"a":1"b":2}'],
  ["an array", "[1]"],
  ["nothing", ""],
])("leaves to a parser what is not written as agents write: %s", (_name, line) => {
  expect(read(line, object({ a: text(10) }))).toBeUndefined()
})

test("chooses what to keep of a member by those beside it, wherever they stand", () => {
  const shape = object({
    type: present,
    content: byRest(({ type }, isComplete) => (type === undefined && !isComplete ? undefined : type === 1 ? whole : present)),
  })
  expect(read('{"type":1,"content":{"a":1}}', shape)).toEqual({ type: 1, content: { a: 1 } })
  expect(read('{"content":{"a":1},"type":1}', shape)).toEqual({ type: 1, content: { a: 1 } })
  expect(read('{"content":{"a":1},"type":2}', shape)).toEqual({ type: 2, content: {} })
  expect(read('{"content":{"a":1}}', shape)).toEqual({ content: {} })
  expect(read('{"content":{"a":x},"type":1}', shape)).toBeUndefined()
})

test("reads line after line as if each were alone, though most repeat the one before", () => {
  const shape = object({ a: text(30), b: whole, n: present, o: object({ a: text(30) }) })
  const value = fc.constantFrom("", "a", "ab", "abcdefghijklmnop", "abcdefghijklmnopq", "é", '"', "\\")
  const line = fc.record({
    a: value,
    b: fc.oneof(fc.record({ x: value, y: fc.nat({ max: 2 }) }), fc.nat()),
    n: fc.nat(),
    o: fc.record({ a: value }),
  })
  fc.assert(
    fc.property(fc.array(line, { minLength: 2, maxLength: 8 }), (lines) => {
      const bytes = Buffer.from(lines.map((one) => JSON.stringify(one)).join("\n"))
      bytes.copy(memory.buffer)
      reader.forget()
      let at = 0
      for (const one of lines) {
        const length = Buffer.byteLength(JSON.stringify(one))
        expect(reader.read(memory.buffer, at, at + length, shape)).toEqual(one)
        at += length + 1
      }
    }),
    { numRuns: 2000 },
  )
})

describe("long texts", () => {
  const anyText = fc
    .array(fc.constantFrom("a", "é", "漢", "🎉", "\n", '"', "\\", "\u0001", "\ud800", "plain words "), { maxLength: 60 })
    .map((parts) => parts.join(""))

  test("are cut behind what is wanted, wherever they are cut", () => {
    fc.assert(
      fc.property(anyText, fc.nat({ max: 40 }), (value, units) => {
        const kept = (read(JSON.stringify({ a: value }), object({ a: text(units) })) as { a: string }).a
        expect(kept.slice(0, units + 1)).toBe(value.slice(0, units + 1))
      }),
      { numRuns: 2000 },
    )
  })

  test("keep both ends where both are wanted", () => {
    fc.assert(
      fc.property(anyText, fc.nat({ max: 20 }), fc.nat({ max: 20 }), (value, units, tailUnits) => {
        const kept = (read(JSON.stringify({ a: value }), object({ a: text(units, tailUnits) })) as { a: string }).a
        expect(kept.slice(0, units)).toBe(value.slice(0, units))
        expect(kept.length > units).toBe(value.length > units)
        if (tailUnits > 0 && value.length > units) expect(kept.slice(-tailUnits)).toBe(value.slice(-tailUnits))
      }),
      { numRuns: 2000 },
    )
  })

  test("are decoded as a parser decodes bytes that are no UTF-8", () => {
    const line = Buffer.concat([Buffer.from('{"a":"x'), Buffer.from([0xff, 0xe2, 0x82]), Buffer.from('y","b":1}')])
    expect(read(line, object({ a: text(100), b: present }))).toEqual(JSON.parse(line.toString("utf8")))
  })
})

test("reads of any JSON what a parser reads, at any place of the memory", () => {
  const shape = object({
    a: either(text(1000), list(text(1000)), object({ a: whole, b: text(1000) })),
    b: whole,
    type: present,
  })
  const name = fc.constantFrom("a", "b", "c", "type", "other", "__proto__")
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.double({ noDefaultInfinity: true, noNaN: true }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(name, tie("value"), { maxKeys: 5 }),
    ),
  }))
  fc.assert(
    fc.property(fc.dictionary(name, value, { maxKeys: 6 }), fc.nat({ max: 40 }), (line, padding) => {
      const json = JSON.stringify(line)
      expect(read(json, shape, padding)).toEqual(keptOf(JSON.parse(json), shape))
    }),
    { numRuns: 2000 },
  )
})

/** What a shape keeps of a parsed value, said plainly. */
function keptOf(value: unknown, shape: Shape): unknown {
  if (shape.isWhole || typeof value !== "object" || value === null)
    return typeof value === "string" && !shape.isWhole && shape.units === 0 ? startOf(value) : value
  if (Array.isArray(value)) return shape.items === undefined ? [] : value.map((item) => keptOf(item, shape.items as Shape))
  const entries = Object.entries(value).filter(([name]) => shape.members.members.has(name))
  return Object.fromEntries(entries.map(([name, member]) => [name, keptOf(member, shape.members.members.get(name)?.shape as Shape)]))
}

function startOf(value: string): unknown {
  return expect.toSatisfy((kept: unknown) => typeof kept === "string" && value.startsWith(kept) && (kept !== "" || value === ""))
}
