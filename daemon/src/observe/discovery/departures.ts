// Notices within a second that a known process is gone, by looking at its entry in the process table, and makes sure of it:
// twice, some time apart, unless the agent said goodbye by deleting its registry file. A scan that fails concludes nothing.

import type { ProcFiles } from "../../work/scan/proc-files.ts"
import { isDeadState } from "../../work/scan/process-stat.ts"

export interface KnownProcess {
  readonly sessionId: string
  readonly pid: number
  readonly startTicks: string
}

export interface Departures {
  /** Looks at all known processes now. */
  check(): void
  /** Whether a process was missing at the last look. */
  isMissing(sessionId: string): boolean
  close(): void
}

export interface DeparturesOptions {
  readonly files: Pick<ProcFiles, "stat">
  readonly ownPid: number
  readonly now: () => number
  readonly known: () => Iterable<KnownProcess>
  /** Whether the agent deleted its registry file. */
  readonly saidGoodbye: (pid: number) => boolean
  /** First sight of a missing process: a scan now learns what became of its pane. */
  readonly onMissing: () => void
  readonly onGone: (process: KnownProcess) => void
}

const EVERY_MS = 250
const CONFIRM_MS = 300
/** After a goodbye: how long a scan may take to tell what became of the pane. */
const GOODBYE_MS = 60

export const createDepartures = ({ files, ownPid, now, known, saidGoodbye, onMissing, onGone }: DeparturesOptions): Departures => {
  const missing = new Map<string, number>()
  let confirm: NodeJS.Timeout | undefined

  const runs = ({ pid, startTicks }: KnownProcess): boolean => {
    const stat = files.stat(pid)
    return stat !== undefined && stat.startTicks === startTicks && !isDeadState(stat.state)
  }

  const check = () => {
    let isNew = false
    const gone: KnownProcess[] = []
    let nextMs = Infinity
    for (const process of known()) {
      if (runs(process)) {
        missing.delete(process.sessionId)
        continue
      }
      if (files.stat(ownPid) === undefined) return
      const sinceMs = missing.get(process.sessionId)
      const waitMs = saidGoodbye(process.pid) ? GOODBYE_MS : CONFIRM_MS
      if (sinceMs === undefined) {
        missing.set(process.sessionId, now())
        isNew = true
        nextMs = Math.min(nextMs, waitMs)
      } else if (now() - sinceMs >= waitMs) gone.push(process)
    }
    for (const process of gone) {
      missing.delete(process.sessionId)
      onGone(process)
    }
    if (!isNew) return
    onMissing()
    clearTimeout(confirm)
    confirm = setTimeout(check, nextMs)
  }

  const timer = setInterval(check, EVERY_MS)
  return {
    check,
    isMissing: (sessionId) => missing.has(sessionId),
    close: () => {
      clearInterval(timer)
      clearTimeout(confirm)
    },
  }
}
