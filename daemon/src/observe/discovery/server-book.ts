// What is known of the panes of each tmux server. A server that does not answer keeps what it showed last, is asked again ever more
// rarely, and holds up nobody: each server is asked on its own.

import type { Diagnostics } from "../../model/diagnostics.ts"
import type { TmuxServer } from "../../work/scan/agent-process.ts"
import type { Pane, PaneListing } from "../../work/scan/list-panes.ts"
import type { TmuxFailure } from "../../work/scan/tmux-client.ts"
import type { ScanPool } from "./scan-pool.ts"

export interface ServerBook {
  /** Takes over the servers that a scan found; what a vanished server showed is dropped. */
  setServers(servers: readonly TmuxServer[]): void
  /** Makes a server due: something changed there. */
  want(socket: string): void
  /** Asks the servers that are due; each promise settles with its answer and never rejects. */
  refresh(which: "all" | "due"): Promise<void>[]
  /** Sockets where a pane's title tells a status: these are due at every tick, the others every five seconds, or seldomer where they are many. */
  setWatched(sockets: ReadonlySet<string>): void
  panes(): readonly LocatedPane[]
  /** Another number whenever the panes are others. */
  revision(): number
  server(socket: string): TmuxServer | undefined
  /** Whether the last listing of this server is good, so that a pane missing from it is gone. */
  isCurrent(socket: string): boolean
  /** Whether nobody listened there any more when it was last asked: all its panes are closed. */
  isGone(socket: string): boolean
  /** When the panes that are shown of a server were listed, where it no longer answers and they may have changed since. */
  staleSinceMs(socket: string): number | undefined
  /** What cannot be seen now, one line each. */
  failures(): readonly string[]
}

/** A pane and the socket of its server. */
export interface LocatedPane extends Pane {
  readonly socket: string
}

export interface ServerBookOptions {
  readonly pool: Pick<ScanPool, "listPanes">
  readonly diagnostics: Diagnostics
  readonly now: () => number
  /** Client to ask with; "tmux" is looked up in PATH. */
  readonly binary?: string
  /** Whether a pid is that of a tmux server here. A socket in a shared folder may be another container's, whose pids and terminals are others. */
  readonly isServer: (pid: number) => boolean
  /** A server that was seen before shows a pane that it did not show when it was asked then. */
  readonly onNewPane?: (askedBeforeMs: number) => void
}

interface Entry {
  server: TmuxServer
  panes: readonly LocatedPane[]
  current: boolean
  isGone: boolean
  failures: number
  nextTryMs: number
  isAsked: boolean
  /** It has other children than when it was asked last, or said that something changed. */
  isWanted: boolean
  askedMs: number
  /** When the listing that is shown was asked for; absent before the first. */
  shownMs: number | undefined
  detail: string
}

interface Foreign {
  readonly ok: false
  readonly failure: "foreign"
  readonly detail: string
}

export const TMUX_TIMEOUT_MS = 2_000
const BACKOFF_MS = 2_000
/** Less than five ticks, so that it is every fifth. What a hint tells of is asked for at once. */
const SLOW_MS = 4_900
/** At most one quiet server a second: starting a client costs more than its answer. */
const SLOW_MS_EACH = 990
const MAX_BACKOFF_MS = 60_000

const ADVICE: Record<TmuxFailure | "foreign", string> = {
  foreign: "runs where its processes cannot be seen, in another container: its panes are left out",
  timeout: "does not answer; what it showed last is kept",
  gone: "nobody listens there",
  unreachable: "its socket file is gone; `kill -USR1` to the server makes it anew",
  "no-client": "there is no tmux program to ask it with",
  failed: "answered with an error",
}

