import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { scanPrefix } from "./line-prefix.ts"

const scan = (text: string) => {
  const bytes = Buffer.from(text)
  const prefix = scanPrefix(bytes, 0, bytes.length)
  if (prefix === undefined) return undefined
  const { type, timestamp, nested, nestedType } = prefix
  return { type, timestamp, nested, nestedType }
}

describe("scanPrefix", () => {
  it("reads the scalars before the first nested member", () => {
    const line = '{"parentUuid":null,"isSidechain":false,"type":"user","n":-1.5e3,"message":{"role":"user","type":"x"},"timestamp":"t"}'
    expect(scan(line)).toEqual({ type: "user", timestamp: undefined, nested: "message", nestedType: "x" })
  })

  it("reads a line without nested members to its end", () => {
    const line = '{"type":"mode","mode":"normal","timestamp":"2026-11-23T03:38:49.093Z"}'
    expect(scan(line)).toEqual({ type: "mode", timestamp: "2026-11-23T03:38:49.093Z", nested: undefined, nestedType: undefined })
  })

  it.each([
    '{ "type":"user"}',
    '{"type": "user"}',
    '{"type":"user",}',
    '["type"]',
    "",
    "{",
    '{"type":NaN}',
    '{"a":"unclosed',
    '{"a":tru',
    '{"a"}',
  ])("asks for a parse of %s", (line) => {
    expect(scan(line)).toBeUndefined()
  })

  it("never says another type than a parser does", () => {
    const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null))
    const value = fc.oneof(scalar, fc.dictionary(fc.string(), scalar), fc.array(scalar))
    const members = fc.array(fc.tuple(fc.oneof(fc.string(), fc.constantFrom("type", "timestamp", "message")), value), { maxLength: 8 })
    fc.assert(
      fc.property(members, (list) => {
        const object = Object.fromEntries(list)
        const prefix = scan(JSON.stringify(object))
        const type = object["type"]
        if (prefix?.type === undefined || typeof type !== "string") {
          expect(prefix?.type).toBeUndefined()
          return
        }
        // Escapes are left as they are written; a type with one is no type that is known.
        expect(JSON.parse(`"${prefix.type}"`) as string).toBe(Buffer.from(type).toString("latin1"))
      }),
    )
  })
})
