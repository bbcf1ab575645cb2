import type { Member } from "../member.ts"
import { count, type FoundPattern, foundPattern, type Leader } from "./pattern.ts"
import { wavesOf } from "./waves.ts"

/** Children started together that ran side by side; with their parent gone on after the last of them, a gathering. */
export function fanOuts(leader: Leader): FoundPattern[] {
  const waves = wavesOf(leader.members, (wave, next) => wave.some(({ endMs }) => endMs === undefined || endMs > next.startMs))
  return waves.filter((wave) => wave.length > 1).map((wave) => toPattern(leader, wave))
}

function toPattern(leader: Leader, wave: readonly Member[]): FoundPattern {
  const ends = wave.map(({ endMs, outcome }) => (outcome === "interrupted" ? undefined : endMs))
  const lastEndMs = ends.includes(undefined) ? undefined : Math.max(...ends.map((end) => end ?? 0))
  const isGathered = lastEndMs !== undefined && leader.actedMs !== undefined && leader.actedMs > lastEndMs
  const isLinked = wave.every(({ launch, workflowRunId }) => launch !== undefined || workflowRunId !== undefined)
  const batches = new Set(wave.map(({ launch }) => launch?.batch))
  const how = batches.size === 1 && !batches.has(undefined) ? "in one answer" : "one after the other with nothing in between"
  const failed = wave.filter(({ outcome }) => outcome === "failed").length
  const evidence = [
    `${count(wave)} started ${isLinked ? how : "close together"}, at most ${mostAtOnce(wave)} at once`,
    ...(isGathered ? [`all came to their end${failed === 0 ? "" : `, ${failed} failed`}, and the parent went on after the last`] : []),
  ]
  const confidence = isLinked ? "confirmed" : "likely"
  return foundPattern(leader, isGathered ? "fan-out-gather" : "fan-out", "fan-out", wave, { confidence, evidence })
}

function mostAtOnce(wave: readonly Member[]): number {
  const changes = wave.flatMap(({ startMs, endMs }) => [
    { timeMs: startMs, by: 1 },
    ...(endMs === undefined ? [] : [{ timeMs: endMs, by: -1 }]),
  ])
  let running = 0
  let most = 0
  for (const { by } of changes.sort((a, b) => a.timeMs - b.timeMs || a.by - b.by)) most = Math.max(most, (running += by))
  return most
}
