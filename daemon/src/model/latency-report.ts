// Latencies by session, subagent, tool, model, project or host, over windows. Samples are merged, percentiles never averaged.

import { create } from "@bufbuild/protobuf"
import { timestampFromMs } from "@bufbuild/protobuf/wkt"
import { type Host, Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { type Latency, Window } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import {
  LatencyGroup,
  type LatencyRow,
  LatencyRowSchema,
  type SeriesPoint,
  SeriesPointSchema,
} from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import { type ClockWord, countsForSession, minuteOf } from "./clock-samples.ts"
import { type Belonging, type RowName, rowOf } from "./latency-groups.ts"
import type { LatencyCell } from "./latency-cell.ts"
import { latencyMessage } from "./latency-message.ts"
import { callsAndSamplesOf, inSlices, samplesOf } from "./latency-source.ts"
import { WINDOWS, windowStart } from "./latency-windows.ts"
import { LatencyHistogram } from "./latency.ts"
import type { Pourable } from "./pourable.ts"
import type { ProjectLatency } from "./project-latency.ts"
import { ResidentLatency, type ResidentLatencyOptions } from "./resident-latency.ts"
import { SamplePile } from "./sample-pile.ts"
import type { Roster } from "./roster.ts"
import { isFailure, isJudged } from "./judged-outcome.ts"

export interface LatencyQuery {
  readonly group: LatencyGroup
  readonly clocks: ReadonlySet<ClockWord>
  readonly windows: ReadonlySet<Window>
  /** A session or a conversation; undefined for all in scope. */
  readonly id: string | undefined
  readonly scope: Scope
}

export interface SeriesQuery {
  /** A session or a conversation; undefined for all. */
  readonly id: string | undefined
  readonly clock: ClockWord
  /** Only this tool or model; undefined for all. */
  readonly label: string | undefined
  readonly sinceMs: number
}

/** A row and what tells it from others. */
export interface IdentifiedRow {
  readonly id: string
  readonly row: LatencyRow
}

export interface LatencyReportOptions extends ResidentLatencyOptions {
  readonly host: Host
  readonly roster: Roster
  /** Undefined where the id is not known. */
  idsOf(id: string): readonly string[] | undefined
  idsIn(scope: Scope): readonly string[]
}

/** A row to be, and what goes into each of its clocks. */
interface Gathered<Of extends Pourable> {
  readonly name: RowName
  readonly clocks: Map<ClockWord, Of[]>
}

type Rows<Of extends Pourable> = Map<string, Gathered<Of>>

const MINUTE_MS = 60_000

export class LatencyReport {
  readonly #world: LatencyReportOptions
  readonly #histogram = new LatencyHistogram()
  readonly #resident: ResidentLatency

  constructor(options: LatencyReportOptions) {
    this.#world = options
    this.#resident = new ResidentLatency(options)
  }

  /** Lets time pass. */
  tick(): void {
    this.#resident.slide()
  }

  /** Slowest first; undefined where the id is not known. */
  async list(query: LatencyQuery): Promise<readonly IdentifiedRow[] | undefined> {
    if (!isOfAll(query)) {
      const rows = await this.#gatherSome(query)
      return rows && this.#told(query, rows)
    }
    let projects = this.#resident.now()
    for (; projects === undefined; projects = this.#resident.now()) await this.#resident.catchUp()
    return this.#told(query, this.#gatherAll(query, projects))
  }

  #told({ clocks, windows }: LatencyQuery, rows: Rows<Pourable>): readonly IdentifiedRow[] {
    const nowMs = this.#world.now()
    const shortest = WINDOWS.find((window) => windows.has(window))
    return [...rows.values()]
      .map(({ name: { id, ...name }, clocks: poured }) => {
        const latency = [...clocks].flatMap((clock) => this.#latencies(clock, poured.get(clock) ?? [], windows, nowMs))
        return { id, row: create(LatencyRowSchema, { ...name, latency }), slowness: slownessOf(latency, shortest) }
      })
      .filter(({ row }) => row.latency.length > 0)
      .sort((a, b) => b.slowness - a.slowness || (a.id < b.id ? -1 : 1))
  }

  /** Of everything known: from histograms that are there. */
  #gatherAll({ group, clocks }: LatencyQuery, projects: ReadonlyMap<string, ProjectLatency>): Rows<LatencyCell> {
    const rows: Rows<LatencyCell> = new Map()
    for (const [project, { cells }] of projects) {
      const at = { conversationId: "", sessionId: "", project, hostName: this.#world.host.name }
      for (const cell of cells) {
        const { clock } = cell.series
        const name = clocks.has(clock) ? rowOf(group, cell.series, at) : undefined
        if (name !== undefined) clockOf(rows, name, clock).push(cell)
      }
    }
    return rows
  }

  /** Of some conversations: from their samples. */
  async #gatherSome(query: LatencyQuery): Promise<Rows<SamplePile> | undefined> {
    const { id, group, clocks, windows, scope } = query
    const ids = id === undefined ? this.#world.idsIn(scope) : this.#world.idsOf(id)
    if (ids === undefined) return undefined
    const since = Math.min(...[...windows].map((window) => windowStart(window, this.#world.now())))
    const rows: Rows<SamplePile> = new Map()
    for await (const conversationId of inSlices(this.#active(ids, since))) {
      const at = this.#belonging(conversationId)
      samplesOf(this.#world, conversationId)?.each(since, (series, ms, minute) => {
        const name = clocks.has(series.clock) ? rowOf(group, series, at) : undefined
        if (name === undefined) return
        const piles = clockOf(rows, name, series.clock)
        let [pile] = piles
        if (pile === undefined) piles.push((pile = new SamplePile()))
        pile.add(ms, minute, series.isEstimated)
      })
    }
    return rows
  }

  /** Minutes in which something ended, oldest first; undefined where the id is not known. */
  async series(query: SeriesQuery): Promise<readonly SeriesPoint[] | undefined> {
    const { clock, label, id } = query
    const ids = id === undefined ? [...this.#world.conversations.keys()] : this.#world.idsOf(id)
    if (ids === undefined) return undefined
    const since = minuteOf(query.sinceMs)
    const minutes = new Map<number, { readonly pile: SamplePile; judged: number; failed: number }>()
    const at = (minute: number) => {
      let point = minutes.get(minute)
      if (point === undefined) minutes.set(minute, (point = { pile: new SamplePile(), judged: 0, failed: 0 }))
      return point
    }
    for await (const conversationId of inSlices(this.#active(ids, since))) {
      const { samples, calls } = callsAndSamplesOf(this.#world, conversationId)
      samples?.each(since, (series, ms, minute) => {
        const isWanted = series.clock === clock && (label === undefined || series.label === label) && countsForSession(series)
        if (isWanted) at(minute).pile.add(ms, minute, series.isEstimated)
      })
      for (const { outcome, endMs, name } of calls) {
        if (endMs === undefined || minuteOf(endMs) < since || !isJudged(outcome)) continue
        if (clock === "tool" && label !== undefined && name !== label) continue
        const point = at(minuteOf(endMs))
        point.judged++
        if (isFailure(outcome)) point.failed++
      }
    }
    return [...minutes]
      .sort(([a], [b]) => a - b)
      .map(([minute, { pile, judged, failed }]) => {
        this.#histogram.reset()
        pile.pourAll(this.#histogram)
        const figures = this.#histogram.percentiles()
        return create(SeriesPointSchema, {
          time: timestampFromMs(minute * MINUTE_MS),
          judgedCalls: BigInt(judged),
          failedCalls: BigInt(failed),
          ...(figures === undefined ? {} : { latency: latencyMessage(clock, figures, Window.WINDOW_UNSPECIFIED) }),
        })
      })
  }

  /** Those that may have samples from this minute on. */
  #active(ids: readonly string[], sinceMinute: number): readonly string[] {
    return ids.filter((id) => minuteOf(this.#world.conversations.get(id)?.lastMs ?? 0) >= sinceMinute)
  }

  #belonging(conversationId: string): Belonging {
    const { roster, conversations, host } = this.#world
    const sessionId = roster.sessionOf(conversationId)?.id ?? ""
    return { conversationId, sessionId, project: conversations.get(conversationId)?.meta.cwd ?? "", hostName: host.name }
  }

  #latencies(clock: ClockWord, poured: readonly Pourable[], windows: ReadonlySet<Window>, nowMs: number): Latency[] {
    this.#histogram.reset()
    return WINDOWS.flatMap((window, band) => {
      for (const part of poured) part.pour(band, nowMs, this.#histogram)
      const figures = windows.has(window) ? this.#histogram.percentiles() : undefined
      return figures === undefined ? [] : [latencyMessage(clock, figures, window)]
    })
  }
}

/** Projects and hosts are of everything known, whatever the scope says; so are tools and models where it says all. */
function isOfAll({ id, group, scope }: LatencyQuery): boolean {
  if (id !== undefined) return false
  if (group === LatencyGroup.TOOL || group === LatencyGroup.MODEL) return scope === Scope.ALL
  return group === LatencyGroup.PROJECT || group === LatencyGroup.HOST
}

function clockOf<Of extends Pourable>(rows: Rows<Of>, name: RowName, clock: ClockWord): Of[] {
  let row = rows.get(name.id)
  if (row === undefined) rows.set(name.id, (row = { name, clocks: new Map() }))
  let poured = row.clocks.get(clock)
  if (poured === undefined) row.clocks.set(clock, (poured = []))
  return poured
}

/** The largest p95 of the shortest window. */
function slownessOf(latency: readonly Latency[], shortest: Window | undefined): number {
  return Math.max(-1, ...latency.flatMap(({ window, p95Ms }) => (window === shortest ? [Number(p95Ms)] : [])))
}
