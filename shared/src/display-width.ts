// How many terminal cells a text takes. Terminals disagree on rare characters; this follows Unicode's East Asian Width and emoji presentation.

/** Ranges of wide characters that are not emoji, from Unicode's EastAsianWidth (W and F). */
const WIDE: readonly (readonly [from: number, to: number])[] = [
  [0x1100, 0x115f],
  [0x2329, 0x232a],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18dff],
  [0x1aff0, 0x1b2ff],
  [0x1d300, 0x1d376],
  [0x1f200, 0x1f2ff],
  [0x20000, 0x3fffd],
]

/** Characters of which each is one cluster of one cell: Latin, Greek, Cyrillic, punctuation, arrows, box and shape drawing. */
const NARROW =
  "\\x20-\\x7e\\u00a1-\\u00ac\\u00ae-\\u02ff\\u0391-\\u03ff\\u0400-\\u0482\\u2010-\\u2027\\u2190-\\u21ff\\u2260-\\u2265\\u2500-\\u25fc"
/** Characters of which each is one cluster of two cells: kana, Han and Hangul syllables. */
const BROAD = "\\u3001-\\u3029\\u3041-\\u3096\\u30a1-\\u30fe\\u3400-\\u4dbf\\u4e00-\\u9fff\\uac00-\\ud7a3\\uff01-\\uff60"
/** Most texts consist of these alone and so need no segmenter, which takes milliseconds to load. */
const SIMPLE = new RegExp(`^[${NARROW}${BROAD}]*$`)
const BROAD_ONE = new RegExp(`[${BROAD}]`, "g")
const ZERO = /^[\p{Mark}\p{Default_Ignorable_Code_Point}\p{Control}]+$/u
const EMOJI = /^\p{Emoji_Presentation}|\ufe0f|^\p{Regional_Indicator}{2}/u

let segmenter: Intl.Segmenter | undefined

/** The text's grapheme clusters: what a reader takes for one character each. */
export function graphemes(text: string): string[] {
  if (SIMPLE.test(text)) return text.split("")
  segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" })
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

/** Cells the text takes in a terminal: 2 for wide characters and emoji, 0 for marks and controls, else 1. */
export function displayWidth(text: string): number {
  if (SIMPLE.test(text)) return text.length + (text.match(BROAD_ONE)?.length ?? 0)
  let width = 0
  for (const grapheme of graphemes(text)) width += graphemeWidth(grapheme)
  return width
}

/** Cells of one grapheme cluster. */
export function graphemeWidth(grapheme: string): number {
  const point = grapheme.codePointAt(0)
  if (point === undefined || ZERO.test(grapheme)) return 0
  if (EMOJI.test(grapheme)) return 2
  return isWide(point) ? 2 : 1
}

function isWide(point: number): boolean {
  if (point < 0x1100) return false
  for (const [from, to] of WIDE) {
    if (point < from) return false
    if (point <= to) return true
  }
  return false
}
