// Which conversations are slow now: a clock whose p95 of the last five minutes is several times that of the other sessions on the same model, or
// its own of the hour before. Only the clocks of tools and models are judged: how long a person takes, or a turn is, is nobody's fault. Judged
// anew when something ended or a minute went by, and only where something ended in the last five minutes.

import { type ClockSamples, type ClockWord, minuteOf, type Series } from "./clock-samples.ts"
import { PeerDurations } from "./peer-durations.ts"

export interface SlowThresholds {
  /** How many times slower. */
  readonly factor: number
  /** Fewest samples of either side. */
  readonly minSamples: number
}

export const SLOW_THRESHOLDS: SlowThresholds = { factor: 3, minSamples: 10 }

/** What is slow, and what it is held against. */
export interface Slowness {
  readonly clock: ClockWord
  /** Undefined for all tools together. */
  readonly tool: string | undefined
  readonly p95Ms: number
  readonly count: number
  readonly baseline: "peers" | "own hour"
  readonly baselineP95Ms: number
  readonly baselineCount: number
}

export interface SlowJudgeOptions {
  readonly samples: ReadonlyMap<string, ClockSamples>
  readonly thresholds: SlowThresholds
  /** The session that a conversation belongs to: its other conversations are no peers of it. */
  sessionOf(conversationId: string): string
  /** Undefined where not known: then it has no peers. */
  modelOf(conversationId: string): string | undefined
}

const JUDGE_EVERY_MS = 10_000
const RECENT_MINUTES = 5
const HOUR_MINUTES = 60
const NOTHING: readonly Slowness[] = []

/** Durations of one clock, of one tool or of all: the last five minutes' and those of the rest of the hour. */
interface Pile {
  readonly clock: ClockWord
  readonly tool: string | undefined
  readonly recent: number[]
  readonly before: number[]
}

type Piles = ReadonlyMap<string, Pile>

export class SlowJudge {
  readonly #options: SlowJudgeOptions
  #judgedMs = Number.NEGATIVE_INFINITY
  #judgedChanges = 0
  #slow: ReadonlyMap<string, readonly Slowness[]> = new Map()

  constructor(options: SlowJudgeOptions) {
    this.#options = options
  }

  of(conversationId: string): readonly Slowness[] {
    return this.#slow.get(conversationId) ?? NOTHING
  }

  /**
   * Judges, if it is time to, and answers the conversations that became slow, or are no longer, or by another clock. `changes` is another number
   * whenever there are other samples.
   */
  judge(nowMs: number, changes: number): readonly string[] {
    const minute = minuteOf(nowMs)
    const isSame = changes === this.#judgedChanges && minute === minuteOf(this.#judgedMs)
    if (isSame || Math.abs(nowMs - this.#judgedMs) < JUDGE_EVERY_MS) return []
    this.#judgedMs = nowMs
    this.#judgedChanges = changes
    const before = this.#slow
    this.#slow = this.#judgeAll(minute)
    const ids = new Set([...before.keys(), ...this.#slow.keys()])
    return [...ids].filter((id) => whatIsSlow(before.get(id)) !== whatIsSlow(this.#slow.get(id)))
  }

  #judgeAll(minute: number): ReadonlyMap<string, readonly Slowness[]> {
    const { samples, thresholds } = this.#options
    const slow = new Map<string, readonly Slowness[]>()
    const ofHour = [...samples].filter(([, { latestMinute }]) => latestMinute >= minute - HOUR_MINUTES)
    if (!ofHour.some(([, { latestMinute }]) => latestMinute >= minute - RECENT_MINUTES)) return slow
    const peers = new Map<string, PeerDurations>()
    const all = ofHour.map(([conversationId, of]) => {
      const piles = pilesOf(of, minute)
      const model = this.#options.modelOf(conversationId)
      const session = this.#options.sessionOf(conversationId)
      for (const [name, { recent, before }] of model === undefined ? [] : piles) {
        const key = `${model}\n${name}`
        let durations = peers.get(key)
        if (durations === undefined) peers.set(key, (durations = new PeerDurations()))
        durations.add(session, recent)
        durations.add(session, before)
      }
      return { conversationId, piles, model, session }
    })
    for (const { conversationId, piles, model, session } of all) {
      const verdicts = [...piles].flatMap(([name, pile]) => verdict(pile, session, peers.get(`${model}\n${name}`), thresholds))
      if (verdicts.length > 0) slow.set(conversationId, verdicts)
    }
    return slow
  }
}

function verdict(pile: Pile, session: string, peers: PeerDurations | undefined, { factor, minSamples }: SlowThresholds): Slowness[] {
  const { clock, tool, recent, before } = pile
  if (recent.length < minSamples) return []
  const p95Ms = p95Of(recent).p95Ms
  const isSlow = (against: { readonly count: number; readonly p95Ms: number }): boolean =>
    against.count >= minSamples && p95Ms >= factor * Math.max(1, against.p95Ms)
  const others = peers?.p95Without(session)
  const own = p95Of(before)
  const [baseline, against] = others !== undefined && isSlow(others) ? (["peers", others] as const) : (["own hour", own] as const)
  if (!isSlow(against)) return []
  return [{ clock, tool, p95Ms, count: recent.length, baseline, baselineP95Ms: against.p95Ms, baselineCount: against.count }]
}

function p95Of(values: readonly number[]): { readonly count: number; readonly p95Ms: number } {
  const durations = new PeerDurations()
  durations.add("", values)
  return durations.p95Without(undefined)
}

function pilesOf(samples: ClockSamples, minute: number): Piles {
  const piles = new Map<string, Pile>()
  samples.each(minute - HOUR_MINUTES, (series, ms, endMinute) => {
    for (const tool of toolsOf(series)) {
      const name = `${series.clock}\n${tool ?? ""}`
      let pile = piles.get(name)
      if (pile === undefined) piles.set(name, (pile = { clock: series.clock, tool, recent: [], before: [] }))
      if (endMinute >= minute - RECENT_MINUTES) pile.recent.push(ms)
      else pile.before.push(ms)
    }
  })
  return piles
}

/** Calls that take as long as another agent works or a person thinks: no tool is slow by that. */
const OF_OTHERS: ReadonlySet<string> = new Set([
  "Agent",
  "AskUserQuestion",
  "ExitPlanMode",
  "TaskOutput",
  "Workflow",
  "request_user_input",
  "spawn_agent",
  "wait",
  "wait_agent",
])

/** A call counts for its tool, and for all tools together. */
function toolsOf({ clock, label }: Series): readonly (string | undefined)[] {
  if (clock === "model") return [undefined]
  return clock === "tool" && !OF_OTHERS.has(label) ? [undefined, label] : []
}

function whatIsSlow(slow: readonly Slowness[] | undefined): string {
  return (slow ?? NOTHING).map(({ clock, tool, baseline }) => `${clock}\n${tool}\n${baseline}`).join("\n\n")
}
