// Children of one parent that can be in a pattern together, and how that is told.

import type { Member } from "../member.ts"
import type { FoundPattern, Leader } from "./pattern.ts"

export type Detector = (leader: Leader, members: readonly Member[]) => readonly FoundPattern[]

export interface Part {
  readonly detect: Detector
  /** Earliest first; empty where the part is no more. */
  readonly members: Member[]
}

/** Is told of every part whose members or whose look of them changed. */
export type PartChanged = (part: Part) => void
