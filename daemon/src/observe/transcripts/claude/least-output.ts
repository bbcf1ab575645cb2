// What an answer's words say that its count of output tokens cannot be. Clients up to 2.1.96 write the count of the first event of a stream, 1 or
// a few, and put it right in a later line; for some answers, mostly of subagents, that line never comes, nor does it where a stream breaks off.

import { asObjects, type JsonObject } from "../json-fields.ts"
import { text } from "../shape.ts"

/** So much of a text is looked at: it proves 4 tokens, and nine in ten of the counts that any text would belie are fewer. More costs reading time. */
const UNITS_READ = 72
/** What is shorter may be a single token: vocabularies have some of that length, names and alphabets among them. */
const FEWEST_UNITS = 32
/**
 * A token holds fewer UTF-16 units on average than this, whatever the tokenizer and the language: Claude's hold 2.6 to 3.6 in long recorded
 * answers, and those of the vocabularies that reach across words 7.
 */
const UNITS_PER_TOKEN = 16

/** What is read of a block of an answer. */
export const SAID_SHAPE = text(UNITS_READ)

/** Output tokens that the words of this line take at the least, where that is more than `output`; else undefined. */
export function leastOutput(message: JsonObject, output: number): number | undefined {
  if (output >= UNITS_READ / UNITS_PER_TOKEN) return undefined
  let least = output
  for (const { text: said } of asObjects(message["content"])) {
    if (typeof said !== "string" || said.length <= least * UNITS_PER_TOKEN) continue
    const units = withoutRuns(said.slice(0, UNITS_READ)).length
    if (units >= FEWEST_UNITS) least = Math.max(least, Math.floor(units / UNITS_PER_TOKEN))
  }
  return least === output ? undefined : least
}

/** A hundred spaces or dashes may be one token. */
function withoutRuns(said: string): string {
  return said.replaceAll(/(.)\1+/gsu, "$1")
}
