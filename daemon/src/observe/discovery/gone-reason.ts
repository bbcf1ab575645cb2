// Why an agent is gone, in plain words, from what it left behind: its registry file and its pane.

import type { AgentSeen } from "../../domain/facts.ts"
import type { LocatedPane } from "./server-book.ts"

export interface GoneQuestion {
  readonly seen: AgentSeen
  readonly panes: readonly LocatedPane[]
  /** Whether the last listing of a server is good. */
  readonly isCurrent: (socket: string) => boolean
  /** Whether it was the first process of its pane, so that the pane closed because it ended. */
  readonly ledPane: boolean
  /** Whether the agent deleted its registry file, as it does when it exits by itself. */
  readonly saidGoodbye: boolean
}

export const goneReason = ({ seen, panes, isCurrent, ledPane, saidGoodbye }: GoneQuestion): string => {
  const { pane } = seen
  const closedByIt = ledPane && (saidGoodbye || seen.registry !== undefined)
  if (pane !== undefined && isCurrent(pane.socket) && !closedByIt) {
    const left = panes.find((one) => one.socket === pane.socket && one.serverPid === pane.serverPid && one.paneId === pane.paneId)
    if (left === undefined && !saidGoodbye) return "pane closed"
    if (left === undefined) return "exited, pane closed"
  }
  if (saidGoodbye) return "exited"
  return seen.registry === undefined ? "process gone" : "killed"
}
