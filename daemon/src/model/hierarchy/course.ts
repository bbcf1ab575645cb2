// What one agent did and when, as far as it tells who worked with whom: its turns, what it started, and when it did work of its own meanwhile.
// Everything is a first, a last or a set, so that the order in which facts come does not matter.

import type { SpawnRequest, ToolOutcome, ToolStarted, TurnEnded } from "../../domain/facts.ts"
import type { ToolCall } from "../tool-call.ts"

/** A call that started another agent. */
export interface Launch extends SpawnRequest {
  readonly callId: string
  startMs: number
  endMs?: number | undefined
  outcome?: ToolOutcome | undefined
  /** The turn it was made in ended before it did. */
  abandonedMs?: number | undefined
  /** Of the agent that made it, after it: the first turn, the first call of its own, and the first end of such a call. */
  firstTurnMs?: number | undefined
  firstWorkMs?: number | undefined
  firstDoneMs?: number | undefined
}

export type CourseEnd = readonly [timeMs: number, reason: TurnEnded["reason"]]

/** Plain data. */
export interface CourseState {
  readonly firstMs?: number | undefined
  readonly lastMs?: number | undefined
  readonly actedMs?: number | undefined
  readonly apiErrors?: number
  readonly starts?: readonly number[]
  readonly ends?: readonly CourseEnd[]
  readonly launches?: readonly Launch[]
  readonly model?: { readonly timeMs: number; readonly name: string } | undefined
}

/** Turns beyond so many are not told apart. */
const MAX_TURNS = 200

/** Most agents start no others, and nobody asks them: they share this. */
const NONE: readonly never[] = []

export class Course {
  firstMs: number | undefined
  lastMs: number | undefined
  /** Its last request or call. */
  actedMs: number | undefined
  apiErrors = 0
  /** Of its last request. */
  model: { readonly timeMs: number; readonly name: string } | undefined
  /** Turns that a prompt started, earliest first. */
  starts: readonly number[] = NONE
  /** Ends of turns, earliest first. */
  ends: readonly CourseEnd[] = NONE
  /** Earliest first. */
  launches: readonly Launch[] = NONE
  #byCall: Map<string, Launch> | undefined

  /** Empty, or as it was. */
  constructor(state: CourseState = {}) {
    const { launches = NONE, ...rest } = state
    Object.assign(this, rest)
    if (launches.length > 0) this.launches = launches.map((launch) => ({ ...launch }))
    for (const launch of this.launches) this.#note(launch)
  }

  /** For a store to keep; undefined where there is nothing. */
  state(): CourseState | undefined {
    if (this.firstMs === undefined && this.launches.length === 0) return undefined
    return {
      firstMs: this.firstMs,
      lastMs: this.lastMs,
      actedMs: this.actedMs,
      model: this.model,
      ...(this.apiErrors === 0 ? {} : { apiErrors: this.apiErrors }),
      ...(this.starts.length === 0 ? {} : { starts: [...this.starts] }),
      ...(this.ends.length === 0 ? {} : { ends: [...this.ends] }),
      ...(this.launches.length === 0 ? {} : { launches: this.launches.map((launch) => ({ ...launch })) }),
    }
  }

  /** From first to last sign of life. */
  get durationMs(): number {
    return this.firstMs === undefined || this.lastMs === undefined ? 0 : this.lastMs - this.firstMs
  }

  /** A sign of life. */
  touch(timeMs: number): void {
    if (!(timeMs > 0)) return
    this.firstMs = least(this.firstMs, timeMs)
    this.lastMs = Math.max(this.lastMs ?? timeMs, timeMs)
  }

  asked(timeMs: number, model: string): void {
    this.actedMs = Math.max(this.actedMs ?? timeMs, timeMs)
    const known = this.model
    if (known === undefined || timeMs > known.timeMs || (timeMs === known.timeMs && model > known.name))
      this.model = { timeMs, name: model }
  }

