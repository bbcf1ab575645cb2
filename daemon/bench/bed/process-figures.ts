// What the kernel says of a process: memory and processor time.

import { readFileSync } from "node:fs"

const TICKS_PER_SECOND = 100

/** Most memory it ever had resident, in megabytes; 0 where it is gone. */
export function peakMb(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+)/mu.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

/** Processor seconds of all its threads, in and out of the kernel; 0 where it is gone. */
export function cpuSeconds(pid: number): number {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, "utf8")
    const fields = line.slice(line.lastIndexOf(")") + 2).split(" ")
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
  } catch {
    return 0
  }
}
