// What the daemon costs the machine while 50 sessions are live in tmux: memory, processor time when nothing happens (that of the tmux
// server included), and how long it takes to start again.

import { readFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { createClient } from "@connectrpc/connect"
import { createConnectTransport } from "@connectrpc/connect-node"
import { Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { SessionService } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import { createBed } from "../test/discovery-bed/bed.ts"
import type { BenchRow } from "./bench-row.ts"
import { startDaemonProgram, type DaemonProgram } from "./bed/daemon-program.ts"
import { createFakeConversation } from "./bed/fake-conversation.ts"

const SESSIONS = 50
const BUSY_MS = 10_000
const IDLE_MS = 20_000
const TICKS_PER_SECOND = 100

export async function run(): Promise<readonly BenchRow[]> {
  const bed = createBed()
  let daemon: DaemonProgram | undefined
  try {
    const server = bed.server()
    const conversations = Array.from({ length: SESSIONS }, (_, index) => {
      const cwd = join(bed.folder, `project-${index % 8}`)
      const conversation = createFakeConversation(bed.home, cwd, 200)
      const { pid } = server.run([bed.claude])
      bed.register(pid, { sessionId: conversation.id, cwd, status: "idle" })
      return conversation
    })
    // The first start fills the cache of compiled code, as anybody's first start does.
    daemon = await startDaemonProgram(bed.home, bed.scope, { TMUX_TMPDIR: bed.folder })
    const firstStartMs = daemon.caughtUpMs
    await daemon.stop()
    daemon = await startDaemonProgram(bed.home, bed.scope, { TMUX_TMPDIR: bed.folder })
    await untilLive(daemon.url, SESSIONS)

    const busyUntil = performance.now() + BUSY_MS
    while (performance.now() < busyUntil) {
      for (const conversation of conversations) conversation.append(500)
      await pause(500)
    }
    const rssMb = residentMb(daemon.pid)

    await pause(2_000)
    const pids = [daemon.pid, server.pid]
    const before = pids.map(cpuSeconds)
    const idleFromMs = performance.now()
    await pause(IDLE_MS)
    const seconds = (performance.now() - idleFromMs) / 1000
    const [own = 0, tmux = 0] = pids.map((pid, index) => ((cpuSeconds(pid) - (before[index] ?? 0)) / seconds) * 100)

    const stopMs = await daemon.stop()
    daemon = await startDaemonProgram(bed.home, bed.scope, { TMUX_TMPDIR: bed.folder })
    return [
      { name: `memory (RSS) with ${SESSIONS} live sessions`, value: rssMb, unit: "MB", budget: "<= 180" },
      { name: `idle, ${SESSIONS} sessions: daemon and tmux`, value: own + tmux, unit: "% of a core", budget: "<= 2" },
      { name: `idle, ${SESSIONS} sessions: the daemon alone`, value: own, unit: "% of a core" },
      { name: `first start ever to caught up, ${SESSIONS} transcripts`, value: firstStartMs, unit: "ms" },
      { name: "start to ready", value: daemon.readyMs, unit: "ms" },
      { name: `start to caught up, ${SESSIONS} transcripts`, value: daemon.caughtUpMs, unit: "ms" },
      { name: "stop (SIGINT to exit)", value: stopMs, unit: "ms", budget: "<= 2000" },
    ]
  } finally {
    await daemon?.stop()
    await bed.close()
  }
}

async function untilLive(url: string, wanted: number): Promise<void> {
  const client = createClient(SessionService, createConnectTransport({ baseUrl: url, httpVersion: "1.1" }))
  const stop = AbortSignal.timeout(60_000)
  for (;;) {
    const { sessions } = await client.listSessions({ scope: Scope.LIVE }, { signal: stop })
    if (sessions.filter((session) => session.pid !== undefined && session.conversationId !== undefined).length >= wanted) return
    await pause(100, undefined, { signal: stop })
  }
}

function residentMb(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+)/mu.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
  return Number(kilobytes) / 1024
}

/** Processor time of a process, its threads and the children it has waited for. */
function cpuSeconds(pid: number): number {
  const line = readFileSync(`/proc/${pid}/stat`, "utf8")
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ")
  return [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0) / TICKS_PER_SECOND
}
