import type { Member } from "../member.ts"
import { count, type FoundPattern, foundPattern, type Leader } from "./pattern.ts"

/** Of children bound by quotes those that each quote the result of one that was done before. */
export function pipelines(leader: Leader, bound: readonly Member[]): FoundPattern[] {
  const byCall = new Map<string, Member>()
  for (const member of bound) if (member.launch !== undefined) byCall.set(member.launch.callId, member)
  const next = new Map<Member, Member>()
  const hasBefore = new Set<Member>()
  for (const member of bound) {
    const before = stageBefore(member, byCall)
    if (before === undefined || next.has(before)) continue
    next.set(before, member)
    hasBefore.add(member)
  }
  const found: FoundPattern[] = []
  for (const first of next.keys()) {
    if (hasBefore.has(first)) continue
    const stages = [first]
    for (let stage = next.get(first); stage !== undefined; stage = next.get(stage)) stages.push(stage)
    const evidence = [`${count(stages, "stage")}, each quotes the result of the one before`]
    found.push(foundPattern(leader, "pipeline", "pipeline", stages, { confidence: "confirmed", evidence }))
  }
  return found
}

/** The last of those whose results it quotes; none where these ran side by side. */
function stageBefore(member: Member, byCall: ReadonlyMap<string, Member>): Member | undefined {
  const used = (member.launch?.usesResultsOf ?? [])
    .map((callId) => byCall.get(callId))
    .filter((stage) => stage !== undefined && stage.outcome === "done" && (stage.endMs ?? Number.POSITIVE_INFINITY) <= member.startMs)
    .filter((stage) => stage !== undefined)
    .sort((a, b) => a.startMs - b.startMs)
  const areSideBySide = used.some((stage, index) => index > 0 && stage.startMs < (used[index - 1]?.endMs ?? 0))
  return areSideBySide ? undefined : used.at(-1)
}
