// Nothing that the simulator starts may outlive it, even when it is killed: everyone watches the owner.

import { readFileSync } from "node:fs"

/** Start time of a process in clock ticks since boot (field 22 of stat), as written; undefined when it is gone or a zombie. */
export function startTicksOf(pid: number | "self"): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1")
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    return fields[0] === "Z" ? undefined : fields[19]
  } catch {
    return undefined
  }
}

/** Calls `onGone` once the owner's pid no longer names the process it named. Checks every second. */
export function watchOwner(owner: { readonly pid: number; readonly startTicks: string }, onGone: () => void): void {
  const timer = setInterval(() => {
    if (startTicksOf(owner.pid) === owner.startTicks) return
    clearInterval(timer)
    onGone()
  }, 1000)
  timer.unref()
}
