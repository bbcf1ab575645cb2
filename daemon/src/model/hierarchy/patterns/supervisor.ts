import { count, type FoundPattern, foundPattern, type Leader } from "./pattern.ts"

/** Children that were asked again after they had answered. */
export function supervisors(leader: Leader): FoundPattern[] {
  const again = leader.members.filter(({ engagements }) => engagements > 1)
  if (again.length === 0) return []
  const times = again.reduce((sum, { engagements }) => sum + engagements - 1, 0)
  const evidence = [`${count(again)} asked again after an answer, ${times} ${times === 1 ? "time" : "times"} in all`]
  return [foundPattern(leader, "supervisor", "supervisor", again, { confidence: "confirmed", evidence })]
}
