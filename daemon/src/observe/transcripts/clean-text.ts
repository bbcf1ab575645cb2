// Text that agents or their users made up (titles, names, tool inputs) on its way to screens: one line, no control or direction characters,
// at most so long.

// eslint-disable-next-line no-control-regex
const UNFIT = /[\u0000-\u0020\u007f-\u00a0\u061c\u1680\u2000-\u200a\u200e\u200f\u2028-\u202f\u205f\u2060\u2066-\u2069\u3000\ufeff]+/gu

/** `text` as one clean line of at most `max` UTF-16 units (cut with "…"); undefined where nothing is left. */
export function cleanText(text: unknown, max = 200): string | undefined {
  if (typeof text !== "string") return undefined
  const head = text.length > max * 4 ? text.slice(0, max * 4) : text
  const line = head.toWellFormed().replace(UNFIT, " ").trim()
  if (line === "") return undefined
  return line.length <= max
    ? line
    : `${line
        .slice(0, max - 1)
        .toWellFormed()
        .replace(/\uFFFD$/u, "")}…`
}
