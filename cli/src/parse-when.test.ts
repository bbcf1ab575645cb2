import { timeZone } from "@vibecraft/shared/time-zone"
import { expect, test } from "vitest"
import { UsageError } from "./command-error.ts"
import { parseWhen } from "./parse-when.ts"

const NOW = Date.parse("2026-11-20T12:30:00Z")
const when = (text: string, edge: "start" | "end" = "start", zone = "Europe/Berlin") =>
  new Date(parseWhen("--since", text, edge, timeZone(zone), NOW)).toISOString()

test.each<[string, "start" | "end", string]>([
  ["2026-11-20", "start", "2026-11-19T23:00:00.000Z"],
  ["2026-11-20", "end", "2026-11-20T23:00:00.000Z"],
  ["2026-03-29", "end", "2026-03-29T22:00:00.000Z"],
  ["today", "start", "2026-11-19T23:00:00.000Z"],
  ["yesterday", "end", "2026-11-19T23:00:00.000Z"],
  ["7d", "start", "2026-11-13T12:30:00.000Z"],
  ["12h", "end", "2026-11-20T00:30:00.000Z"],
  ["2w", "start", "2026-11-06T12:30:00.000Z"],
  ["2026-11-20T09:00:00+01:00", "start", "2026-11-20T08:00:00.000Z"],
  ["2026-11-20T09:00Z", "end", "2026-11-20T09:00:00.000Z"],
])("%s as a %s is %s", (text, edge, expected) => {
  expect(when(text, edge)).toBe(expected)
})

test("days are those of the zone", () => {
  expect(when("today", "start", "Pacific/Kiritimati")).toBe("2026-11-20T10:00:00.000Z")
})

test.each(["", "2026-02-30", "2026-13-01", "20261120", "7", "7y", "tomorrow", "2026-11-20T25:00Z", "-7d", "9999999d"])(
  "%j is refused",
  (text) => {
    expect(() => when(text)).toThrow(UsageError)
    expect(() => when(text)).toThrow(/--since .* give a day like/)
  },
)
