// Splits an agent's command line into options and words, by the table of options that take a value.

import type { OptionTable } from "./option-tables.ts"

export interface ArgumentWords {
  /** Words that are neither options nor their values, in order. The first one may be a sub-command. */
  readonly words: readonly string[]
  /** Options by name with their first value; an option without a value has "". The first of a name wins. */
  readonly options: ReadonlyMap<string, string>
}

/** Reads the arguments that follow argv[0]. Never throws, whatever they hold. */
export const parseArguments = (args: readonly string[], table: OptionTable): ArgumentWords => {
  const words: string[] = []
  const options = new Map<string, string>()
  const note = (name: string, value: string) => {
    if (!options.has(name)) options.set(name, value)
  }
  let at = 0
  while (at < args.length) {
    const arg = args[at++] ?? ""
    if (arg === "--") {
      words.push(...args.slice(at))
      break
    }
    if (!arg.startsWith("-") || arg === "-") {
      words.push(arg)
      continue
    }
    const equals = arg.indexOf("=")
    if (equals > 0 && arg.startsWith("--")) {
      note(arg.slice(0, equals), arg.slice(equals + 1))
      continue
    }
    const attached = shortOptionWithValue(arg, table)
    if (attached !== undefined) {
      note(attached.name, attached.value)
      continue
    }
    const arity = table.get(arg)
    const next = args[at]
    if (arity === undefined || next === undefined || (arity !== "one" && next.startsWith("-"))) {
      note(arg, "")
      continue
    }
    note(arg, next)
    at += 1
    if (arity === "many") while (at < args.length && !(args[at] ?? "-").startsWith("-")) at += 1
  }
  return { words, options }
}

/** `-mgpt-5` is `-m gpt-5`. */
const shortOptionWithValue = (arg: string, table: OptionTable): { name: string; value: string } | undefined => {
  if (arg.startsWith("--") || arg.length < 3) return undefined
  const name = arg.slice(0, 2)
  return table.has(name) ? { name, value: arg.slice(2) } : undefined
}
