import type { Member } from "../member.ts"
import { count, type FoundPattern, foundPattern, type Leader } from "./pattern.ts"

/** The same kind of agent on the same task again, after it failed. */
export function retryLoops(leader: Leader): FoundPattern[] {
  const found: FoundPattern[] = []
  const tasks = Map.groupBy(leader.members, ({ launch, agentType }) =>
    launch?.task === undefined ? undefined : `${launch.agentType ?? agentType} ${launch.task}`,
  )
  for (const [task, attempts] of tasks) {
    if (task === undefined || attempts.length < 2) continue
    let loop: Member[] = []
    for (const attempt of attempts) {
      const last = loop.at(-1)
      const isAgain = last?.outcome === "failed" && (last.endMs ?? Number.POSITIVE_INFINITY) <= attempt.startMs
      if (!isAgain) {
        if (loop.length > 1) found.push(toPattern(leader, loop))
        loop = []
      }
      loop.push(attempt)
    }
    if (loop.length > 1) found.push(toPattern(leader, loop))
  }
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
  const evidence = [`${count(loop, "attempt")} at the same task, each after the one before failed; ${now}`]
  return foundPattern(leader, "retry-loop", "retry-loop", loop, { confidence: "confirmed", evidence })
}
