import type { Member } from "../member.ts"
import { count, type FoundPattern, foundPattern, type Leader } from "./pattern.ts"

/** Members of one agent team, beside the one that leads it. */
export function teams(leader: Leader, members: readonly Member[]): FoundPattern[] {
  const evidence = [`${count(members, "member")} of team ${members[0]?.team || "without a name"}`]
  return [foundPattern(leader, "team", "team", members, { confidence: "confirmed", evidence })]
}
