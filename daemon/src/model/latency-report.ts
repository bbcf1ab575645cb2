// Latencies by session, subagent, tool, model, project or host, over windows. Samples are merged, percentiles never averaged.

import { create } from "@bufbuild/protobuf"
import { timestampFromMs } from "@bufbuild/protobuf/wkt"
import type { Host, Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { type Latency, Window } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import {
  LatencyGroup,
  type LatencyRow,
  LatencyRowSchema,
  type SeriesPoint,
  SeriesPointSchema,
} from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import { type ClockWord, countsForSession, minuteOf } from "./clock-samples.ts"
import type { Conversation } from "./conversation.ts"
import { type Belonging, type RowName, rowOf } from "./latency-groups.ts"
import { latencyMessage } from "./latency-message.ts"
import { type LatencySourceOptions, readSamples } from "./latency-source.ts"
import { WINDOWS, windowStart } from "./latency-windows.ts"
import { LatencyHistogram } from "./latency.ts"
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

export interface LatencyReportOptions extends LatencySourceOptions {
  readonly host: Host
  readonly roster: Roster
  readonly conversations: ReadonlyMap<string, Conversation>
  /** Undefined where the id is not known. */
  idsOf(id: string): readonly string[] | undefined
  idsIn(scope: Scope): readonly string[]
  /** Unix milliseconds. */
  readonly now: () => number
}

const MINUTE_MS = 60_000

export class LatencyReport {
  readonly #world: LatencyReportOptions
  readonly #histogram = new LatencyHistogram()

  constructor(options: LatencyReportOptions) {
    this.#world = options
  }

  /** Slowest first; undefined where the id is not known. */
  async list(query: LatencyQuery): Promise<readonly IdentifiedRow[] | undefined> {
    const { group, clocks, windows } = query
    const ids = this.#wanted(query)
    if (ids === undefined) return undefined
    const nowMs = this.#world.now()
    const since = Math.min(...[...windows].map((window) => windowStart(window, nowMs)))
    const rows = new Map<string, { readonly name: RowName; readonly piles: Map<ClockWord, SamplePile> }>()
    for await (const { conversationId, samples } of readSamples(this.#world, this.#active(ids, since))) {
      const at = this.#belonging(conversationId)
      samples?.each(since, (series, ms, minute) => {
        const name = clocks.has(series.clock) ? rowOf(group, series, at) : undefined
        if (name === undefined) return
        let row = rows.get(name.id)
        if (row === undefined) rows.set(name.id, (row = { name, piles: new Map() }))
        let pile = row.piles.get(series.clock)
        if (pile === undefined) row.piles.set(series.clock, (pile = new SamplePile()))
        pile.add(ms, minute, series.isEstimated)
      })
    }
    const shortest = WINDOWS.find((window) => windows.has(window))
    return [...rows.values()]
      .map(({ name: { id, ...name }, piles }) => {
        const latency = [...clocks].flatMap((clock) => this.#latencies(clock, piles.get(clock), windows, nowMs))
        return { id, row: create(LatencyRowSchema, { ...name, latency }), slowness: slownessOf(latency, shortest) }
      })
      .sort((a, b) => b.slowness - a.slowness || (a.id < b.id ? -1 : 1))
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
    for await (const sampled of readSamples(this.#world, this.#active(ids, since))) {
      sampled.samples?.each(since, (series, ms, minute) => {
        const isWanted = series.clock === clock && (label === undefined || series.label === label) && countsForSession(series)
        if (isWanted) at(minute).pile.add(ms, minute, series.isEstimated)
      })
      for (const { outcome, endMs, name } of sampled.calls()) {
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
        const figures = this.#figures(pile, minute)
        return create(SeriesPointSchema, {
          time: timestampFromMs(minute * MINUTE_MS),
          judgedCalls: BigInt(judged),
          failedCalls: BigInt(failed),
          ...(figures === undefined ? {} : { latency: latencyMessage(clock, figures, Window.WINDOW_UNSPECIFIED) }),
        })
      })
  }

  #wanted({ id, group, scope }: LatencyQuery): readonly string[] | undefined {
    if (id !== undefined) return this.#world.idsOf(id)
    const isOfAll = group === LatencyGroup.PROJECT || group === LatencyGroup.HOST
    return isOfAll ? [...this.#world.conversations.keys()] : this.#world.idsIn(scope)
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

  #latencies(clock: ClockWord, pile: SamplePile | undefined, windows: ReadonlySet<Window>, nowMs: number): Latency[] {
    return WINDOWS.filter((window) => pile !== undefined && windows.has(window)).flatMap((window) => {
      const figures = this.#figures(pile, windowStart(window, nowMs))
      return figures === undefined ? [] : [latencyMessage(clock, figures, window)]
    })
  }

  #figures(pile: SamplePile | undefined, sinceMinute: number) {
    this.#histogram.reset()
    pile?.pour(sinceMinute, this.#histogram)
    return this.#histogram.percentiles()
  }
}

/** The largest p95 of the shortest window. */
function slownessOf(latency: readonly Latency[], shortest: Window | undefined): number {
  return Math.max(-1, ...latency.flatMap(({ window, p95Ms }) => (window === shortest ? [Number(p95Ms)] : [])))
}
