import type { Member } from "../member.ts"
import { count, type FoundPattern, foundPattern, type Leader } from "./pattern.ts"

/** Of children started together those in the background whose parent did work of its own meanwhile. */
export function backgroundWatches(leader: Leader, together: readonly Member[]): FoundPattern[] {
  const watched = together.filter(isWatched)
  if (watched.length === 0) return []
  const evidence = [`${count(watched)} in the background; the parent called other tools while ${watched.length === 1 ? "it" : "they"} ran`]
  return [foundPattern(leader, "background-watch", "background-watch", watched, { confidence: "confirmed", evidence })]
}

function isWatched({ isBackground, launch, endMs }: Member): boolean {
  const workMs = isBackground ? launch?.firstWorkMs : undefined
  return workMs !== undefined && workMs < (endMs ?? Number.POSITIVE_INFINITY)
}
