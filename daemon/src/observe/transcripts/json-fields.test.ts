import fc from "fast-check"
import { expect, test } from "vitest"
import { asTimeMs } from "./json-fields.ts"

test("reads times as the engine's own parser reads them", () => {
  const two = fc.integer({ min: 0, max: 99 }).map((value) => String(value).padStart(2, "0"))
  const usual = fc.tuple(fc.integer({ min: 1960, max: 2110 }), two, two, two, two, two, fc.integer({ min: 0, max: 999 }))
  fc.assert(
    fc.property(fc.array(usual, { minLength: 1, maxLength: 4 }), (times) => {
      for (const [year, month, day, hours, minutes, seconds, millis] of times) {
        const text = `${year}-${month}-${day}T${hours}:${minutes}:${seconds}.${String(millis).padStart(3, "0")}Z`
        const ms = Date.parse(text)
        expect({ text, ms: asTimeMs(text) }).toEqual({ text, ms: ms > 0 && ms < 4_102_444_800_000 ? ms : undefined })
      }
    }),
    { numRuns: 3000 },
  )
})

test.each([
  "2026-11-23T04:05:06Z",
  "2026-11-23T04:05:06.789+02:00",
  "2026-11-23T04:05:06.7x9Z",
  "2026-11-2xT04:05:06.789Z",
  "today",
  "",
  7,
  null,
])("reads other times the long way, or not at all: %s", (value) => {
  const ms = typeof value === "string" ? Date.parse(value) : Number.NaN
  expect(asTimeMs(value)).toBe(Number.isNaN(ms) ? undefined : ms)
})
