import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { addDays, mondayOf, monthOf, timeZone, UnknownTimeZoneError } from "./time-zone.ts"

const ZONES = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "America/St_Johns",
  "Asia/Kolkata",
  "Asia/Kathmandu",
  "Pacific/Chatham",
  "Pacific/Kiritimati",
  "Pacific/Niue",
  "Australia/Lord_Howe",
  "America/Havana",
  "Asia/Beirut",
  "Africa/Cairo",
  "Atlantic/Azores",
]

const iso = (text: string) => Date.parse(text)

describe("dates of moments", () => {
  test.each([
    ["UTC", "2026-11-20T23:59:59.999Z", "2026-11-20"],
    ["Europe/Berlin", "2026-11-20T23:00:00Z", "2026-11-21"],
    ["Europe/Berlin", "2026-07-20T21:59:59Z", "2026-07-20"],
    ["Asia/Kathmandu", "2026-11-20T18:14:59Z", "2026-11-20"],
    ["Asia/Kathmandu", "2026-11-20T18:15:00Z", "2026-11-21"],
    ["America/New_York", "2026-11-02T04:59:59Z", "2026-11-01"],
    ["Pacific/Kiritimati", "2026-11-20T10:00:00Z", "2026-11-21"],
  ])("%s at %s is %s", (zone, moment, date) => {
    expect(timeZone(zone).dateOf(iso(moment))).toBe(date)
  })

  test("are what the platform's own formatting says, for any zone and quarter of an hour", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.integer({ min: iso("2012-01-01") / 900_000, max: iso("2038-01-01") / 900_000 - 1 }),
        (zone, slot) => {
          const plain = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" })
          expect(timeZone(zone).dateOf(slot * 900_000)).toBe(plain.format(slot * 900_000))
        },
      ),
    )
  })
})

describe("moments of dates", () => {
  test.each([
    ["UTC", "2026-11-20", "2026-11-20T00:00:00Z"],
    ["Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z"],
    ["Europe/Berlin", "2026-03-30", "2026-03-29T22:00:00Z"],
    ["Asia/Kathmandu", "2026-01-01", "2025-12-31T18:15:00Z"],
    // Clocks go from 24:00 to 1:00: the day has no midnight.
    ["Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z"],
    ["Pacific/Niue", "2026-01-01", "2026-01-01T11:00:00Z"],
  ])("%s %s starts at %s", (zone, date, moment) => {
    expect(new Date(timeZone(zone).startOf(date)).toISOString()).toBe(new Date(moment).toISOString())
  })

  test("days follow each other without gap or overlap", () => {
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), fc.integer({ min: 0, max: 9_000 }), (name, days) => {
        const zone = timeZone(name)
        const date = addDays("2012-06-01", days)
        const start = zone.startOf(date)
        expect(zone.dateOf(start)).toBe(date)
        expect(zone.dateOf(start - 1)).toBe(addDays(date, -1))
        const hours = (zone.startOf(addDays(date, 1)) - start) / 3_600_000
        expect([23, 23.5, 24, 24.5, 25]).toContain(hours)
      }),
    )
  })
})

test("weeks start on Monday, months on their first", () => {
  expect(["2026-11-16", "2026-11-20", "2026-11-22", "2026-11-23"].map((date) => mondayOf(date))).toEqual([
    "2026-11-16",
    "2026-11-16",
    "2026-11-16",
    "2026-11-23",
  ])
  expect(monthOf("2026-12-31")).toEqual({ first: "2026-12-01", next: "2027-01-01" })
})

test.each(["", "Mars/Olympus", "Europe/Berlin; rm"])("%j is no zone", (name) => {
  expect(() => timeZone(name)).toThrow(UnknownTimeZoneError)
})
