// Gathers what discovery sees for the checks of its own view, whenever somebody asks for them.

import type { Diagnostics } from "../../model/diagnostics.ts"
import type { ProcessScan } from "../../work/scan/agent-process.ts"
import type { ProcFiles } from "../../work/scan/proc-files.ts"
import { isDeadState } from "../../work/scan/process-stat.ts"
import type { OwnMachine } from "./own-machine.ts"
import type { Registry } from "./registry.ts"
import { isOfProcess, type PidDomain, type RegistryFile } from "./registry-file.ts"
import { type CheckedRow, selfChecks } from "./self-checks.ts"
import type { ServerBook } from "./server-book.ts"
import type { Triggers } from "./triggers.ts"

export interface OwnView {
  /** TMUX and TMUX_PANE say in which pane the daemon runs. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly scope: string | undefined
  readonly platform: OwnMachine["platform"]
  readonly domain: PidDomain
  readonly now: () => number
  readonly files: Pick<ProcFiles, "stat">
  readonly diagnostics: Diagnostics
  readonly registry: Pick<Registry, "files" | "unwatched">
  readonly triggers: Pick<Triggers, "unwatched">
  readonly servers: Pick<ServerBook, "panes" | "failures" | "isCurrent">
  readonly rows: () => readonly CheckedRow[]
  readonly scan: () => { readonly last: ProcessScan | undefined; readonly endedMs: number; readonly failure: string | undefined }
}

/** Adds the checks to the diagnostics. */
export const checkOwnView = (view: OwnView): void => {
  const { env, scope, platform, now, diagnostics, registry, triggers, servers } = view
  const { TMUX, TMUX_PANE } = env
  const ownPane = TMUX && TMUX_PANE ? { socket: TMUX.split(",")[0] ?? "", paneId: TMUX_PANE } : undefined
  diagnostics.addChecks(() => {
    const { last, endedMs, failure } = view.scan()
    const byPid = new Map(last?.agents.map((agent) => [agent.pid, agent]))
    const registered = livingFiles(view).map((file) => ({ file, process: byPid.get(file.pid) }))
    return selfChecks({
      nowMs: now(),
      platform,
      scan: last === undefined ? undefined : { processes: last.processes, denied: last.denied, endedMs },
      scanFailure: failure,
      ownPane,
      rows: view.rows(),
      panes: servers.panes(),
      serverFailures: servers.failures(),
      isCurrent: (socket) => servers.isCurrent(socket),
      // What does not carry the scope is none of this daemon's business.
      registered: registered.filter(({ process }) => scope === undefined || process !== undefined),
      hints: diagnostics.counters.hints,
      missedHints: diagnostics.counters.missedHints,
      unwatched: [...triggers.unwatched(), ...registry.unwatched()],
    })
  })
}

/** Files whose process lives and is the one they speak of, agent or not. */
const livingFiles = ({ registry, files, domain }: OwnView): RegistryFile[] =>
  registry.files().filter((file) => {
    const stat = files.stat(file.pid)
    if (stat === undefined || isDeadState(stat.state) || file.procStart === undefined) return false
    return isOfProcess(file, { pid: file.pid, startTicks: stat.startTicks, startedMs: file.startedMs ?? 0, inContainer: false }, domain)
  })
