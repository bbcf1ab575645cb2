// Children that were started together: in one answer, or one after the other with nothing in between.

import type { Member } from "../member.ts"

/** Waves in the order of their first members, each earliest first. `staysOpen` may ask more of the next member. */
export function wavesOf(
  members: readonly Member[],
  staysOpen: (wave: readonly Member[], next: Member) => boolean = () => true,
): Member[][] {
  const waves: Member[][] = []
  for (const group of runsOf(members)) {
    let wave: Member[] = []
    let last: Member | undefined
    for (const member of group) {
      if (last === undefined || !isTogether(last, member) || !staysOpen(wave, member)) {
        wave = []
        waves.push(wave)
      }
      wave.push(member)
      last = member
    }
  }
  return waves
}

/** Agents of a workflow's run, and all others. */
function runsOf(members: readonly Member[]): Iterable<readonly Member[]> {
  if (!members.some(({ workflowRunId }) => workflowRunId !== undefined)) return [members]
  return Map.groupBy(members, ({ workflowRunId }) => workflowRunId).values()
}

function isTogether(one: Member, next: Member): boolean {
  if (one.workflowRunId !== undefined) return true
  const { launch } = one
  const then = next.launch
  // Of what was started otherwise nothing tells that it was not.
  if (launch === undefined || then === undefined) return true
  if (launch.batch !== undefined && launch.batch === then.batch) return true
  return !isBefore(launch.firstTurnMs, then.startMs) && !isBefore(launch.firstDoneMs, then.startMs)
}

function isBefore(timeMs: number | undefined, thenMs: number): boolean {
  return timeMs !== undefined && timeMs <= thenMs
}
