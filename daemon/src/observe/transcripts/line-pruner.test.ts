import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { LinePruner } from "./line-pruner.ts"
import { dropping, either, ifTold, list, object, present, repeated, type Shape, telling, text, whole } from "./shape.ts"

/** The values of some lines; undefined for one that is left to a parser. */
function prune(lines: readonly (string | Buffer)[], shape: Shape, padding = 0): unknown[] {
  const bytes = Buffer.concat([Buffer.alloc(padding, 0x22), ...lines.flatMap((line) => [Buffer.from(line), Buffer.from("\n")])])
  const pruner = new LinePruner(bytes.length + 100)
  bytes.copy(pruner.buffer)
  pruner.buffer.fill(0x22, bytes.length)
  const values: unknown[] = []
  for (let at = padding; at < bytes.length;) {
    const { count, values: some, nextAt } = pruner.prune(at, bytes.length, shape)
    for (let index = 0; index < count; index++) {
      const value = some?.[index]
      values.push(value === 0 ? undefined : value)
    }
    at = nextAt
  }
  return values
}

const one = (line: string | Buffer, shape: Shape, padding = 0): unknown => prune([line], shape, padding)[0]

test("keeps what is wanted and leaves out the rest", () => {
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
  expect(one(JSON.stringify(line), shape)).toEqual({
    name: "né\n",
    list: [{ id: 1 }, { id: -2500 }],
    flag: true,
    none: null,
    all: { x: [1] },
  })
})

test("keeps the last of two members of one name, as a parser does", () => {
  expect(one('{"a":1,"b":2,"a":3}', object({ a: present }))).toEqual({ a: 3 })
})

test("passes over empty lines and takes lines that end with a carriage return", () => {
  expect(prune(["", '{"a":1}\r', "", '{"a":2}'], object({ a: present }))).toEqual([{ a: 1 }, { a: 2 }])
})

test.each([
  ["white space", '{"a": 1}'],
  ["an escape in a name", '{"\\u0061":1}'],
  ["no number", '{"a":NaN}'],
  ["a leading zero", '{"a":01}'],
  ["a control character in a wanted text", '{"a":"\u0001"}'],
  ["a bad escape in a wanted text", '{"a":"\\x"}'],
  ["bytes that are no UTF-8 in a wanted text", Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d])],
  ["a surrogate in UTF-8", Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x7d])],
  ["an open text", '{"a":"}'],
  ["an open text passed over", '{"b":"}'],
  ["an open text that ends with a backslash", '{"b":"\\'],
  ["an open object passed over", '{"b":{"c":1}'],
  ["something behind the end", '{"a":1}}'],
  ["a missing comma", '{"a":1"b":2}'],
  ["an array", "[1]"],
  ["white space alone", " "],
  ["bytes that a power loss left", '\0\0{"a":1}'],
])("leaves to a parser what is not written as agents write: %s", (_name, line) => {
  const [before, odd, after] = prune(['{"a":1}', line, '{"a":2}'], object({ a: text(10) }))
  expect(odd).toBeUndefined()
  // Those beside it may be left to a parser with it.
  for (const [value, a] of [
    [before, 1],
    [after, 2],
  ] as const) {
    expect([undefined, a]).toContain((value as { a: number } | undefined)?.a)
  }
})

test("a line that comes to more than there is room for is left to a parser, those around it are not", () => {
  const long = JSON.stringify({ a: "x".repeat(200_000) })
  const longList = JSON.stringify({ a: Array.from({ length: 100_000 }, () => ({})) })
  const shape = object({ a: either(text(1 << 20), list(object({ b: whole }))) })
  expect(prune(['{"a":"1"}', long, '{"a":"2"}', longList, '{"a":"3"}'], shape)).toEqual([
    { a: "1" },
    undefined,
    { a: "2" },
    undefined,
    { a: "3" },
  ])
})

test("leaves out lines that are named, wherever the name stands", () => {
  const shape = object({ type: dropping(text(10), ["noise"]), a: present })
  expect(prune(['{"type":"noise","a":1}', '{"a":2,"type":"other"}', '{"a":3,"type":"noise"}'], shape)).toEqual([{ a: 2, type: "other" }])
})

test("keeps a member in full where one beside it tells, wherever the two stand", () => {
  const shape = object({ type: telling(text(10), "told", true), a: ifTold(whole, object({ b: present })) })
  const a = { b: 1, c: "né" }
  const lines = [{ type: "told", a }, { a, type: true }, { a, type: "other" }, { a }, { type: "other", a: "né" }]
  const kept = { b: 1 }
  expect(
    prune(
      lines.map((line) => JSON.stringify(line)),
      shape,
    ),
  ).toEqual([
    { type: "told", a },
    { a, type: true },
    { a: kept, type: "other" },
    { a: kept },
    { type: "other", a: expect.stringMatching(/^n/u) },
  ])
})

