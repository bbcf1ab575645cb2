import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { displayWidth, graphemes, graphemeWidth } from "./display-width.ts"

describe("displayWidth", () => {
  test.each([
    ["plain", 5],
    ["", 0],
    ["naïve Ω ж", 9],
    ["▲ waiting …", 11],
    ["日本語の名前", 12],
    ["한국어", 6],
    ["ガ", 2],
    ["か\u3099", 2],
    ["e\u0301", 1],
    ["👩‍💻", 2],
    ["🇫🇷", 2],
    ["❤\ufe0f", 2],
    ["ｗｉｄｅ", 8],
    ["𠀀", 2],
    ["\u200b\u0301", 0],
  ])("%s takes %d cells", (text, width) => {
    expect(displayWidth(text)).toBe(width)
  })

  test("a text is as wide as its clusters together, and they are the text", () => {
    const text = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: "binary" }),
      fc.string({ unit: fc.constantFrom("a", "語", "○", "한", "é", "\u3099", "\ufe0f", "❤") }),
    )
    fc.assert(
      fc.property(text, (one) => {
        const parts = graphemes(one)
        expect(parts.join("")).toBe(one)
        expect(displayWidth(one)).toBe(parts.reduce((sum, part) => sum + graphemeWidth(part), 0))
      }),
    )
  })

  test("the short way for simple texts agrees with the segmenter", () => {
    const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" })
    for (let point = 0x20; point < 0xffff; point++) {
      const text = `a${String.fromCharCode(point)}b`
      expect(graphemes(text)).toEqual(Array.from(segmenter.segment(text), ({ segment }) => segment))
    }
  })
})
