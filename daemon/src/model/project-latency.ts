// The latencies of one project as histograms that are there before anybody asks, kept up while samples come, change and go. Those of the last 24
// hours are kept by the minute as well, so that a window slides by taking out the minutes that it leaves behind.

import { type ClockWord, countsForSession, minuteOf, type SampleObserver, type Samples, type Series } from "./clock-samples.ts"
import { LatencyCell } from "./latency-cell.ts"
import { WINDOWS, windowStart } from "./latency-windows.ts"
import type { SparseHistogram } from "./sparse-histogram.ts"

/** The window over all time, and the longest of those that slide. */
const ALL = WINDOWS.length - 1
const LONGEST = ALL - 1
/** A sample of a minute in one number: the cell's, times this, plus twice the milliseconds, and one more for what is estimated. */
const CELL = 2 ** 28

export class ProjectLatency implements SampleObserver {
  readonly #cells: LatencyCell[] = []
  /** Of cells, by clock and label: to join the two for each sample would take as long as to count it. */
  readonly #numbers = new Map<ClockWord, Map<string, number>>()
  readonly #recent = new Map<number, number[]>()
  #nowMinute: number
  /** First minutes of the windows. */
  #starts: readonly number[]
  #hasTurnedBack = false

  constructor(nowMs: number) {
    this.#nowMinute = minuteOf(nowMs)
    this.#starts = startsAt(nowMs)
  }

  get cells(): readonly LatencyCell[] {
    return this.#cells
  }

  /** Whether it can no longer be kept up and has to be counted anew: the largest of all time was taken out, or the time was set back. */
  get isLost(): boolean {
    return this.#hasTurnedBack || this.#cells.some((cell) => cell.histogram(ALL)?.maxMs === undefined && cell.histogram(ALL) !== undefined)
  }

  /** Counts all samples of a conversation. */
  count(samples: Samples): void {
    const numbers = new Map<Series, number>()
    samples.each(Number.NEGATIVE_INFINITY, (series, ms, minute) => {
      let number = numbers.get(series)
      if (number === undefined) numbers.set(series, (number = this.#numberOf(series)))
      if (number >= 0) this.#add(number, ms, minute, series.isEstimated)
    })
  }

  /** Takes all samples of a conversation out again. */
  uncount(samples: Samples): void {
    samples.each(Number.NEGATIVE_INFINITY, (series, ms, minute) => this.sampleRemoved(series, ms, minute))
  }

  sampleAdded(series: Series, ms: number, minute: number): void {
    const number = this.#numberOf(series)
    if (number >= 0) this.#add(number, ms, minute, series.isEstimated)
  }

  sampleRemoved(series: Series, ms: number, minute: number): void {
    const number = this.#numberOf(series)
    const cell = this.#cells[number]
    if (cell === undefined) return
    for (let window = ALL; window >= 0 && minute >= this.#startOf(window); window--) cell.remove(window, ms, series.isEstimated)
    const ofMinute = this.#recent.get(minute)
    const at = ofMinute?.indexOf(packed(number, ms, series.isEstimated)) ?? -1
    if (ofMinute === undefined || at < 0) return
    const last = ofMinute.pop()
    if (at < ofMinute.length && last !== undefined) ofMinute[at] = last
    if (ofMinute.length === 0) this.#recent.delete(minute)
  }

  /** Moves the windows up to a time. */
  slide(nowMs: number): void {
    const nowMinute = minuteOf(nowMs)
    if (nowMinute < this.#nowMinute) this.#hasTurnedBack = true
    if (nowMinute <= this.#nowMinute) return
    const before = this.#starts
    this.#nowMinute = nowMinute
    this.#starts = startsAt(nowMs)
    for (const [minute, samples] of this.#recent) {
      for (let window = LONGEST; window >= 0; window--) {
        if (minute < (before[window] ?? 0) || minute >= this.#startOf(window)) continue
        for (const sample of samples) this.#cells[Math.floor(sample / CELL)]?.remove(window, (sample % CELL) >> 1, sample % 2 === 1)
      }
      if (minute < this.#startOf(LONGEST)) this.#recent.delete(minute)
    }
  }

  /** Looks up the maxima that left their windows. */
  findMaxima(): void {
    const found = new Map<SparseHistogram, number>()
    let since = Number.POSITIVE_INFINITY
    for (const cell of this.#cells) {
      for (let window = LONGEST; window >= 0; window--) {
        const histogram = cell.histogram(window)
        if (histogram === undefined || histogram.maxMs !== undefined) continue
        found.set(histogram, 0)
        since = Math.min(since, this.#startOf(window))
      }
    }
    if (found.size === 0) return
    for (const [minute, samples] of this.#recent) {
      for (const sample of minute < since ? [] : samples) {
        const cell = this.#cells[Math.floor(sample / CELL)]
        const ms = (sample % CELL) >> 1
        for (let window = LONGEST; window >= 0 && minute >= this.#startOf(window); window--) {
          const histogram = cell?.histogram(window)
          const max = histogram && found.get(histogram)
          if (histogram !== undefined && max !== undefined && ms > max) found.set(histogram, ms)
        }
      }
    }
    for (const [histogram, ms] of found) histogram.foundMax(ms)
  }

  #add(number: number, ms: number, minute: number, isEstimated: boolean): void {
    let shortest = ALL
    while (shortest > 0 && minute >= this.#startOf(shortest - 1)) shortest--
    this.#cells[number]?.add(shortest, ms, isEstimated)
    if (shortest === ALL) return
    const ofMinute = this.#recent.get(minute)
    if (ofMinute === undefined) this.#recent.set(minute, [packed(number, ms, isEstimated)])
    else ofMinute.push(packed(number, ms, isEstimated))
  }

  /** Windows contain one another: one that a minute is not in ends the search. */
  #startOf(window: number): number {
    return this.#starts[window] ?? Number.POSITIVE_INFINITY
  }

  /** Number of the cell of a series; below 0 where it counts for no project. */
  #numberOf(series: Series): number {
    if (!countsForSession(series)) return -1
    const { clock, label } = series
    let numbers = this.#numbers.get(clock)
    if (numbers === undefined) this.#numbers.set(clock, (numbers = new Map()))
    let number = numbers.get(label)
    if (number === undefined) {
      number = this.#cells.push(new LatencyCell(series)) - 1
      numbers.set(label, number)
    }
    return number
  }
}

function startsAt(nowMs: number): readonly number[] {
  return WINDOWS.map((window) => windowStart(window, nowMs))
}

function packed(cell: number, ms: number, isEstimated: boolean): number {
  return cell * CELL + ms * 2 + (isEstimated ? 1 : 0)
}
