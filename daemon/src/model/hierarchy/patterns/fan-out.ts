import type { Member } from "../member.ts"
import { count, type FoundPattern, foundPattern, type Leader } from "./pattern.ts"
import { wavesOf } from "./waves.ts"

/** Children started together that ran side by side; with their parent gone on after the last of them, a gathering. */
export function fanOuts(leader: Leader): FoundPattern[] {
  let wave: readonly Member[] = []
  let lastEndMs = 0
  const waves = wavesOf(leader.members, (now, next) => {
    if (now !== wave) {
      wave = now
      lastEndMs = 0
    }
    // The last one only is new since it was asked before.
    lastEndMs = Math.max(lastEndMs, now.at(-1)?.endMs ?? Number.POSITIVE_INFINITY)
    return lastEndMs > next.startMs
  })
  return waves.filter((members) => members.length > 1).map((members) => toPattern(leader, members))
}

function toPattern(leader: Leader, wave: readonly Member[]): FoundPattern {
  const ends = wave.map(({ endMs, outcome }) => (outcome === "interrupted" ? undefined : endMs))
  const lastEndMs = ends.includes(undefined) ? undefined : Math.max(...ends.map((end) => end ?? 0))
  const isGathered = lastEndMs !== undefined && leader.actedMs !== undefined && leader.actedMs > lastEndMs
  const isLinked = wave.every(({ launch, workflowRunId }) => launch !== undefined || workflowRunId !== undefined)
  const batches = new Set(wave.map(({ launch }) => launch?.batch))
  const how = batches.size === 1 && !batches.has(undefined) ? "started in one answer" : "started together"
  const failed = wave.filter(({ outcome }) => outcome === "failed").length
  const evidence = [
    `${count(wave)} ${isLinked ? how : "started close together"}, ${mostAtOnce(wave)} at once`,
    ...(isGathered ? [`the parent went on after the last of them${failed === 0 ? "" : `, ${failed} failed`}`] : []),
  ]
  const confidence = isLinked ? "confirmed" : "likely"
  return foundPattern(leader, isGathered ? "fan-out-gather" : "fan-out", "fan-out", wave, { confidence, evidence })
}

function mostAtOnce(wave: readonly Member[]): number {
  const ends = new Float64Array(wave.length)
  for (let index = 0; index < wave.length; index++) ends[index] = wave[index]?.endMs ?? Number.POSITIVE_INFINITY
  ends.sort()
  let ended = 0
  let most = 0
  // They are in the order of their starts.
  for (let started = 0; started < wave.length; started++) {
    const startMs = wave[started]?.startMs ?? 0
    while ((ends[ended] ?? Number.POSITIVE_INFINITY) <= startMs) ended++
    most = Math.max(most, started + 1 - ended)
  }
  return most
}
