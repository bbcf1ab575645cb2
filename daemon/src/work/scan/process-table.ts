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

/** Whether both are the same program with the same arguments. */
export const isSame = (a: FoundAgent, b: FoundAgent): boolean =>
  a.exe === b.exe && a.argv.length === b.argv.length && a.argv.every((word, at) => word === b.argv[at])

/** The scan cannot be trusted: nothing may be concluded from who is missing in it. */
export class ProcessTableError extends Error {
  override readonly name = "ProcessTableError"
}

/** How much is looked at again; new processes always are. */
export type Look = "glance" | "quick" | "all"

export interface ProcessTable {
  /** Reads the table; what is not looked at again is taken as it is remembered. Throws ProcessTableError. */
  read(look: Look): ReadonlyMap<number, ProcessEntry>
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

/** So many of them are looked at again in one quick scan. */
const AT_ONCE = 100

/** Younger than this, a process may be a fork that has not called exec yet. */
const YOUNG_TICKS = 200
/** A name under which a script may be about to exec the agent of the same name. */
const UNSETTLED_NAME = /^(claude|codex|node|bun|deno|MainThread|\d+\.\d+\.\d+)/

export const createProcessTable = ({ files, uid, ownPid }: ProcessTableOptions): ProcessTable => {
  let remembered = new Map<number, Remembered>()
  /** Processes with a terminal that are no agents: any of them may become one by exec. */
  let onTerminals = 0
  let turn = 0

  const look = (stat: ProcessStat, before: Remembered | undefined, youngTicks: number): Remembered => {
    const same = before !== undefined && before.entry.stat.startTicks === stat.startTicks && before.entry.stat.comm === stat.comm
    if (same && before.settled) return { entry: { ...before.entry, stat }, settled: true }
    const own = same ? before.entry.own : files.uid(stat.pid) === uid
    if (!own) return { entry: { stat, own }, settled: true }
    const settled = !UNSETTLED_NAME.test(stat.comm) && Number(stat.startTicks) < youngTicks
    const exe = files.link(stat.pid, "exe")
    if (exe !== undefined && !mayBeAgent(exe)) return { entry: { stat, own }, settled }
    const argv = files.argv(stat.pid)
    const identity = identify({ exe, comm: stat.comm, argv })
    if (identity === undefined) return { entry: { stat, own }, settled: settled && exe !== undefined }
    const found = { identity, exe: exe ?? "", argv }
    const known = same ? before.entry.found : undefined
    return { entry: { stat, own, found: known !== undefined && isSame(known, found) ? known : found }, settled: false }
  }

  return {
    read: (depth) => {
      const next = new Map<number, Remembered>()
      const youngTicks = files.uptimeTicks() - YOUNG_TICKS
      const turns = Math.max(1, Math.ceil(onTerminals / AT_ONCE))
      if (depth === "quick") turn = (turn + 1) % turns
      /** An agent is looked at by others meanwhile; a program without a terminal that becomes an agent can wait. */
      const isTrusted = ({ entry: { stat, found }, settled }: Remembered): boolean => {
        if (depth === "all") return false
        if (found !== undefined || (settled && stat.ttyNr === 0)) return true
        return settled && (depth === "glance" || stat.pid % turns !== turn)
      }
      for (const pid of files.pids()) {
        const before = remembered.get(pid)
        if (before !== undefined && isTrusted(before)) {
          next.set(pid, before)
          continue
        }
        const stat = files.stat(pid)
        if (stat === undefined || isDeadState(stat.state) || pid === 2 || stat.ppid === 2) continue
        next.set(pid, look(stat, before, youngTicks))
      }
      if (!next.has(ownPid)) throw new ProcessTableError("the process table does not show this process; check how /proc is mounted")
      remembered = next
      onTerminals = 0
      for (const { entry } of next.values()) if (entry.stat.ttyNr !== 0 && entry.found === undefined) onTerminals += 1
      return new Map([...next].map(([pid, { entry }]) => [pid, entry]))
    },
  }
}
