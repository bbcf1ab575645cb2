// One line of a transcript as JSON, with the tolerance the agents' own readers have: what a crash or a power loss leaves behind costs no more
// than it must.

import { asObject, type JsonObject } from "../observe/transcripts/json-fields.ts"

/** Beyond this the repair of a line is not tried: it scans the line with a backtracking expression. */
const MAX_REPAIR_CHARS = 1 << 20

const NUL = 0
const CARRIAGE_RETURN = 0x0d
const SPACE = 0x20

export interface LineSpan {
  readonly start: number
  readonly end: number
}

/** The line's bytes without leading NULs, byte order mark and white space, and without a trailing carriage return. */
export function trimLine(bytes: Buffer, start: number, end: number): LineSpan {
  let from = start
  let to = end
  if (bytes[to - 1] === CARRIAGE_RETURN) to--
  while (from < to && (bytes[from] === NUL || bytes[from] === SPACE)) from++
  if (bytes[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf && to - from >= 3) from += 3
  return { start: Math.min(from, to), end: Math.max(from, to) }
}

/** The object that the line holds; undefined where it holds none. Bytes that are no UTF-8 become U+FFFD. */
export function parseLine(bytes: Buffer, start: number, end: number): JsonObject | undefined {
  const text = bytes.toString("utf8", start, end)
  const parsed = tryParse(text)
  if (parsed !== undefined || text.length > MAX_REPAIR_CHARS) return parsed
  // A torn line that a power loss filled with NULs, and the next line written behind them.
  const afterNuls = text.slice(text.lastIndexOf("\0") + 1)
  return tryParse(withoutNonNumbers(afterNuls))
}

function tryParse(text: string): JsonObject | undefined {
  try {
    return asObject(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** NaN and Infinity, which JSON does not know, as null: the member is lost and not the line. */
function withoutNonNumbers(text: string): string {
  if (!/NaN|Infinity/u.test(text)) return text
  return text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/gu, (token) => (token.startsWith('"') ? token : "null"))
}
