// What a report of ccusage, the peer that is measured beside the daemon, costs.

import { spawn } from "node:child_process"
import { once } from "node:events"
import { cpuSeconds, peakMb } from "./process-figures.ts"

export interface PeerRun {
  readonly wallMs: number
  readonly cpuS: number
  readonly peakMb: number
}

const POLL_MS = 5

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
