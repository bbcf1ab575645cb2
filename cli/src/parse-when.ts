// Times as people type them: days in their own zone, or so long ago.

import { addDays, type TimeZone } from "@vibecraft/shared/time-zone"
import { UsageError } from "./command-error.ts"

const UNIT_MS = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const
const DAY = /^\d{4}-\d\d-\d\d$/
const AGO = /^(\d{1,5})([hdw])$/
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/

/**
 * Unix milliseconds of "2026-11-20", "today", "yesterday", "12h", "7d", "2w" or "2026-11-20T09:00:00+01:00".
 * `edge` says what a day means: its first moment, or the first moment after it.
 * Throws UsageError, naming the option.
 */
export function parseWhen(option: string, text: string, edge: "start" | "end", zone: TimeZone, nowMs: number): number {
  const [, count, unit] = AGO.exec(text) ?? []
  if (count !== undefined && unit !== undefined) return nowMs - Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS]
  if (MOMENT.test(text)) {
    const ms = Date.parse(text)
    if (!Number.isNaN(ms)) return ms
  }
  const today = zone.dateOf(nowMs)
  const date = text === "today" ? today : text === "yesterday" ? addDays(today, -1) : text
  if (!isDate(date)) {
    throw new UsageError(
      `${option} ${JSON.stringify(text)}: give a day like 2026-11-20, today or yesterday, a time ago like 7d, 12h or 2w, or a time like 2026-11-20T09:00:00Z`,
    )
  }
  return zone.startOf(edge === "start" ? date : addDays(date, 1))
}

function isDate(text: string): boolean {
  if (!DAY.test(text)) return false
  const ms = Date.parse(text)
  return !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 10) === text
}
