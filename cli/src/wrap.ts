// Prose broken at spaces, for the few places where cutting it would lose the point.

import { displayWidth } from "@vibecraft/shared/display-width"
import { truncate } from "@vibecraft/shared/safe-text"

/** Lines no wider than `width` cells; a word that is wider is cut. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ""
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`
    if (line !== "" && displayWidth(longer) > width) {
      lines.push(line)
      line = word
    } else {
      line = longer
    }
  }
  return [...lines, line].map((one) => truncate(one, width))
}
