// Names, titles, paths and commands come from transcripts and other programs. Before they reach a terminal or a label they pass through here:
// nothing that moves a cursor, recolours, reorders or hides text may remain.

import { displayWidth, graphemes, graphemeWidth } from "./display-width.ts"

/** Whole escape sequences (CSI; OSC and other strings with their end; two-byte ones), so that their parameters do not stay behind as noise. */
const ESCAPES =
  // oxlint-disable-next-line no-control-regex
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)|\x1b[ -/]*[0-~]?/g
/** Line breaks of any kind, tabs and odd spaces become one space. */
const SPACES = /[\s\u0085\u2028\u2029]+/g
/** Controls; format characters (bidirectional overrides and marks, zero-width ones, tags, soft hyphen) except the joiner that holds emoji together; private and unassigned ones; lone surrogates. */
const UNSAFE = /[\p{Cc}\p{Cs}\p{Co}\p{Cn}]|(?!\u200d)\p{Cf}|[\u115f\u1160\u3164\uffa0\u2800]/gu
/** More marks on one letter than any script needs: they paint over the lines above and below. */
const STACKED = /(\p{Mark}{4})\p{Mark}+/gu

const PLAIN = /^[\x21-\x7e]*(?: [\x21-\x7e]+)*$/
const ELLIPSIS = "…"

/** One line of harmless text: no control or escape sequences, no bidirectional overrides, runs of white space as one space, trimmed. Idempotent. */
export function safeText(text: string): string {
  if (PLAIN.test(text)) return text
  return text.replace(ESCAPES, "").replace(SPACES, " ").replace(UNSAFE, "").replace(STACKED, "$1").replace(/ {2,}/g, " ").trim()
}

/** Cuts a text to a width in terminal cells, an ellipsis in place of what was cut. `keep` says which end stays; paths tell most at their end. */
export function truncate(text: string, width: number, keep: "start" | "end" = "start"): string {
  if (displayWidth(text) <= width) return text
  if (width <= 0) return ""
  const parts = keep === "end" ? graphemes(text).toReversed() : graphemes(text)
  const kept: string[] = []
  let used = 1
  for (const part of parts) {
    used += graphemeWidth(part)
    if (used > width) break
    kept.push(part)
  }
  return keep === "end" ? ELLIPSIS + kept.toReversed().join("") : kept.join("") + ELLIPSIS
}

/** `safeText` cut to a width in terminal cells. */
export function safeLabel(text: string, width: number, keep: "start" | "end" = "start"): string {
  return truncate(safeText(text), width, keep)
}
