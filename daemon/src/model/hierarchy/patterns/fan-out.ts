import type { Member } from "../member.ts"
import { count, type FoundPattern, foundPattern, type Leader } from "./pattern.ts"

/** Of children started together those that ran side by side; with their parent gone on after the last of them, a gathering. */
export function fanOuts(leader: Leader, together: readonly Member[]): FoundPattern[] {
  const waves: Member[][] = []
  let wave: Member[] = []
  let lastEndMs = Number.NEGATIVE_INFINITY
  for (const member of together) {
    if (lastEndMs <= member.startMs) {
      waves.push((wave = []))
      lastEndMs = Number.NEGATIVE_INFINITY
    }
    wave.push(member)
    lastEndMs = Math.max(lastEndMs, member.endMs ?? Number.POSITIVE_INFINITY)
  }
  return waves.filter((members) => members.length > 1).map((members) => toPattern(leader, members))
}

function toPattern(leader: Leader, wave: readonly Member[]): FoundPattern {
  let lastEndMs = 0
  for (const { endMs, outcome } of wave) {
    lastEndMs = Math.max(lastEndMs, outcome === "interrupted" ? Number.POSITIVE_INFINITY : (endMs ?? Number.POSITIVE_INFINITY))
  }
  const isGathered = (leader.actedMs ?? 0) > lastEndMs
  const isLinked = wave.every(({ launch, workflowRunId }) => launch !== undefined || workflowRunId !== undefined)
  const batch = wave[0]?.launch?.batch
  const isOneAnswer = batch !== undefined && wave.every(({ launch }) => launch?.batch === batch)
  const how = isOneAnswer ? "started in one answer" : "started together"
  const failed = wave.filter(({ outcome }) => outcome === "failed").length
  const evidence = [
    `${count(wave)} ${isLinked ? how : "started close together"}, ${mostAtOnce(wave)} at once`,
    ...(isGathered ? [`the parent went on after the last of them${failed === 0 ? "" : `, ${failed} failed`}`] : []),
  ]
  const confidence = isLinked ? "confirmed" : "likely"
  const kind = isGathered ? "fan-out-gather" : "fan-out"
  return { ...foundPattern(leader, kind, "fan-out", wave, { confidence, evidence }), gathersAfterMs: lastEndMs }
}

/** Members are in the order of their starts. */
function mostAtOnce(wave: readonly Member[]): number {
  const lastStartMs = wave.at(-1)?.startMs ?? 0
  const ends: number[] = []
  for (const { endMs } of wave) if (endMs !== undefined && endMs <= lastStartMs) ends.push(endMs)
  if (ends.length === 0) return wave.length
  ends.sort((a, b) => a - b)
  let ended = 0
  let most = 0
  for (const [index, { startMs }] of wave.entries()) {
    while ((ends[ended] ?? Number.POSITIVE_INFINITY) <= startMs) ended++
    most = Math.max(most, index + 1 - ended)
  }
  return most
}
