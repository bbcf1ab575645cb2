// Reading members of JSON that anybody may have written: each accessor answers the member's value if it is what we expect and nothing
// otherwise, so that a malformed member costs the member and never the line.

export type JsonObject = Readonly<Record<string, unknown>>

const MAX_TIME_MS = 4_102_444_800_000 // the year 2100

export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined
}

/** The objects among an array's elements; empty for anything that is no array. */
export function asObjects(value: unknown): readonly JsonObject[] {
  if (!Array.isArray(value)) return []
  return value.filter((element): element is JsonObject => asObject(element) !== undefined)
}

/** The strings among an array's elements; empty for anything that is no array. */
export function asStrings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((element): element is string => typeof element === "string") : []
}

/** A non-empty string of at most `max` UTF-16 units, without lone surrogates; a longer one is no id and no name, so it is left out. */
export function asString(value: unknown, max = 4096): string | undefined {
  return typeof value === "string" && value !== "" && value.length <= max ? value.toWellFormed() : undefined
}

/** A token count: a non-negative safe integer; 0 for anything else (negative, fractional, beyond 2^53, a string, null). */
export function asCount(value: unknown): number {
  return Number.isSafeInteger(value) && (value as number) > 0 ? (value as number) : 0
}

/** A finite number of at least 0. */
export function asAmount(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined
}

/** An ISO 8601 string as Unix milliseconds; undefined outside 1970 to 2100. */
export function asTimeMs(value: unknown): number | undefined {
  if (typeof value !== "string" || value.length > 40) return undefined
  return asUnixMs(usualTimeMs(value) ?? Date.parse(value))
}

/** The day last asked for, as it is written, and its first millisecond. */
let lastDay = "-"
let lastDayMs = 0

/** A time as all agents write it, 2026-11-23T04:05:06.789Z, at a fraction of what the engine's parser takes; undefined for any other. */
function usualTimeMs(text: string): number | undefined {
  if (text.length !== 24 || text.charCodeAt(10) !== 0x54 || text.charCodeAt(23) !== 0x5a) return undefined
  if (text.charCodeAt(13) !== 0x3a || text.charCodeAt(16) !== 0x3a || text.charCodeAt(19) !== 0x2e) return undefined
  const hours = twoDigits(text, 11)
  const minutes = twoDigits(text, 14)
  const seconds = twoDigits(text, 17)
  const millis = twoDigits(text, 20) * 10 + digit(text, 22)
  // Also where one of them is NaN.
  if (!(hours < 24 && minutes < 60 && seconds < 60 && millis < 1000)) return undefined
  if (!text.startsWith(lastDay)) {
    lastDay = text.slice(0, 10)
    lastDayMs = Date.parse(`${lastDay}T00:00:00.000Z`)
    // A day that no month has.
    if (!(lastDayMs > 0) || !new Date(lastDayMs).toISOString().startsWith(lastDay)) lastDayMs = Number.NaN
  }
  if (Number.isNaN(lastDayMs)) return undefined
  return lastDayMs + hours * 3_600_000 + minutes * 60_000 + seconds * 1000 + millis
}

/** NaN where one is none. */
function twoDigits(text: string, at: number): number {
  return digit(text, at) * 10 + digit(text, at + 1)
}

function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - 0x30
  return value >= 0 && value <= 9 ? value : Number.NaN
}

/** A number as Unix milliseconds; undefined outside 1970 to 2100. */
export function asUnixMs(value: unknown): number | undefined {
  return typeof value === "number" && value > 0 && value < MAX_TIME_MS ? Math.floor(value) : undefined
}
