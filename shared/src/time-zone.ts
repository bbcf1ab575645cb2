// Days, weeks and months as people have them: in a zone, where a day has 23 to 25 hours and need not start at midnight. Node and browsers
// know the zones; this turns what they know into dates of moments and moments of dates.

const MINUTE_MS = 60_000
const DAY_MS = 1_440 * MINUTE_MS
const SEARCH_STEP_MS = 15 * MINUTE_MS
/** No zone is further from UTC than this. */
const MOST_OFFSET_MS = 15 * 60 * MINUTE_MS
const MOST_CACHED_DAYS = 20_000

/** A day, "2026-11-20". Dates compare as texts. */
export type LocalDate = string

export interface TimeZone {
  /** As the platform writes it, for example "Europe/Berlin". */
  readonly name: string
  /** The date that a clock on the wall shows then. */
  dateOf(timeMs: number): LocalDate
  /** The first moment of a day, Unix milliseconds: midnight, or what follows it where clocks jump over it. To a quarter of an hour. */
  startOf(date: LocalDate): number
}

/** Thrown for a name that is no zone's. */
export class UnknownTimeZoneError extends Error {
  override readonly name = "UnknownTimeZoneError"
}

/** The zone of an IANA name; exact for times from 1970 on. Throws UnknownTimeZoneError. */
export function timeZone(name: string): TimeZone {
  const format = formatOf(name)
  /** Offsets at the start of UTC days. Where two neighbours are alike, all between is. */
  const atMidnight = new Map<number, number>()
  const dates = new Map<number, LocalDate>()

  function offsetAt(timeMs: number): number {
    const [, month, day, year, hour, minute, second] = /^(\d+)\/(\d+)\/(\d+), (\d+):(\d+):(\d+)$/.exec(format.format(timeMs)) ?? []
    const local = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
    return local - Math.floor(timeMs / 1000) * 1000
  }

  function midnightOffset(utcDay: number): number {
    let offset = atMidnight.get(utcDay)
    if (offset === undefined) {
      if (atMidnight.size >= MOST_CACHED_DAYS) atMidnight.clear()
      atMidnight.set(utcDay, (offset = offsetAt(utcDay * DAY_MS)))
    }
    return offset
  }

  function dateOf(timeMs: number): LocalDate {
    const utcDay = Math.floor(timeMs / DAY_MS)
    const before = midnightOffset(utcDay)
    const offset = before === midnightOffset(utcDay + 1) ? before : offsetAt(timeMs)
    return written(Math.floor((timeMs + offset) / DAY_MS))
  }

  function written(day: number): LocalDate {
    let date = dates.get(day)
    if (date === undefined) {
      if (dates.size >= MOST_CACHED_DAYS) dates.clear()
      dates.set(day, (date = new Date(day * DAY_MS).toISOString().slice(0, 10)))
    }
    return date
  }

  function startOf(date: LocalDate): number {
    const midnight = Date.parse(date)
    let low = midnight - MOST_OFFSET_MS
    let high = midnight + MOST_OFFSET_MS
    while (high - low > SEARCH_STEP_MS) {
      const middle = low + Math.floor((high - low) / SEARCH_STEP_MS / 2) * SEARCH_STEP_MS
      if (dateOf(middle) >= date) high = middle
      else low = middle
    }
    return high
  }

  return { name: format.resolvedOptions().timeZone, dateOf, startOf }
}

/** The date so many days later; earlier where negative. */
export function addDays(date: LocalDate, days: number): LocalDate {
  return new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10)
}

/** The Monday of a date's week. */
export function mondayOf(date: LocalDate): LocalDate {
  return addDays(date, -((new Date(date).getUTCDay() + 6) % 7))
}

/** The first days of a date's month and of the month after. */
export function monthOf(date: LocalDate): { readonly first: LocalDate; readonly next: LocalDate } {
  const day = new Date(date)
  const next = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 1))
  return { first: `${date.slice(0, 7)}-01`, next: next.toISOString().slice(0, 10) }
}

function formatOf(name: string): Intl.DateTimeFormat {
  const digits = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" } as const
  try {
    return new Intl.DateTimeFormat("en-US-u-ca-gregory-nu-latn", { timeZone: name, hourCycle: "h23", ...digits })
  } catch (cause) {
    throw new UnknownTimeZoneError(`no time zone is called ${JSON.stringify(name.slice(0, 80))}`, { cause })
  }
}
