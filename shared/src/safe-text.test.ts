import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { displayWidth } from "./display-width.ts"
import { safeLabel, safeText, truncate } from "./safe-text.ts"

// oxlint-disable-next-line no-control-regex
const DANGEROUS = /[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u061c\u202a-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/u

const nasty = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: "grapheme" }),
      fc.constantFrom(
        "\x1b[31m",
        "\x1b]0;title\x07",
        "\x1b]8;;http://x\x1b\\",
        "\x9b2J",
        "\x1bc",
        "\u202e",
        "\u2066",
        "\r\n",
        "\t",
        "\u2028",
        "a\u0301".repeat(9),
        "\ud83d",
      ),
    ),
  )
  .map((parts) => parts.join(""))

describe("safeText", () => {
  test.each([
    ["plain text stays", "fix the login page", "fix the login page"],
    ["colours", "\x1b[31mred\x1b[0m alert", "red alert"],
    ["window title", "\x1b]0;pwned\x07name", "name"],
    ["hyperlink", "\x1b]8;;http://evil\x1b\\click\x1b]8;;\x1b\\", "click"],
    ["8-bit CSI", "a\x9b2Jb", "ab"],
    ["an unfinished string hides nothing behind it", "\x1b]0;shown", "0;shown"],
    ["reset", "a\x1bcb", "ab"],
    ["line breaks and tabs", "one\r\ntwo\tthree\u2028four", "one two three four"],
    ["bidirectional override", "abc\u202etxt.exe", "abctxt.exe"],
    ["isolates and marks", "\u2066a\u2069\u200f\u200e\u061cb", "ab"],
    ["invisible", "a\u200b\ufeff\u00ad\u2060b\u{e0041}", "a b"],
    ["lone surrogate", "a\ud83db", "ab"],
    ["emoji with joiners stay", "👩‍💻 work", "👩‍💻 work"],
    ["right-to-left letters stay", "שלום", "שלום"],
    ["trimmed", "  a   b  ", "a b"],
  ])("%s", (_, input, expected) => {
    expect(safeText(input)).toBe(expected)
  })

  test("stacked marks are cut", () => {
    expect(safeText(`a${"\u0301".repeat(50)}`)).toBe(`a${"\u0301".repeat(4)}`)
  })

  test("whatever comes in, nothing dangerous comes out, on one line, and twice is once", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const safe = safeText(text)
        expect(safe).not.toMatch(DANGEROUS)
        expect(safe).toBe(safe.trim())
        expect(safeText(safe)).toBe(safe)
      }),
    )
  })
})

describe("truncate", () => {
  test.each([
    ["abc", 3, "start", "abc"],
    ["abcd", 3, "start", "ab…"],
    ["/home/me/project", 8, "end", "…project"],
    ["日本語", 5, "start", "日本…"],
    ["日本語", 4, "start", "日…"],
    ["👩‍💻👩‍💻", 3, "start", "👩‍💻…"],
    ["abc", 1, "start", "…"],
    ["abc", 0, "start", ""],
  ] as const)("%s to %d keeps the %s", (text, width, keep, expected) => {
    expect(truncate(text, width, keep)).toBe(expected)
  })

  test("never wider than asked for", () => {
    fc.assert(
      fc.property(nasty, fc.nat(20), fc.constantFrom("start", "end"), (text, width, keep) => {
        expect(displayWidth(safeLabel(text, width, keep))).toBeLessThanOrEqual(width)
      }),
    )
  })
})
