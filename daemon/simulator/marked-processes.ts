// Everything that a simulator starts carries its mark in the environment, so it can be found and ended whatever became of its parents.

import { spawn } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"
import { startTicksOf } from "./agent/owner.ts"

/** Environment variable that holds the mark. */
export const MARK_ENV = "VIBECRAFT_SIM_ID"

/** Pids of the live processes with this mark. */
export function markedPids(mark: string): number[] {
  const wanted = `${MARK_ENV}=${mark}`
  return readdirSync("/proc")
    .filter((name) => /^\d+$/u.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && hasVariable(pid, wanted))
}

function hasVariable(pid: number, wanted: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1").split("\0").includes(wanted)
  } catch {
    return false
  }
}

/** Ends them with SIGKILL, again and again until none is left. Throws when some cannot be ended. */
export async function endMarked(mark: string): Promise<void> {
  for (let round = 0; round < 200; round++) {
    const pids = markedPids(mark)
    if (pids.length === 0) return
    for (const pid of pids) {
      try {
        process.kill(pid, "SIGKILL")
      } catch {
        // gone between the two calls
      }
    }
    await sleep(10)
  }
  throw new Error(`Processes of the simulator are still there: ${markedPids(mark).join(", ")}.`)
}

// Watches its owner once a second; when that is gone it ends all marked processes and removes their folder.
const GUARD = `
ticks() { s=$(cat "/proc/$1/stat" 2>/dev/null) || return 1; set -- \${s##*) }; [ "$1" = Z ] && return 1; echo "\${20}"; }
while [ "$(ticks "$1")" = "$2" ]; do sleep 1; done
for round in 1 2 3; do
  for file in /proc/[0-9]*/environ; do
    if grep -qz "^${MARK_ENV}=$3\\$" "$file" 2>/dev/null; then pid=\${file#/proc/}; kill -9 "\${pid%/environ}" 2>/dev/null; fi
  done
  sleep 0.2
done
rm -rf -- "$4"
`

/** A small shell that outlives this process and cleans up after it when it was killed. */
export function startGuard(mark: string, folder: string): { close(): void } {
  const args = ["-c", GUARD, "vibecraft-simulator-guard", String(process.pid), startTicksOf("self") ?? "", mark, folder]
  const guard = spawn("/bin/sh", args, { detached: true, stdio: "ignore", env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin" } })
  guard.unref()
  return {
    close() {
      if (guard.pid === undefined || guard.exitCode !== null) return
      try {
        process.kill(-guard.pid, "SIGKILL")
      } catch {
        // it has ended by itself
      }
    },
  }
}
