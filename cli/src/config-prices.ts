// Puts prices into the text of a configuration file and leaves all else in it as it is: comments, order, what other versions put there.
// The result is read again before anybody writes it, so that a file that people formatted in an unforeseen way is refused, not damaged.

import { parse, TomlDate, TomlError } from "smol-toml"

/** A `[[prices]]` entry: USD per million tokens. */
export interface ConfigPrice {
  readonly model: string
  readonly input: number
  readonly output: number
  readonly cacheRead?: number
  readonly cacheWrite5m?: number
  readonly cacheWrite1h?: number
  /** First day, UTC; undefined means always. */
  readonly from: string | undefined
}

/** Thrown when the file cannot be edited; the message says why and what to do. */
export class ConfigEditError extends Error {
  override readonly name = "ConfigEditError"
}

const KEYS = [
  ["input", "input"],
  ["output", "output"],
  ["cache_read", "cacheRead"],
  ["cache_write_5m", "cacheWrite5m"],
  ["cache_write_1h", "cacheWrite1h"],
] as const satisfies readonly (readonly [string, keyof ConfigPrice])[]

const PRICES_HEADER = /^\s*\[\[\s*prices\s*\]\]/
const ANY_HEADER = /^\s*\[/

interface Document {
  readonly prices: readonly unknown[]
  readonly rest: string
}

/** The file's new text. An entry for the same model from the same day is replaced, others are added at the end. Throws ConfigEditError. */
export function withPrices(source: string, prices: readonly ConfigPrice[], remark: string): string {
  const before = read(source)
  const lines = source === "" ? [] : source.replace(/\n$/, "").split("\n")
  const headers = lines.flatMap((line, index) => (PRICES_HEADER.test(line) ? [index] : []))
  if (headers.length !== before.prices.length) {
    throw new ConfigEditError(
      "its prices are not written as [[prices]] blocks, which alone can be edited; rewrite them so, or add the new ones by hand",
    )
  }
  const places = new Map(before.prices.map((entry, index) => [placeOf(entry), index]))
  const added: ConfigPrice[] = []
  const replaced = new Map<number, ConfigPrice>()
  for (const price of prices) {
    const place = places.get(placeOf({ model: price.model, effective_from: price.from }))
    if (place === undefined) added.push(price)
    else replaced.set(place, price)
  }
  // From the end, so that the lines before keep their numbers.
  for (const [place, price] of [...replaced].sort(([a], [b]) => b - a)) {
    const start = headers[place] ?? 0
    const end = endOfBlock(lines, start)
    const comments = lines.slice(start + 1, end).filter((line) => /^\s*#/.test(line))
    lines.splice(start, end - start, ...blockOf(price, comments))
  }
  for (const price of added) lines.push(...(lines.length === 0 ? [] : [""]), ...blockOf(price, [`# ${remark}`]))
  const text = `${lines.join("\n")}\n`
  check(before, read(text), replaced, added)
  return text
}

function blockOf(price: ConfigPrice, comments: readonly string[]): string[] {
  const rates = KEYS.flatMap(([key, name]) => (price[name] === undefined ? [] : [`${key} = ${price[name]}`]))
  return [
    "[[prices]]",
    ...comments,
    `model = ${JSON.stringify(price.model)}`,
    ...rates,
    ...(price.from === undefined ? [] : [`effective_from = ${price.from}`]),
  ]
}

/** Where a block's last key ends; comments and blank lines below belong to what follows. */
function endOfBlock(lines: readonly string[], start: number): number {
  const next = lines.findIndex((line, index) => index > start && ANY_HEADER.test(line))
  let end = next < 0 ? lines.length : next
  while (end > start + 1 && /^\s*(?:#.*)?$/.test(lines[end - 1] ?? "")) end--
  return end
}

/** Everything that was there is there, and what was asked for beside it. */
function check(before: Document, after: Document, replaced: ReadonlyMap<number, ConfigPrice>, added: readonly ConfigPrice[]): void {
  const expected = [...before.prices.map((entry, index) => replaced.get(index) ?? entry), ...added].map((entry) => valueOf(entry))
  const found = after.prices.map((entry) => valueOf(entry))
  if (before.rest === after.rest && JSON.stringify(expected) === JSON.stringify(found)) return
  throw new ConfigEditError("it is written in a way that cannot be edited safely; add the prices by hand")
}

/** An entry's members in one order, however it is given. */
function valueOf(entry: unknown): unknown {
  if (typeof entry !== "object" || entry === null) return entry
  const isOurs = "from" in entry
  const members = isOurs ? tomlOf(entry as ConfigPrice) : Object.entries(entry).map(([key, value]) => [key, plain(value)] as const)
  return members.toSorted(([a], [b]) => (a < b ? -1 : 1))
}

function tomlOf(price: ConfigPrice): (readonly [string, unknown])[] {
  const rates = KEYS.flatMap(([key, name]) => (price[name] === undefined ? [] : [[key, price[name]] as const]))
  return [["model", price.model], ...rates, ...(price.from === undefined ? [] : [["effective_from", price.from] as const])]
}

function placeOf(entry: unknown): string {
  const { model = "", effective_from: from = "" }: Readonly<Record<string, unknown>> = { ...(typeof entry === "object" ? entry : {}) }
  return JSON.stringify([typeof model === "string" ? model.trim().toLowerCase() : model, plain(from)])
}

function plain(value: unknown): unknown {
  return value instanceof TomlDate ? value.toISOString() : value
}

function read(source: string): Document {
  try {
    const { prices = [], ...rest } = parse(source)
    if (!Array.isArray(prices)) throw new ConfigEditError("its prices are not a list; head each entry with [[prices]]")
    return { prices, rest: JSON.stringify(rest) }
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause
    throw new ConfigEditError(`line ${cause.line} is not valid TOML; mend it first`, { cause })
  }
}
