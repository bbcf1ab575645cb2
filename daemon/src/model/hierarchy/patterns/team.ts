import { count, type FoundPattern, foundPattern, type Leader } from "./pattern.ts"

/** Members of an agent team, beside the one that leads it. */
export function teams(leader: Leader): FoundPattern[] {
  const found: FoundPattern[] = []
  for (const [team, members] of Map.groupBy(leader.members, (member) => member.team)) {
    if (team === undefined) continue
    const evidence = [`${count(members, "member")} of team ${team === "" ? "without a name" : team}`]
    found.push(foundPattern(leader, "team", "team", members, { confidence: "confirmed", evidence }))
  }
  return found
}
