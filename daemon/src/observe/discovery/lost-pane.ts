// A pane that is closed is off tmux's list at once, a moment before the agent in it ends. What is known of that pane is kept for that
// moment, so that the reason of the end can name it.

import type { AgentSeen } from "../../domain/facts.ts"

/** What an agent's entry says of its pane. */
export interface Seated {
  readonly seen: AgentSeen
  /** Whether it is the first process of its pane. */
  readonly ledPane: boolean
  readonly lost?: LostPane | undefined
}

/** The entry from before the pane was off the list. */
export interface LostPane {
  readonly was: Pick<Seated, "seen" | "ledPane">
  readonly atMs: number
}

/** An agent that lives on without its pane for longer than this ends for another reason. */
const LINGERS_MS = 2_000

/** What to keep when an agent is stated anew: undefined while it has a pane, or never had one. */
export const lostPane = (before: Seated | undefined, seen: AgentSeen, timeMs: number): LostPane | undefined => {
  if (seen.pane !== undefined || before === undefined) return undefined
  return before.seen.pane === undefined ? before.lost : { was: before, atMs: timeMs }
}

/** The entry that tells where an agent that is gone sat in the end. */
export const seatInTheEnd = (entry: Seated, timeMs: number): Pick<Seated, "seen" | "ledPane"> => {
  const { seen, lost } = entry
  if (lost === undefined || timeMs - lost.atMs > LINGERS_MS) return entry
  const { pane } = lost.was.seen
  return { seen: pane === undefined ? seen : { ...seen, pane }, ledPane: lost.was.ledPane }
}
