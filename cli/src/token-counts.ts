// Tokens by class as people type them: "output=1200,input=1.5k".

import type { MessageInitShape } from "@bufbuild/protobuf"
import type { TokenCounts, TokenCountsSchema } from "@vibecraft/shared/gen/vibecraft/v1/usage_pb"
import { UsageError } from "./command-error.ts"

type ClassName = "input" | "output" | "reasoning" | "cacheRead" | "cacheWrite5m" | "cacheWrite1h"

/** By the word that people type. */
const CLASSES = new Map<string, ClassName>([
  ["input", "input"],
  ["output", "output"],
  ["reasoning", "reasoning"],
  ["cache-read", "cacheRead"],
  ["cache-write", "cacheWrite5m"],
  ["cache-write-1h", "cacheWrite1h"],
])

const AMOUNT = /^([+-]?)(\d{1,15})(?:\.(\d{1,9}))?([kmKM]?)$/
const ZEROS = new Map([
  ["", 0],
  ["k", 3],
  ["m", 6],
])

/** Throws UsageError, naming the option. */
export function parseCounts(option: string, given: readonly string[]): MessageInitShape<typeof TokenCountsSchema> {
  const counts: { [K in ClassName]?: bigint } = {}
  for (const pair of given.flatMap((text) => text.split(","))) {
    const [word = "", amount = ""] = pair.split("=", 2).map((part) => part.trim())
    const name = CLASSES.get(word)
    if (name === undefined)
      throw new UsageError(`${option} ${JSON.stringify(pair)}: name a class of tokens, one of ${[...CLASSES.keys()].join(", ")}`)
    if (counts[name] !== undefined) throw new UsageError(`${option}: ${word} is named twice`)
    counts[name] = wholeTokens(option, word, amount)
  }
  return counts
}

/** "output=1200, input=-5"; `sign` is "=" for what was set and "+" for differences. Empty for none. */
export function countsText(counts: TokenCounts | undefined, sign: "=" | "+"): string {
  if (counts === undefined) return ""
  const parts = [...CLASSES].flatMap(([word, name]) => {
    const count = counts[name]
    if (count === undefined) return []
    return [sign === "=" ? `${word}=${count}` : `${word} ${count < 0n ? "" : "+"}${count}`]
  })
  return parts.join(", ")
}

function wholeTokens(option: string, word: string, text: string): bigint {
  const [, sign, whole = "", decimals = "", unit = ""] = AMOUNT.exec(text) ?? []
  const zeros = ZEROS.get(unit.toLowerCase()) ?? 0
  if (sign === undefined || decimals.length > zeros) {
    throw new UsageError(`${option} ${word}=${JSON.stringify(text)}: give a whole number of tokens, for example 1200, 1.5k or 2M`)
  }
  const count = BigInt(whole + decimals.padEnd(zeros, "0"))
  return sign === "-" ? -count : count
}
