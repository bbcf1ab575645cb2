import type { Member } from "../member.ts"
import { count, type FoundPattern, foundPattern, type Leader } from "./pattern.ts"

/** Of attempts by the same kind of agent at the same task those that came again after one had failed. */
export function retryLoops(leader: Leader, attempts: readonly Member[]): FoundPattern[] {
  const loops: Member[][] = []
  /** Its last attempt failed. */
  let open: Member[] = []
  for (const attempt of attempts) {
    const failedMs = open.at(-1)?.endMs ?? Number.POSITIVE_INFINITY
    if (failedMs > attempt.startMs) loops.push((open = []))
    open.push(attempt)
    if (attempt.outcome !== "failed") open = []
  }
  return loops.filter((loop) => loop.length > 1).map((loop) => toPattern(leader, loop))
}

/** What attempts have in common; undefined for what is none. */
export function attemptKey({ launch, agentType }: Member): string | undefined {
  return launch?.task === undefined ? undefined : `${launch.task} ${launch.agentType ?? agentType ?? ""}`
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