  /** `isKept`: its runs matter, since another agent asks it. Answers the launches of which it tells anything new. */
  turnStarted(timeMs: number, isReport: boolean, isKept: boolean): readonly Launch[] {
    const news: Launch[] = []
    for (const launch of this.#before(timeMs)) {
      if (launch.firstTurnMs !== undefined && launch.firstTurnMs <= timeMs) break
      launch.firstTurnMs = timeMs
      news.push(launch)
    }
    if (isKept && !isReport && this.starts.length < MAX_TURNS) {
      this.starts = inserted(this.starts, timeMs, (known) => known - timeMs)
    }
    return news
  }

  /** As with the start of a turn. */
  turnEnded(timeMs: number, reason: TurnEnded["reason"], isKept: boolean): readonly Launch[] {
    const news = this.launches.filter(
      ({ outcome, startMs, abandonedMs = Infinity }) => outcome === undefined && startMs <= timeMs && timeMs < abandonedMs,
    )
    for (const launch of news) launch.abandonedMs = timeMs
    if (isKept && this.ends.length < MAX_TURNS) {
      this.ends = inserted(this.ends, [timeMs, reason], (known) => known[0] - timeMs || compare(known[1], reason))
    }
    return news
  }

  /** Answers whether it is a launch that was not known, or starts earlier than was known. */
  launched({ callId, timeMs, spawn }: ToolStarted): boolean {
    const known = this.launch(callId)
    if (known !== undefined && known.startMs <= timeMs) return false
    const added: Launch = { ...(known ?? { ...spawn, callId }), startMs: timeMs }
    if (known !== undefined) this.launches = this.launches.filter((launch) => launch !== known)
    this.#note(added)
    this.launches = inserted(this.launches, added, (launch) => launch.startMs - timeMs || compare(launch.callId, callId))
    return true
  }

  launch(callId: string | undefined): Launch | undefined {
    return callId === undefined ? undefined : this.#byCall?.get(callId)
  }

  /** A call of its own, started or by now ended. Answers the launches of which it tells anything new. */
  worked({ startMs, endMs }: Readonly<ToolCall>): readonly Launch[] {
    if (startMs === undefined) return NONE
    const news: Launch[] = []
    for (const launch of this.#before(startMs)) {
      const isFirst = launch.firstWorkMs === undefined || startMs < launch.firstWorkMs
      const isFirstDone = endMs !== undefined && (launch.firstDoneMs === undefined || endMs < launch.firstDoneMs)
      if (!isFirst && !isFirstDone) break
      if (isFirst) launch.firstWorkMs = startMs
      if (isFirstDone) launch.firstDoneMs = endMs
      news.push(launch)
    }
    return news
  }

  /** A call that is a launch ended, as long as it has. Answers it where that is news. */
  ended(launch: Launch, { endMs, outcome }: Readonly<ToolCall>): readonly Launch[] {
    if (endMs === undefined || (launch.endMs === endMs && launch.outcome === outcome)) return NONE
    launch.endMs = endMs
    launch.outcome = outcome
    return [launch]
  }

  #note(launch: Launch): void {
    this.#byCall ??= new Map()
    this.#byCall.set(launch.callId, launch)
  }

  /** Launches at or before a time, latest first. */
  *#before(timeMs: number): Generator<Launch> {
    for (let index = this.launches.length - 1; index >= 0; index--) {
      const launch = this.launches[index]
      if (launch !== undefined && launch.startMs <= timeMs) yield launch
    }
  }
}

function least(known: number | undefined, value: number): number {
  return known === undefined ? value : Math.min(known, value)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

/** A sorted list with an item, unless it is there; `order` is negative for what stands before it, 0 for itself. */
function inserted<T>(list: readonly T[], item: T, order: (known: T) => number): readonly T[] {
  let at = list.length
  while (at > 0) {
    const before = order(list[at - 1] as T)
    if (before === 0) return list
    if (before < 0) break
    at--
  }
  return list.toSpliced(at, 0, item)
}
