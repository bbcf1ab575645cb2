// Looks at the screens of agents that say nothing of themselves, at most once a second and all of a server in one call.

import type { AgentSeen, ScreenReading } from "../../domain/facts.ts"
import type { ScanPool } from "./scan-pool.ts"
import { type ServerBook, TMUX_TIMEOUT_MS } from "./server-book.ts"

export interface Screens {
  /** Looks at these agents' panes; readings of all others are dropped. Answers come later, through onChange. */
  look(silent: readonly AgentSeen[]): void
  of(sessionId: string): ScreenReading | undefined
  forget(sessionId: string): void
  /** Answers that still come are dropped. */
  close(): void
}

export interface ScreensOptions {
  readonly pool: Pick<ScanPool, "captureScreens">
  readonly servers: Pick<ServerBook, "server" | "isCurrent">
  readonly now: () => number
  /** A reading is new or another. */
  readonly onChange: () => void
  readonly binary?: string
}

/** So many panes of one server at a time; the rest have to wait for those to speak up. */
const MAX_PANES = 50

export const createScreens = ({ pool, servers, now, onChange, binary = "tmux" }: ScreensOptions): Screens => {
  const readings = new Map<string, ScreenReading>()
  const underWay = new Set<string>()
  let closed = false

  const ask = async (socket: string, agents: readonly AgentSeen[]): Promise<void> => {
    const exe = servers.server(socket)?.exe
    const panes = agents.flatMap(({ pane, agent }) => (pane === undefined ? [] : [{ paneId: pane.paneId, agent }]))
    const question = { socket, binary, timeoutMs: TMUX_TIMEOUT_MS, panes, ...(exe === undefined ? {} : { serverExe: exe }) }
    const answers = await pool.captureScreens(question).catch(() => [])
    if (closed) return
    let changed = false
    for (const { paneId, state } of answers) {
      const seen = agents.find(({ pane }) => pane?.paneId === paneId)
      if (seen === undefined || readings.get(seen.sessionId)?.state === state) continue
      changed = true
      if (state === undefined) readings.delete(seen.sessionId)
      else readings.set(seen.sessionId, { state, timeMs: now() })
    }
    if (changed) onChange()
  }

  return {
    look: (silent) => {
      const ids = new Set(silent.map(({ sessionId }) => sessionId))
      const stale = [...readings.keys()].filter((id) => !ids.has(id))
      for (const id of stale) readings.delete(id)
      if (stale.length > 0) onChange()
      for (const [socket, agents] of Map.groupBy(silent, ({ pane }) => pane?.socket ?? "")) {
        if (underWay.has(socket) || !servers.isCurrent(socket)) continue
        underWay.add(socket)
        void ask(socket, agents.slice(0, MAX_PANES)).finally(() => underWay.delete(socket))
      }
    },
    of: (sessionId) => readings.get(sessionId),
    forget: (sessionId) => readings.delete(sessionId),
    close: () => {
      closed = true
    },
  }
}
