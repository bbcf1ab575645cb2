// The process table with what is remembered between scans. Executables and owners are read once per process and name;
// programs that could be agents are read afresh each time, because an exec in place keeps both pid and start time.

import type { ProcFiles } from "./proc-files.ts"
import { identify, mayBeAgent, type Identity } from "./identity.ts"
import { isDeadState, type ProcessStat } from "./process-stat.ts"

export interface ProcessEntry {
  readonly stat: ProcessStat
  readonly own: boolean
  /** Set for agents and their helpers. */
  readonly found?: FoundAgent
}

export interface FoundAgent {
  readonly identity: Identity
  readonly exe: string
  readonly argv: readonly string[]
}

/** The scan cannot be trusted: nothing may be concluded from who is missing in it. */
export class ProcessTableError extends Error {
  override readonly name = "ProcessTableError"
}

export interface ProcessTable {
  /** Reads the table. `quick` trusts what is remembered of agents and of processes without a terminal. Throws ProcessTableError. */
  read(quick: boolean): ReadonlyMap<number, ProcessEntry>
}

export interface ProcessTableOptions {
  readonly files: ProcFiles
  readonly uid: number
  readonly ownPid: number
}

interface Remembered {
  readonly entry: ProcessEntry
  readonly settled: boolean
}

/** A name under which a script may be about to exec the agent of the same name. */
const UNSETTLED_NAME = /^(claude|codex|node|bun|deno|MainThread|\d+\.\d+\.\d+)/

export const createProcessTable = ({ files, uid, ownPid }: ProcessTableOptions): ProcessTable => {
  let remembered = new Map<number, Remembered>()

  const look = (stat: ProcessStat, before: Remembered | undefined): Remembered => {
    const same = before !== undefined && before.entry.stat.startTicks === stat.startTicks && before.entry.stat.comm === stat.comm
    if (same && before.settled) return { entry: { ...before.entry, stat }, settled: true }
    const own = same ? before.entry.own : files.uid(stat.pid) === uid
    if (!own) return { entry: { stat, own }, settled: true }
    const settled = !UNSETTLED_NAME.test(stat.comm)
    const exe = files.link(stat.pid, "exe")
    if (exe !== undefined && !mayBeAgent(exe)) return { entry: { stat, own }, settled }
    const argv = files.argv(stat.pid)
    const identity = identify({ exe, comm: stat.comm, argv })
    if (identity === undefined) return { entry: { stat, own }, settled: settled && exe !== undefined }
    return { entry: { stat, own, found: { identity, exe: exe ?? "", argv } }, settled: false }
  }

  return {
    read: (quick) => {
      const next = new Map<number, Remembered>()
      for (const pid of files.pids()) {
        const before = remembered.get(pid)
        if (quick && before !== undefined && (before.entry.found !== undefined || (before.settled && before.entry.stat.ttyNr === 0))) {
          next.set(pid, before)
          continue
        }
        const stat = files.stat(pid)
        if (stat === undefined || isDeadState(stat.state) || pid === 2 || stat.ppid === 2) continue
        next.set(pid, look(stat, before))
      }
      if (!next.has(ownPid)) throw new ProcessTableError("the process table does not show this process; check how /proc is mounted")
      remembered = next
      return new Map([...next].map(([pid, { entry }]) => [pid, entry]))
    },
  }
}
