// One line of /proc/<pid>/stat. The command name may hold spaces and parentheses, so it is cut at the last one.

export interface ProcessStat {
  readonly pid: number
  /** At most 15 bytes, set by exec and by the process itself: a hint, never an identity. */
  readonly comm: string
  /** One letter: R, S, D, T (stopped), t (traced), Z (zombie), X (dead), I (idle kernel thread). */
  readonly state: string
  readonly ppid: number
  readonly processGroup: number
  /** Device number of the controlling terminal, 0 for none. It repeats across devpts instances. */
  readonly ttyNr: number
  /** Process group in the foreground of that terminal, -1 for none. */
  readonly foregroundGroup: number
  /** Field 22 as written: clock ticks since boot. With the pid it names a process for as long as the machine is up. */
  readonly startTicks: string
}

/** Parses a stat line; undefined when it is torn or of an unknown shape. */
export const parseProcessStat = (line: string): ProcessStat | undefined => {
  const open = line.indexOf("(")
  const close = line.lastIndexOf(")")
  if (open < 1 || close < open) return undefined
  const pid = Number(line.slice(0, open))
  const rest = line.slice(close + 2).split(" ", 20)
  const [state, ppid, processGroup, , ttyNr, foregroundGroup] = rest
  const startTicks = rest[19]?.trim()
  if (!Number.isSafeInteger(pid) || state === undefined || ppid === undefined || ttyNr === undefined) return undefined
  if (startTicks === undefined || !/^\d+$/.test(startTicks)) return undefined
  return {
    pid,
    comm: line.slice(open + 1, close),
    state,
    ppid: Number(ppid),
    processGroup: Number(processGroup),
    ttyNr: Number(ttyNr),
    foregroundGroup: Number(foregroundGroup),
    startTicks,
  }
}

/** Whether the process runs no more, though its entry may still be there. */
export const isDeadState = (state: string): boolean => state === "Z" || state === "X" || state === "x"

/** Whether a signal or a debugger stopped it. */
export const isStoppedState = (state: string): boolean => state === "T" || state === "t"
