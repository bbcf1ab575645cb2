import type { Member } from "../member.ts"
import { count, type FoundPattern, foundPattern, type Leader } from "./pattern.ts"

/** The same kind of agent on the same task again, after it failed. */
export function retryLoops(leader: Leader): FoundPattern[] {
  const found: FoundPattern[] = []
  if (!leader.members.some(({ outcome }) => outcome === "failed")) return found
  const open = new Map<string, Member[]>()
  const close = (loop: readonly Member[]): void => void (loop.length > 1 && found.push(toPattern(leader, loop)))
  for (const attempt of leader.members) {
    const { launch, agentType } = attempt
    if (launch?.task === undefined) continue
    const task = `${launch.agentType ?? agentType} ${launch.task}`
    const loop = open.get(task)
    const last = loop?.at(-1)
    if (loop !== undefined && last?.outcome === "failed" && (last.endMs ?? Number.POSITIVE_INFINITY) <= attempt.startMs) {
      loop.push(attempt)
      continue
    }
    if (loop !== undefined) close(loop)
    if (attempt.outcome === "failed") open.set(task, [attempt])
    else open.delete(task)
  }
  for (const loop of open.values()) close(loop)
  return found
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
