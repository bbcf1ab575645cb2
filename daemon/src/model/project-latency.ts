// The latencies of one project as histograms that are there before anybody asks, kept up while samples come, change and go. Those of the last 24
// hours are kept by the minute as well, so that time moves whole minutes from band to band.

import { type ClockWord, countsForSession, minuteOf, type SampleObserver, type Samples, type Series } from "./clock-samples.ts"
import { LatencyCell } from "./latency-cell.ts"
import { bandOf, OLDEST_BAND, windowStarts } from "./latency-windows.ts"
import type { SparseHistogram } from "./sparse-histogram.ts"

/** A sample of a minute in one number: the cell's, times this, plus twice the milliseconds, and one more for what is estimated. */
const CELL = 2 ** 28

export class ProjectLatency implements SampleObserver {
  readonly #cells: LatencyCell[] = []
  /** Of cells, by clock and label. */
  readonly #numbers = new Map<ClockWord, Map<string, number>>()
  readonly #recent = new Map<number, number[]>()
  #nowMinute: number
  /** First minutes of the windows. */
  #starts: readonly number[]
  #hasTurnedBack = false

  constructor(nowMs: number) {
    this.#nowMinute = minuteOf(nowMs)
    this.#starts = windowStarts(nowMs)
  }

  get cells(): readonly LatencyCell[] {
    return this.#cells
  }

  /** Whether it can no longer be kept up and has to be counted anew: the largest of what is old was taken out, or the time was set back. */
  get isLost(): boolean {
    return this.#hasTurnedBack || this.#cells.some((cell) => isMaxMissing(cell.histogram(OLDEST_BAND)))
  }

  /** Counts all samples of a conversation. */
  count(samples: Samples): void {
    const numbers = new Map<Series, number>()
    samples.each(Number.NEGATIVE_INFINITY, (series, ms, minute) => {
      let number = numbers.get(series)
      if (number === undefined) numbers.set(series, (number = this.numberOf(series)))
      this.sampleAdded(number, ms, minute, series.isEstimated)
    })
  }

  /** Takes all samples of a conversation out again. */
  uncount(samples: Samples): void {
    samples.each(Number.NEGATIVE_INFINITY, (series, ms, minute) =>
      this.sampleRemoved(this.numberOf(series), ms, minute, series.isEstimated),
    )
  }

  /** Number of the cell of a series; below 0 where it counts for no project. */
  numberOf(series: Series): number {
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

  sampleAdded(number: number, ms: number, minute: number, isEstimated: boolean): void {
    const band = bandOf(minute, this.#starts)
    const cell = this.#cells[number]
    cell?.add(band, ms, isEstimated)
    if (cell === undefined || band === OLDEST_BAND) return
    const ofMinute = this.#recent.get(minute)
    if (ofMinute === undefined) this.#recent.set(minute, [packed(number, ms, isEstimated)])
    else ofMinute.push(packed(number, ms, isEstimated))
  }

  sampleRemoved(number: number, ms: number, minute: number, isEstimated: boolean): void {
    this.#cells[number]?.remove(bandOf(minute, this.#starts), ms, isEstimated)
    const ofMinute = this.#recent.get(minute)
    const at = ofMinute?.indexOf(packed(number, ms, isEstimated)) ?? -1
    if (ofMinute === undefined || at < 0) return
    const last = ofMinute.pop()
    if (at < ofMinute.length && last !== undefined) ofMinute[at] = last
    if (ofMinute.length === 0) this.#recent.delete(minute)
  }

  /** Moves the bands up to a time. */
  slide(nowMs: number): void {
    const nowMinute = minuteOf(nowMs)
    if (nowMinute < this.#nowMinute) this.#hasTurnedBack = true
    if (nowMinute <= this.#nowMinute) return
    const before = this.#starts
    this.#nowMinute = nowMinute
    this.#starts = windowStarts(nowMs)
    for (const [minute, samples] of this.#recent) {
      const [from, to] = [bandOf(minute, before), bandOf(minute, this.#starts)]
      if (from === to) continue
      for (const sample of samples) {
        const cell = this.#cellOf(sample)
        cell?.remove(from, msOf(sample), wasEstimated(sample))
        cell?.add(to, msOf(sample), wasEstimated(sample))
      }
      if (to === OLDEST_BAND) this.#recent.delete(minute)
    }
  }

  /** Looks up the maxima that left their bands. */
  findMaxima(): void {
    const found = new Map<SparseHistogram, number>()
    for (const cell of this.#cells) {
      for (let band = 0; band < OLDEST_BAND; band++) {
        const histogram = cell.histogram(band)
        if (histogram !== undefined && isMaxMissing(histogram)) found.set(histogram, 0)
      }
    }
    if (found.size === 0) return
    for (const [minute, samples] of this.#recent) {
      const band = bandOf(minute, this.#starts)
      for (const sample of samples) {
        const histogram = this.#cellOf(sample)?.histogram(band)
        const max = histogram && found.get(histogram)
        if (histogram !== undefined && max !== undefined && msOf(sample) > max) found.set(histogram, msOf(sample))
      }
    }
    for (const [histogram, ms] of found) histogram.foundMax(ms)
  }

  #cellOf(sample: number): LatencyCell | undefined {
    return this.#cells[Math.floor(sample / CELL)]
  }
}

function isMaxMissing(histogram: SparseHistogram | undefined): boolean {
  return histogram !== undefined && histogram.maxMs === undefined
}

function packed(cell: number, ms: number, estimated: boolean): number {
  return cell * CELL + ms * 2 + (estimated ? 1 : 0)
}

function msOf(sample: number): number {
  return (sample % CELL) >> 1
}

function wasEstimated(sample: number): boolean {
  return sample % 2 === 1
}