test("values that lines repeat are the same object, and never another line's", () => {
  const shape = object({ type: dropping(text(10), ["noise"]), o: object({ r: repeated(2000), s: repeated(20) }) })
  const r = fc.constantFrom<unknown>({ a: 1 }, { a: 2 }, { a: "x".repeat(3000) }, {}, null, 0, "text", [1])
  const line = fc.oneof(
    fc.record({ o: fc.record({ r }, { requiredKeys: [] }), type: fc.constantFrom("noise", "other") }).map((value) => JSON.stringify(value)),
    fc.tuple(r, r).map(([a, b]) => `{"o":{"r":${JSON.stringify(a)},"r":${JSON.stringify(b)}}}`),
    fc.tuple(r, r).map(([a, b]) => `{"o":{"r":${JSON.stringify(a)}},"o":{"r":${JSON.stringify(b)}}}`),
    r.map((a) => `{"o":{"r":${JSON.stringify(a)}},"o":1}`),
    r.map((a) => `{"o":{"r":${JSON.stringify(a)}},oops`),
  )
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
      const wanted = lines.filter((json) => !json.includes("noise"))
      for (const [index, value] of prune(lines, shape).entries()) {
        if (value === undefined) continue
        const { o } = JSON.parse(wanted[index] ?? "") as { o: { r?: unknown } | number }
        if (typeof o === "number" || !("r" in o)) continue
        const isKept = typeof o.r === "string" || (typeof o.r === "object" && !Array.isArray(o.r))
        expect((value as { o: { r: unknown } }).o.r).toEqual(isKept ? o.r : null)
      }
    }),
    { numRuns: 3000 },
  )
})

describe("long texts", () => {
  const anyText = fc
    .array(fc.constantFrom("a", "é", "漢", "🎉", "\n", '"', "\\", "\\\\\\", "\u0001", "\ud800", "plain words "), { maxLength: 60 })
    .map((parts) => parts.join(""))

  test("are cut behind what is wanted, wherever they are cut", () => {
    fc.assert(
      fc.property(anyText, fc.nat({ max: 40 }), (value, units) => {
        const kept = (one(JSON.stringify({ b: value, a: value }), object({ a: text(units) })) as { a: string }).a
        expect(kept.slice(0, units + 1)).toBe(value.slice(0, units + 1))
      }),
      { numRuns: 2000 },
    )
  })

  test("keep both ends where both are wanted", () => {
    fc.assert(
      fc.property(anyText, fc.nat({ max: 20 }), fc.nat({ max: 20 }), (value, units, tailUnits) => {
        const kept = (one(JSON.stringify({ a: value }), object({ a: text(units, tailUnits) })) as { a: string }).a
        expect(kept.slice(0, units)).toBe(value.slice(0, units))
        expect(kept.length > units).toBe(value.length > units)
        if (tailUnits > 0 && value.length > units) expect(kept.slice(-tailUnits)).toBe(value.slice(-tailUnits))
      }),
      { numRuns: 2000 },
    )
  })
})

test("keeps of any JSON what a shape says, at any place of the memory", () => {
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
    fc.property(fc.dictionary(name, value, { maxKeys: 6 }), fc.nat({ max: 70 }), (line, padding) => {
      const json = JSON.stringify(line)
      expect(one(json, shape, padding)).toEqual(keptOf(JSON.parse(json), shape))
    }),
    { numRuns: 3000 },
  )
})

/** What a shape keeps of a parsed value, said plainly. */
function keptOf(value: unknown, shape: Shape): unknown {
  if (shape.keep !== "parts" || typeof value !== "object" || value === null)
    return typeof value === "string" && shape.keep === "parts" && shape.units === 0 ? startOf(value) : value
  if (Array.isArray(value)) return shape.items === undefined ? [] : value.map((item) => keptOf(item, shape.items as Shape))
  const entries = Object.entries(value).filter(([name]) => Object.hasOwn(shape.members, name))
  return Object.fromEntries(entries.map(([name, member]) => [name, keptOf(member, shape.members[name] as Shape)]))
}

function startOf(value: string): unknown {
  return expect.toSatisfy((kept: unknown) => typeof kept === "string" && value.startsWith(kept) && (kept !== "" || value === ""))
}