export const createServerBook = ({ pool, diagnostics, now, binary = "tmux", isServer, onNewPane }: ServerBookOptions): ServerBook => {
  const entries = new Map<string, Entry>()
  let watched: ReadonlySet<string> = new Set()
  let revision = 0

  const show = (entry: Entry, panes: readonly LocatedPane[]) => {
    if (JSON.stringify(panes) === JSON.stringify(entry.panes)) return
    entry.panes = panes
    revision += 1
  }

  const take = (entry: Entry, listing: PaneListing | Foreign, askedMs: number) => {
    const { socket, pid } = entry.server
    if (listing.ok) {
      const known = new Set(entry.panes.map(({ paneId }) => paneId))
      if (entry.current && entry.shownMs !== undefined && listing.panes.some(({ paneId }) => !known.has(paneId))) onNewPane?.(entry.shownMs)
      entry.shownMs = askedMs
      show(
        entry,
        listing.panes.map((pane) => ({ ...pane, socket })),
      )
      entry.current = true
      entry.isGone = false
      entry.failures = 0
      entry.nextTryMs = 0
      entry.detail = ""
      if (listing.badRecords > 0) diagnostics.problem("tmux-listing", socket, "records that could not be read", listing.badRecords)
      const detail = `${listing.panes.length} panes`
      diagnostics.source({
        kind: "tmux",
        name: socket,
        health: "ok",
        detail: pid === undefined ? detail : `${detail}, server ${pid}`,
        seenMs: now(),
      })
      return
    }
    entry.current = false
    entry.isGone = listing.failure === "gone"
    entry.failures += 1
    entry.nextTryMs = now() + Math.min(BACKOFF_MS * 2 ** (entry.failures - 1), MAX_BACKOFF_MS)
    entry.detail = `${ADVICE[listing.failure]} (${listing.detail})`
    if (listing.failure === "gone" || listing.failure === "foreign") show(entry, [])
    const health = listing.failure === "timeout" || listing.failure === "failed" ? "failed" : "degraded"
    diagnostics.source({ kind: "tmux", name: socket, health, detail: entry.detail })
    if (listing.failure !== "gone" && listing.failure !== "foreign") {
      diagnostics.counters.failedScans += 1
      diagnostics.problem(listing.failure === "timeout" ? "scan-timeout" : "tmux", socket, entry.detail)
    }
  }

  const foreign = ({ server }: Entry, listing: PaneListing): Foreign | undefined => {
    const pid = listing.ok ? listing.panes[0]?.serverPid : undefined
    if (server.pid !== undefined || pid === undefined || isServer(pid)) return undefined
    return { ok: false, failure: "foreign", detail: `it calls itself process ${pid}` }
  }

  const ask = async (entry: Entry): Promise<void> => {
    const { socket, exe } = entry.server
    const askedMs = now()
    const question = { socket, binary, timeoutMs: TMUX_TIMEOUT_MS, ...(exe === undefined ? {} : { serverExe: exe }) }
    const listing = await pool
      .listPanes(question)
      .catch((error: unknown): PaneListing => ({ ok: false, failure: "failed", detail: String(error) }))
    entry.isAsked = false
    if (entries.get(socket) === entry) take(entry, foreign(entry, listing) ?? listing, askedMs)
  }

  return {
    setServers: (servers) => {
      const sockets = new Set(servers.map(({ socket }) => socket))
      for (const socket of entries.keys()) {
        if (sockets.has(socket)) continue
        entries.delete(socket)
        revision += 1
        diagnostics.forgetSource("tmux", socket)
      }
      for (const server of servers) {
        const before = entries.get(server.socket)
        if (before !== undefined && before.server.pid === server.pid && before.server.startTicks === server.startTicks) {
          before.isWanted ||= before.server.children !== server.children
          before.server = server
        } else
          entries.set(server.socket, {
            server,
            panes: [],
            current: false,
            isGone: false,
            failures: 0,
            nextTryMs: 0,
            isAsked: false,
            isWanted: true,
            askedMs: -Infinity,
            shownMs: undefined,
            detail: "not asked yet",
          })
      }
      if (entries.size === 0)
        diagnostics.source({ kind: "tmux", name: "", health: "absent", detail: "no tmux server of this user runs", seenMs: now() })
      else diagnostics.forgetSource("tmux", "")
    },
    refresh: (which) => {
      const asked: Promise<void>[] = []
      const slowMs = Math.max(SLOW_MS, entries.size * SLOW_MS_EACH)
      for (const entry of entries.values()) {
        const isDue = watched.has(entry.server.socket) || now() - entry.askedMs >= slowMs
        const wanted = which === "all" || !entry.current || entry.isWanted || isDue
        if (entry.isAsked || !wanted || entry.nextTryMs > now()) continue
        entry.isAsked = true
        entry.isWanted = false
        entry.askedMs = now()
        asked.push(ask(entry))
      }
      return asked
    },
    setWatched: (sockets) => {
      watched = sockets
    },
    want: (socket) => {
      const entry = entries.get(socket)
      if (entry !== undefined) entry.isWanted = true
    },
    revision: () => revision,
    panes: () => [...entries.values()].flatMap(({ panes }) => panes),
    server: (socket) => entries.get(socket)?.server,
    isCurrent: (socket) => entries.get(socket)?.current ?? true,
    isGone: (socket) => entries.get(socket)?.isGone ?? false,
    staleSinceMs: (socket) => {
      const entry = entries.get(socket)
      return entry === undefined || entry.current ? undefined : entry.shownMs
    },
    failures: () => [...entries.values()].filter(({ current }) => !current).map(({ server, detail }) => `tmux ${server.socket}: ${detail}`),
  }
}
