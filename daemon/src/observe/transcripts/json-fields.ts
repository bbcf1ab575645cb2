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
  return asUnixMs(Date.parse(value))
}

/** A number as Unix milliseconds; undefined outside 1970 to 2100. */
export function asUnixMs(value: unknown): number | undefined {
  return typeof value === "number" && value > 0 && value < MAX_TIME_MS ? Math.floor(value) : undefined
}
