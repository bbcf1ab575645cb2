// A child as its parent's patterns see it: when it first ran, how that came out, and the call that started it.

import type { TurnEnded } from "../../domain/facts.ts"
import type { Course, Launch } from "./course.ts"

export type MemberOutcome = TurnEnded["reason"]

export interface Member {
  /** As it is published. */
  readonly id: string
  /** Kind of agent, for evidence. */
  readonly agentType: string | undefined
  readonly startMs: number
  /** End of its first run; undefined while that lasts. */
  readonly endMs: number | undefined
  readonly outcome: MemberOutcome | undefined
  /** End of its last run; undefined while one lasts. */
  readonly lastEndMs: number | undefined
  readonly engagements: number
  readonly launch: Launch | undefined
  readonly isBackground: boolean
  readonly workflowRunId: string | undefined
  /** The team it is a member of. */
  readonly team: string | undefined
}

/** What is known of a child's end besides its own turns. */
export interface ToldEnd {
  readonly timeMs: number
  readonly outcome: MemberOutcome
  /** The parent may have been told late: an earlier end of the child's own turn is the end. */
  readonly mayBeLate: boolean
}

export interface Runs {
  readonly startMs: number
  readonly endMs: number | undefined
  readonly outcome: MemberOutcome | undefined
  readonly lastEndMs: number | undefined
  readonly engagements: number
}

/** The runs of a child, from its own turns, the call that started it, and what its parent was told. */
export function runsOf(course: Course, launch: Launch | undefined, told: ToldEnd | undefined): Runs | undefined {
  const startMs = Math.min(launch?.startMs ?? Number.POSITIVE_INFINITY, course.firstMs ?? Number.POSITIVE_INFINITY)
  if (!Number.isFinite(startMs)) return undefined
  const ends = course.ends.filter(([timeMs]) => timeMs >= startMs)
  const first = firstEnd(ends, told)
  const times = ends.map(([timeMs]) => timeMs)
  if (told !== undefined) times.push(told.timeMs)
  times.sort((a, b) => a - b)
  return { startMs, endMs: first?.timeMs, outcome: first?.outcome, ...again(course.starts, times, first?.timeMs) }
}

function firstEnd(ends: Course["ends"], told: ToldEnd | undefined): Pick<ToldEnd, "timeMs" | "outcome"> | undefined {
  const own = ends[0]
  if (told === undefined) return own === undefined ? undefined : { timeMs: own[0], outcome: own[1] }
  if (!told.mayBeLate) return told
  const before = ends.findLast(([timeMs]) => timeMs <= told.timeMs)
  return before === undefined ? told : { timeMs: before[0], outcome: told.outcome === "done" ? before[1] : told.outcome }
}

/** Prompts after an end are further engagements; one that comes before is a further word to the same. */
function again(
  starts: readonly number[],
  ends: readonly number[],
  firstEndMs: number | undefined,
): Pick<Runs, "engagements" | "lastEndMs"> {
  let engagements = 1
  let runStartMs = starts[0] ?? Number.NEGATIVE_INFINITY
  let at = 0
  for (const startMs of starts.slice(1)) {
    while (at < ends.length && (ends[at] ?? 0) <= runStartMs) at++
    if (at === ends.length || (ends[at] ?? 0) > startMs) continue
    engagements++
    runStartMs = startMs
  }
  if (engagements === 1) return { engagements, lastEndMs: firstEndMs }
  const lastEndMs = ends.at(-1)
  return { engagements, lastEndMs: lastEndMs !== undefined && lastEndMs > runStartMs ? lastEndMs : undefined }
}
