// In which tmux pane a process is. The terminal decides: two device numbers that are equal are one terminal, whatever stands between
// the pane and the process. Only a process with a terminal of its own making is looked for among the children of panes.

import type { Evidence } from "../../domain/agent.ts"
import type { AgentProcess } from "../../work/scan/agent-process.ts"
import type { LocatedPane } from "./server-book.ts"

/** Panes by the keys they are looked up with. */
export interface PaneIndex {
  readonly byTerminal: ReadonlyMap<string, LocatedPane>
  readonly byPid: ReadonlyMap<number, LocatedPane>
  readonly count: number
  readonly staleSinceMs: (socket: string) => number | undefined
}

export interface PaneFinding {
  readonly pane?: LocatedPane
  readonly evidence: Omit<Evidence, "timeMs">
}

/** Where the listing of a server is old, `staleSinceMs` says of when; terminals are given out anew, so a fresh listing goes before an old one. */
export const indexPanes = (
  panes: readonly LocatedPane[],
  staleSinceMs: (socket: string) => number | undefined = () => undefined,
): PaneIndex => {
  const isStale = ({ socket }: LocatedPane) => staleSinceMs(socket) !== undefined
  const living = panes.filter((pane) => !pane.dead)
  const alive = [...living.filter(isStale), ...living.filter((pane) => !isStale(pane))]
  const withTerminal = alive.flatMap((pane) => (pane.terminal === undefined ? [] : [[keyOf(pane.terminal), pane] as const]))
  return { byTerminal: new Map(withTerminal), byPid: new Map(alive.map((pane) => [pane.pid, pane])), count: alive.length, staleSinceMs }
}

/** Finds the pane of a process that started at `startedMs`, or says why there is none. */
export const paneOf = (agent: AgentProcess, index: PaneIndex, startedMs: number): PaneFinding => {
  if (agent.terminal !== undefined) {
    const pane = index.byTerminal.get(keyOf(agent.terminal))
    if (pane !== undefined && startedMs > (index.staleSinceMs(pane.socket) ?? Infinity))
      return none(`its terminal was a pane's of ${pane.socket}, which did not answer since`)
    if (pane !== undefined) return found(pane, `descriptor ${agent.terminal.descriptor} is the terminal of ${pane.paneId}`, "confirmed")
  }
  for (const { pid, kind } of agent.ancestors) {
    if (kind === "agent") return none(`started by the agent ${pid}, in no pane of its own`)
    if (kind !== "other") break
    const pane = index.byPid.get(pid)
    if (pane !== undefined) return found(pane, `descends from process ${pid} of ${pane.paneId}, on a terminal of its own or none`, "likely")
  }
  const own = index.byPid.get(agent.pid)
  if (own !== undefined && !agent.inContainer) return found(own, `is the first process of ${own.paneId}`, "likely")
  if (agent.inContainer) return none("runs in a container")
  if (agent.isClosed && agent.ttyNr !== 0) return none("its terminal may not be read, and it descends from no pane")
  if (agent.terminal === undefined) return none("has no terminal")
  return none(index.count === 0 ? "on a terminal; no tmux server shows a pane" : "its terminal is no tmux pane's")
}

const keyOf = ({ dev, rdev }: { readonly dev: number; readonly rdev: number }): string => `${dev}:${rdev}`

const found = (pane: LocatedPane, detail: string, confidence: "confirmed" | "likely"): PaneFinding => ({
  pane,
  evidence: { field: "pane", source: confidence === "confirmed" ? "tmux" : "process", detail: `${detail} on ${pane.socket}`, confidence },
})

const none = (reason: string): PaneFinding => ({ evidence: { field: "pane", source: "process", detail: reason, confidence: "likely" } })
