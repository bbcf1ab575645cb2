// ccusage, the peer that is measured beside the daemon, where it is installed for this machine.

import { spawn } from "node:child_process"
import { once } from "node:events"
import { chmodSync, copyFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { cpuSeconds, peakMb } from "./process-figures.ts"

export interface PeerRun {
  readonly wallMs: number
  readonly cpuS: number
  readonly peakMb: number
}

const POLL_MS = 5

/** Copies the program to `folder`, because the package carries it without the right to be run; undefined where it is not installed. */
export function ccusageProgram(folder: string): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve("@ccusage/ccusage-linux-x64/package.json")
    const copy = join(folder, "ccusage")
    copyFileSync(join(dirname(manifest), "bin", "ccusage"), copy)
    chmodSync(copy, 0o755)
    return copy
  } catch {
    return undefined
  }
}

/** Has it report the sessions of both agents, one after the other as its users must. Undefined where it fails. */
export async function runCcusage(program: string, home: string): Promise<PeerRun | undefined> {
  const env = { ...process.env, HOME: home, CLAUDE_CONFIG_DIR: home, CODEX_HOME: home }
  const total = { wallMs: 0, cpuS: 0, peakMb: 0 }
  for (const agent of ["claude", "codex"]) {
    const startedMs = performance.now()
    const child = spawn(program, [agent, "session", "--json", "--offline", "-z", "UTC"], { env, stdio: "ignore" })
    let cpuS = 0
    const poll = setInterval(() => {
      total.peakMb = Math.max(total.peakMb, peakMb(child.pid ?? 0))
      cpuS = Math.max(cpuS, cpuSeconds(child.pid ?? 0))
    }, POLL_MS)
    const [code] = (await once(child, "close")) as [number | null]
    clearInterval(poll)
    total.wallMs += performance.now() - startedMs
    total.cpuS += cpuS
    if (code !== 0) return undefined
  }
  return total
}
