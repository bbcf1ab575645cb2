// What a tool call works on, in a few words for a label: the file, the command, the address, the pattern. Never a file's content.

import { cleanText } from "./clean-text.ts"
import { asObject } from "./json-fields.ts"
import { either, list, object, type Shape, text } from "./shape.ts"

const MAX_TARGET = 200
/** A word of a command as long as this is a script of its own and no longer a name of a shell. */
const WORD_CHARS = 4096

/** Members of a tool's input that say what it works on, best first. */
const TELLING = [
  "file_path",
  "notebook_path",
  "path",
  "cmd",
  "command",
  "url",
  "query",
  "pattern",
  "description",
  "subject",
  "skill",
  "task_id",
  "name",
  "message",
  "workdir",
  "prompt",
] as const

/** What is read of each: the start of a text, or a command's words. */
const TELLING_SHAPE: Shape = either(text(MAX_TARGET * 4), list(text(WORD_CHARS)))

/** What `toolTarget` reads of an input's members. */
export const TARGET_MEMBERS: Readonly<Record<string, Shape>> = Object.fromEntries(TELLING.map((name) => [name, TELLING_SHAPE]))

/** What `toolTarget` reads of an input. */
export const TARGET_SHAPE: Shape = either(text(MAX_TARGET * 4), object(TARGET_MEMBERS))

/** Target of a call with this input; undefined where the input says nothing short. */
export function toolTarget(input: unknown): string | undefined {
  if (typeof input === "string") return cleanText(input, MAX_TARGET)
  const members = asObject(input)
  if (members === undefined) return undefined
  for (const name of TELLING) {
    const value = members[name]
    const target = cleanText(Array.isArray(value) ? shellWords(value) : value, MAX_TARGET)
    if (target !== undefined) return target
  }
  return undefined
}

/** A command given as words, without the shell that wraps it: ["bash", "-lc", "ls"] is "ls". */
export function shellWords(words: readonly unknown[]): string {
  const plain = words.filter((word): word is string => typeof word === "string")
  const wrapped = plain.length === 3 && /(?:^|\/)(?:ba|z|da)?sh$/u.test(plain[0] ?? "") && /^-l?c$/u.test(plain[1] ?? "")
  return wrapped ? (plain[2] ?? "") : plain.join(" ")
}
