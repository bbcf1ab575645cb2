import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { cleanText } from "./clean-text.ts"

describe("cleanText", () => {
  it("makes one line of several", () => {
    expect(cleanText("  a\n\tb\r\n c ")).toBe("a b c")
  })

  it("takes terminal escapes and direction marks apart", () => {
    expect(cleanText("\u001b[31mred\u202e\u0007")).toBe("[31mred")
  })

  it("cuts long text", () => {
    expect(cleanText("x".repeat(500))).toBe(`${"x".repeat(199)}…`)
  })

  it.each([undefined, null, 3, {}, "", " \n"])("says nothing of %j", (value) => {
    expect(cleanText(value)).toBeUndefined()
  })

  it("never lets through a control character, a lone surrogate or more than it may", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 900 }), fc.integer({ min: 1, max: 300 }), (text, max) => {
        const clean = cleanText(text, max) ?? ""
        expect(clean.length).toBeLessThanOrEqual(max)
        expect(clean.isWellFormed()).toBe(true)
        // eslint-disable-next-line no-control-regex
        expect(clean).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u)
      }),
    )
  })
})
