// Notices within a second that a known process is gone, stopped or another program, by looking at its entry in the process table, and makes sure of it:
// twice, some time apart, unless the agent said goodbye by deleting its registry file. A scan that fails concludes nothing.

import type { ProcFiles } from "../../work/scan/proc-files.ts"
import { isDeadState, isStoppedState } from "../../work/scan/process-stat.ts"

export interface KnownProcess {
  readonly sessionId: string
  readonly pid: number
  readonly startTicks: string
  /** Whether it was last said to be stopped by a signal; absent: not yet said. */
  readonly suspended?: boolean
}

export interface Departures {
  /** Looks at the entries of all known processes now. */
  check(): void
  /** Whether a process was missing at the last look. */
  isMissing(sessionId: string): boolean
  close(): void
}

export interface DeparturesOptions {
  readonly files: Pick<ProcFiles, "stat">
  readonly ownPid: number
  /** A cheaper question: whether a pid is in use. A zombie's is, and one that was reused. */
  readonly isPidInUse: (pid: number) => boolean
  readonly now: () => number
  readonly known: () => Iterable<KnownProcess>
  /** Whether the agent deleted its registry file. */
  readonly saidGoodbye: (pid: number) => boolean
  /** Whether a scan that began at or after this time has told what is left of panes. */
  readonly isScannedSince: (timeMs: number) => boolean
  /** A process is missing, was stopped or woken, or runs another program: a scan now learns what became of it. */
  readonly onChange: () => void
  readonly onGone: (process: KnownProcess) => void
}

const EVERY_MS = 250
const CONFIRM_MS = 300
/** The same after a goodbye. */
const GOODBYE_MS = 60
/** Longest wait for such a scan. */
const SCAN_MS = 900
const AGAIN_MS = 50

export const createDepartures = ({
  files,
  ownPid,
  isPidInUse,
  now,
  known,
  saidGoodbye,
  isScannedSince,
  onChange,
  onGone,
}: DeparturesOptions): Departures => {
  const missing = new Map<string, number>()
  const looks = new Map<string, string>()
  let confirm: NodeJS.Timeout | undefined

  const runs = ({ sessionId, pid, startTicks, suspended }: KnownProcess): boolean => {
    const stat = files.stat(pid)
    if (stat === undefined || stat.startTicks !== startTicks || isDeadState(stat.state)) return false
    const stopped = isStoppedState(stat.state)
    const look = `${stopped} ${stat.comm}`
    const before = looks.get(sessionId)
    looks.set(sessionId, look)
    // At the first look there is only what was said of it to compare with.
    if (before === undefined ? suspended !== undefined && suspended !== stopped : before !== look) onChange()
    return true
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
        continue
      }
      const leftMs = waitMs - (now() - sinceMs)
      if (leftMs <= 0 && (isScannedSince(sinceMs) || now() - sinceMs >= SCAN_MS)) gone.push(process)
      else nextMs = Math.min(nextMs, Math.max(leftMs, AGAIN_MS))
    }
    for (const process of gone) {
      missing.delete(process.sessionId)
      looks.delete(process.sessionId)
      onGone(process)
    }
    if (isNew) onChange()
    clearTimeout(confirm)
    if (nextMs < Infinity) confirm = setTimeout(check, nextMs)
  }

  let rounds = 0
  const timer = setInterval(() => {
    rounds += 1
    if (rounds % 2 === 0 || missing.size > 0) check()
    else for (const { pid } of known()) if (!isPidInUse(pid)) return check()
  }, EVERY_MS)
  return {
    check,
    isMissing: (sessionId) => missing.has(sessionId),
    close: () => {
      clearInterval(timer)
      clearTimeout(confirm)
    },
  }
}
