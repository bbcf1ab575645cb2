// What the clocks of one conversation have measured: ten bytes a sample (duration, minute of its end, and a number for what it is of), so that
// a window can be counted whenever it is asked for. A sample keeps its place and can be put right there.

import { type Percentiles, recordableMs } from "./latency.ts"
import { SortedDurations } from "./sorted-durations.ts"

/** What a latency is of. */
export type ClockWord = "tool" | "model" | "permission" | "turn" | "idle"

export const CLOCKS: readonly ClockWord[] = ["tool", "model", "permission", "turn", "idle"]

/** What samples of one kind have in common. */
export interface Series {
  readonly clock: ClockWord
  /** The tool, for the tool clock and for a permission whose call is known; the model, for the model clock; else empty. */
  readonly label: string
  /** Absent for the main agent. */
  readonly subagentId: string | undefined
  readonly isEstimated: boolean
}

/** Samples in memory, or packed. */
export interface Samples {
  /** Calls back for each sample that ended in this minute or later. */
  each(sinceMinute: number, visit: (series: Series, ms: number, minute: number) => void): void
}

/** Hears of each sample that comes and goes; one that is put right goes and comes. */
export interface SampleObserver {
  /** What it knows a series by; asked once for each, for a sample says only to which it belongs. */
  numberOf(series: Series): number
  sampleAdded(number: number, ms: number, minute: number, isEstimated: boolean): void
  sampleRemoved(number: number, ms: number, minute: number, isEstimated: boolean): void
}

/** Place of a sample that is not there. */
export const NO_PLACE = -1

export const MINUTE_MS = 60_000
const FIRST_CAPACITY = 8
const VOID = -1

export function minuteOf(timeMs: number): number {
  return Math.floor(timeMs / MINUTE_MS)
}

/** A subagent's runs are no turns of the session's: these are the person's and the main agent's. */
export function countsForSession({ clock, subagentId }: Series): boolean {
  return subagentId === undefined || (clock !== "turn" && clock !== "idle")
}

export class ClockSamples implements Samples {
  readonly #series: Series[] = []
  #last = 0
  #ms = new Int32Array(FIRST_CAPACITY)
  #minute = new Int32Array(FIRST_CAPACITY)
  #seriesOf = new Uint16Array(FIRST_CAPACITY)
  #places = 0
  #latestMinute = 0
  /** In order, from when they are first asked for. */
  #clocks: Map<ClockWord, SortedDurations> | undefined
  readonly #tools = new Map<string, SortedDurations>()
  #observer: SampleObserver | undefined
  /** What the observer knows the series by. */
  #observed: (number | undefined)[] = []

  /** Who counts these samples together with those of others. */
  set observer(observer: SampleObserver | undefined) {
    this.#observer = observer
    this.#observed = []
  }

  /** Minute in which the latest of all samples ended; 0 where there is none. */
  get latestMinute(): number {
    return this.#latestMinute
  }

  /**
   * Puts a sample at a place, or at a new one for `NO_PLACE`, and answers where it is. What is no duration leaves nothing there.
   */
  put(place: number, durationMs: number | undefined, endMs: number, series: Series): number {
    const ms = durationMs === undefined ? undefined : recordableMs(durationMs)
    if (place === NO_PLACE && ms === undefined) return NO_PLACE
    let at = place
    if (at === NO_PLACE) {
      at = this.#places++
      if (at === this.#ms.length) this.#grow()
    } else this.#tell(at, false)
    const minute = minuteOf(endMs)
    this.#ms[at] = ms ?? VOID
    this.#minute[at] = minute
    this.#seriesOf[at] = this.#numberOf(series)
    if (minute > this.#latestMinute && ms !== undefined) this.#latestMinute = minute
    this.#tell(at, true)
    return at
  }

  /** Percentiles of a clock over all of the conversation; undefined without samples. */
  figures(clock: ClockWord): Percentiles | undefined {
    return this.#published().get(clock)?.percentiles()
  }

  /** Percentiles of one tool's calls. */
  toolFigures(tool: string): Percentiles | undefined {
    this.#published()
    return this.#tools.get(tool)?.percentiles()
  }

  each(sinceMinute: number, visit: (series: Series, ms: number, minute: number) => void): void {
    for (let at = 0; at < this.#places; at++) {
      const ms = this.#ms[at] ?? VOID
      const minute = this.#minute[at] ?? 0
      const series = this.#series[this.#seriesOf[at] ?? 0]
      if (ms !== VOID && minute >= sinceMinute && series !== undefined) visit(series, ms, minute)
    }
  }

  #tell(at: number, isThere: boolean): void {
    this.#publish(at, isThere)
    const observer = this.#observer
    const ms = this.#ms[at] ?? VOID
    const which = this.#seriesOf[at] ?? 0
    const series = this.#series[which]
    if (observer === undefined || ms === VOID || series === undefined) return
    const minute = this.#minute[at] ?? 0
    const number = (this.#observed[which] ??= observer.numberOf(series))
    if (isThere) observer.sampleAdded(number, ms, minute, series.isEstimated)
    else observer.sampleRemoved(number, ms, minute, series.isEstimated)
  }

  #published(): Map<ClockWord, SortedDurations> {
    if (this.#clocks === undefined) {
      this.#clocks = new Map(CLOCKS.map((clock) => [clock, new SortedDurations()]))
      for (let at = 0; at < this.#places; at++) this.#publish(at, true)
    }
    return this.#clocks
  }

  /** Adds the sample at a place to what is kept in order, or takes it out. */
  #publish(at: number, isThere: boolean): void {
    const ms = this.#ms[at] ?? VOID
    const series = this.#series[this.#seriesOf[at] ?? 0]
    if (this.#clocks === undefined || ms === VOID || series === undefined || !countsForSession(series)) return
    const { clock, label, isEstimated } = series
    const sorted = [this.#clocks.get(clock), clock === "tool" ? this.#toolDurations(label) : undefined]
    for (const durations of sorted) {
      if (isThere) durations?.add(ms, isEstimated)
      else durations?.remove(ms, isEstimated)
    }
  }

  #toolDurations(tool: string): SortedDurations {
    let durations = this.#tools.get(tool)
    if (durations === undefined) this.#tools.set(tool, (durations = new SortedDurations()))
    return durations
  }

  /** Neighbours are mostly of one kind, and kinds are few. */
  #numberOf(series: Series): number {
    const last = this.#series[this.#last]
    if (last !== undefined && isSame(last, series)) return this.#last
    let number = this.#series.findIndex((known) => isSame(known, series))
    if (number < 0) {
      const { clock, label, subagentId, isEstimated } = series
      number = this.#series.push({ clock, label, subagentId, isEstimated }) - 1
    }
    this.#last = number
    return number
  }

  #grow(): void {
    const capacity = this.#ms.length * 2
    const grown = new Int32Array(capacity)
    grown.set(this.#ms)
    this.#ms = grown
    const minutes = new Int32Array(capacity)
    minutes.set(this.#minute)
    this.#minute = minutes
    const numbers = new Uint16Array(capacity)
    numbers.set(this.#seriesOf)
    this.#seriesOf = numbers
  }
}

function isSame(a: Series, b: Series): boolean {
  return a.label === b.label && a.clock === b.clock && a.subagentId === b.subagentId && a.isEstimated === b.isEstimated
}
