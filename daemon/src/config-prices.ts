// `[[prices]]` in the configuration file: list prices in USD per million tokens, for models that the built-in list does not have or
// that cost this user something else. Nothing is guessed from a wrong entry: it is refused.

import { TomlDate } from "smol-toml"
import { type GivenPrices, type PriceOverride, priceOverride } from "./model/prices/price-override.ts"

/** Which entry, counted from 0, and which of its keys; undefined for the whole. */
export interface Place {
  readonly entry?: number
  readonly key?: string
}

/** What to do with what is wrong or not known. */
export interface Complaints {
  readonly refuse: (problem: string, place: Place) => never
  readonly warn: (problem: string, place: Place) => void
}

/** Keys of an entry by the member they fill. */
const RATE_KEYS = {
  input: "input",
  output: "output",
  cacheRead: "cache_read",
  cacheWrite5m: "cache_write_5m",
  cacheWrite1h: "cache_write_1h",
} as const satisfies Record<keyof GivenPrices, string>

const KNOWN_KEYS: ReadonlySet<string> = new Set(["model", "effective_from", ...Object.values(RATE_KEYS)])

const MOST_USD = 100_000

/** Checks the entries and makes overrides of them. */
export function pricesFrom(value: unknown, complaints: Complaints): readonly PriceOverride[] {
  if (value === undefined) return []
  const entries: readonly unknown[] = Array.isArray(value)
    ? value
    : complaints.refuse("prices has to be a list; head each entry with [[prices]]", {})
  const seen = new Map<string, number>()
  return entries.map((entry, index) => {
    if (!isTable(entry)) return complaints.refuse("each entry of prices has to be a table; head it with [[prices]]", { entry: index })
    const override = overrideFrom(entry, index, complaints)
    const same = `${override.model.toLowerCase()} ${override.from ?? ""}`
    if (seen.has(same))
      complaints.refuse(`${quoted(override.model)} has two prices from the same day; remove one`, { entry: index, key: "model" })
    seen.set(same, index)
    return override
  })
}

function overrideFrom(entry: Readonly<Record<string, unknown>>, index: number, complaints: Complaints): PriceOverride {
  for (const key of Object.keys(entry)) {
    if (KNOWN_KEYS.has(key)) continue
    complaints.warn(`unknown key ${quoted(key)} is passed over; known are ${[...KNOWN_KEYS].join(", ")}`, { entry: index, key })
  }
  const model = entry["model"]
  if (typeof model !== "string" || model.trim() === "") {
    return complaints.refuse('model has to name a model, for example model = "claude-opus-5-5"', { entry: index, key: "model" })
  }
  const rate = (name: keyof GivenPrices): number | undefined => rateFrom(entry[RATE_KEYS[name]], RATE_KEYS[name], index, complaints)
  const input = rate("input")
  const output = rate("output")
  if (input === undefined || output === undefined) {
    const missing = input === undefined ? "input" : "output"
    return complaints.refuse(`${quoted(model)} has no ${missing} price; add ${missing} = USD per million tokens`, { entry: index })
  }
  const given = { input, output, cacheRead: rate("cacheRead"), cacheWrite5m: rate("cacheWrite5m"), cacheWrite1h: rate("cacheWrite1h") }
  return priceOverride(model.trim(), given, dayFrom(entry["effective_from"], index, complaints))
}

function rateFrom(value: unknown, key: string, entry: number, { refuse }: Complaints): number | undefined {
  if (value === undefined) return undefined
  if (typeof value !== "number" || !(value >= 0 && value <= MOST_USD)) {
    return refuse(`${key} has to be a number of USD per million tokens, 0 to ${MOST_USD}`, { entry, key })
  }
  if (Math.abs(value * 10_000 - Math.round(value * 10_000)) > 1e-6)
    return refuse(`${key} may have 4 decimals at most; round it`, { entry, key })
  return value
}

function dayFrom(value: unknown, entry: number, { refuse }: Complaints): string | undefined {
  if (value === undefined) return undefined
  const day = value instanceof TomlDate && value.isDate() ? value.toISOString() : value
  const isDay = typeof day === "string" && /^\d{4}-\d{2}-\d{2}$/.test(day)
  const time = isDay ? Date.parse(day) : Number.NaN
  if (!isDay || Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== day) {
    return refuse("effective_from has to be a day (UTC), for example 2026-07-30", { entry, key: "effective_from" })
  }
  return day
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date)
}

function quoted(text: string): string {
  return JSON.stringify(text)
}
