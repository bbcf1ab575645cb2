import type { Member } from "../member.ts"
import { count, type FoundPattern, foundPattern, type Leader } from "./pattern.ts"

/** Children that were asked again after they had answered. */
export function supervisors(leader: Leader, again: readonly Member[]): FoundPattern[] {
  const times = again.reduce((sum, { engagements }) => sum + engagements - 1, 0)
  const evidence = [`${count(again)} asked again after an answer, ${times} ${times === 1 ? "time" : "times"} in all`]
  return [foundPattern(leader, "supervisor", "supervisor", again, { confidence: "confirmed", evidence })]
}
