import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { leastOutput } from "./least-output.ts"

const said = (...texts: readonly string[]) => ({ content: texts.map((text) => ({ type: "text", text })) })
const SENTENCE = "The parser drops the last line when the file does not end in a newline, so the count is one too low. "

describe("leastOutput", () => {
  test("more words than the count can be", () => {
    expect(leastOutput(said(SENTENCE.repeat(10)), 1)).toBe(4)
    expect(leastOutput(said(SENTENCE.slice(0, 40)), 1)).toBe(2)
    expect(leastOutput(said("Done.", SENTENCE), 3)).toBe(4)
  })

  test("a count that may be true", () => {
    expect(leastOutput(said(SENTENCE.repeat(10)), 4)).toBeUndefined()
    expect(leastOutput(said(SENTENCE.slice(0, 40)), 2)).toBeUndefined()
    expect(leastOutput(said("I'll read the file first."), 1)).toBeUndefined()
    expect(leastOutput(said(".DataGridViewContentAlignment"), 1)).toBeUndefined()
  })

  test("runs of one character may be a token each", () => {
    expect(leastOutput(said(`${"=".repeat(300)}\n${" ".repeat(300)}\n${"─".repeat(300)}`), 1)).toBeUndefined()
  })

  test("what is no text proves nothing", () => {
    const thinking = { content: [{ type: "thinking", thinking: SENTENCE.repeat(10) }, { type: "text", text: 7 }, null] }
    for (const message of [thinking, {}, { content: SENTENCE.repeat(10) }, { content: null }])
      expect(leastOutput(message, 0)).toBeUndefined()
  })

  test("never more than a token for sixteen characters, and never less for more text", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400 }), fc.string({ maxLength: 100 }), fc.nat(6), (text, more, output) => {
        const least = leastOutput(said(text), output)
        expect(least ?? 0).toBeLessThanOrEqual(text.length / 16)
        if (least !== undefined) expect(least).toBeGreaterThan(output)
        expect(leastOutput(said(text + more), output) ?? 0).toBeGreaterThanOrEqual(least ?? 0)
      }),
    )
  })
})
