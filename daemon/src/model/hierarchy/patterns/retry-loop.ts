import type { Member } from "../member.ts"
import { count, type FoundPattern, foundPattern, type Leader } from "./pattern.ts"

/** The same kind of agent on the same task again, after it failed. */
export function retryLoops(leader: Leader): FoundPattern[] {
  const found: FoundPattern[] = []
  if (!leader.members.some(({ outcome }) => outcome === "failed")) return found
  /** Loops whose last attempt failed, by their task. */
  const open = new Map<number, Member[][]>()
  const close = (loop: readonly Member[]): void => void (loop.length > 1 && found.push(toPattern(leader, loop)))
  for (const attempt of leader.members) {
    const task = attempt.launch?.task
    if (task === undefined) continue
    const loops = open.get(task)
    const at = loops?.findIndex((loop) => kindOf(loop[0]) === kindOf(attempt)) ?? -1
    const loop = loops?.[at]
    const isFailure = attempt.outcome === "failed"
    const isAgain = loop !== undefined && (loop.at(-1)?.endMs ?? Number.POSITIVE_INFINITY) <= attempt.startMs
    if (isAgain) loop.push(attempt)
    if (loop !== undefined && !(isAgain && isFailure)) {
      loops?.splice(at, 1)
      close(loop)
    }
    if (!isFailure || isAgain) continue
    if (loops === undefined) open.set(task, [[attempt]])
    else loops.push([attempt])
  }
  for (const loop of [...open.values()].flat()) close(loop)
  return found
}

function kindOf(attempt: Member | undefined): string | undefined {
  return attempt?.launch?.agentType ?? attempt?.agentType
}

function toPattern(leader: Leader, loop: readonly Member[]): FoundPattern {
  const last = loop.at(-1)
  const now =
    last?.outcome === undefined
      ? "the last one runs"
      : last.outcome === "done"
        ? "the last one was done"
        : `the last one ${last.outcome === "failed" ? "failed too" : "was interrupted"}`
  const evidence = [`${count(loop, "attempt")} at one task, each after a failure; ${now}`]
  return foundPattern(leader, "retry-loop", "retry-loop", loop, { confidence: "confirmed", evidence })
}
