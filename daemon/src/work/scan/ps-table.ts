// The process table as `ps` and `lsof` of macOS tell it, for there is no /proc. Parsing alone: what is run and when is decided elsewhere.

import type { ProcessStat } from "./process-stat.ts"

/** Columns asked of ps, in this order; all but the last are of one word, `lstart` is of five. */
export const PS_COLUMNS = "pid=,ppid=,pgid=,tpgid=,uid=,stat=,tty=,lstart=,ucomm="
/** The same process's command line, asked in a second column that may hold anything. */
export const PS_ARGUMENTS = "pid=,command="

export interface PsProcess {
  readonly stat: ProcessStat
  readonly uid: number
  /** "ttys003"; absent without a terminal. */
  readonly tty?: string
  /** When it started, Unix milliseconds, whole seconds. */
  readonly startedMs: number
}

const LINE = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(-?\d+)\s+(\d+)\s+(\S+)\s+(\S+)\s+(\w{3}\s+\w{3}\s+\d+\s+[\d:]{8}\s+\d{4})\s+(.*)$/

/** Reads `ps -axo <PS_COLUMNS>`; `ttyNumber` gives the device number of a terminal. Lines of another shape are left out. */
export const parsePs = (text: string, ttyNumber: (tty: string) => number = () => 0): PsProcess[] =>
  text.split("\n").flatMap((line) => {
    const match = LINE.exec(line)
    if (match === null) return []
    const [, pid = "", ppid = "", pgid = "", tpgid = "", uid = "", state = "", tty = "", started = "", comm = ""] = match
    const startedMs = Date.parse(started)
    if (!Number.isFinite(startedMs)) return []
    const hasTty = tty !== "??" && tty !== "?" && tty !== "-"
    const stat: ProcessStat = {
      pid: Number(pid),
      comm: comm.trim(),
      // U: uninterruptible, R: runs, S and I: sleeps, T: stopped, Z: zombie; further letters say how.
      state: state.slice(0, 1),
      ppid: Number(ppid),
      processGroup: Number(pgid),
      ttyNr: hasTty ? ttyNumber(tty) : 0,
      foregroundGroup: Number(tpgid) > 0 ? Number(tpgid) : -1,
      // Hundredths of a second since 1970, the unit of /proc with another beginning; a session's id needs no more.
      startTicks: String(startedMs / 10),
    }
    return [{ stat, uid: Number(uid), startedMs, ...(hasTty ? { tty } : {}) }]
  })

/** Reads `ps -axo <PS_ARGUMENTS>`: the arguments of each process, parted at spaces, for ps keeps no better boundary. */
export const parsePsArguments = (text: string): Map<number, string[]> => {
  const found = new Map<number, string[]>()
  for (const line of text.split("\n")) {
    const match = /^\s*(\d+)\s+(.*)$/.exec(line)
    if (match === null) continue
    const words = (match[2] ?? "").trim().split(/ +/)
    found.set(Number(match[1]), words[0] === "" ? [] : words)
  }
  return found
}

export interface LsofFiles {
  readonly cwd?: string
  /** Names behind the numbered descriptors. */
  readonly descriptors: ReadonlyMap<number, string>
  /** The executable: the first text file. */
  readonly exe?: string
}

/** Reads `lsof -Fpftn` (one field a line: p process, f descriptor, t type, n name). */
export const parseLsof = (text: string): Map<number, LsofFiles> => {
  const found = new Map<number, { cwd?: string; exe?: string; descriptors: Map<number, string> }>()
  let files: { cwd?: string; exe?: string; descriptors: Map<number, string> } | undefined
  let descriptor = ""
  for (const line of text.split("\n")) {
    const value = line.slice(1)
    switch (line[0]) {
      case "p":
        files = { descriptors: new Map() }
        found.set(Number(value), files)
        break
      case "f":
        descriptor = value
        break
      case "n":
        if (files === undefined) break
        if (descriptor === "cwd") files.cwd = value
        else if (descriptor === "txt") files.exe ??= value
        else if (/^\d+$/.test(descriptor)) files.descriptors.set(Number(descriptor), value)
        break
      default:
        break
    }
  }
  return found
}
