// A way in which agents work together, as docs/patterns.md defines them.

import type { Confidence } from "../../../domain/agent.ts"
import type { Member } from "../member.ts"

export type PatternKind =
  | "fan-out"
  | "fan-out-gather"
  | "pipeline"
  | "delegation-chain"
  | "supervisor"
  | "team"
  | "retry-loop"
  | "background-watch"

export interface FoundPattern {
  /** The same for as long as it has the same leader and first member. */
  readonly id: string
  readonly kind: PatternKind
  readonly leaderId: string
  /** In the order in which they started. */
  readonly memberIds: readonly string[]
  readonly confidence: Confidence
  readonly evidence: readonly string[]
  readonly startedMs: number
  /** Undefined while it lasts. */
  readonly endedMs: number | undefined
  /** Of a fan-out: what its parent does after that makes a gathering of it. */
  readonly gathersAfterMs?: number
}

/** The parent of those in a pattern. */
export interface Leader {
  readonly id: string
  /** Its last request or call. */
  readonly actedMs: number | undefined
}

/** `family` tells patterns of one leader and first member apart. */
export function foundPattern(
  leader: Pick<Leader, "id">,
  kind: PatternKind,
  family: string,
  members: readonly Member[],
  told: Pick<FoundPattern, "confidence" | "evidence">,
): FoundPattern {
  let startedMs = Number.POSITIVE_INFINITY
  let endedMs: number | undefined = 0
  for (const { startMs, lastEndMs } of members) {
    startedMs = Math.min(startedMs, startMs)
    endedMs = endedMs === undefined || lastEndMs === undefined ? undefined : Math.max(endedMs, lastEndMs)
  }
  return {
    id: `${family} ${leader.id} ${members[0]?.id}`,
    kind,
    leaderId: leader.id,
    memberIds: members.map(({ id }) => id),
    startedMs,
    endedMs,
    ...told,
  }
}

/** "3 Explore agents", "2 agents". */
export function count(members: readonly Member[], word = "agent"): string {
  const first = members[0]?.agentType
  const type = members.every(({ agentType }) => agentType === first) ? first : undefined
  return `${members.length} ${type === undefined ? "" : `${type} `}${word}${members.length === 1 ? "" : "s"}`
}

/** Of two that started at once the one that comes first by name. */
export function latestFirst(a: FoundPattern, b: FoundPattern): number {
  return b.startedMs - a.startedMs || (a.id < b.id ? -1 : Number(a.id > b.id))
}
