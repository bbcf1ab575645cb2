// Many transcripts growing at once: what is lost, how late the event loop runs, how often a byte is read, what it costs. A client watches
// metrics all the while.

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { createClient } from "@connectrpc/connect"
import { createConnectTransport } from "@connectrpc/connect-node"
import { Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { DaemonService } from "@vibecraft/shared/gen/vibecraft/v1/daemon_service_pb"
import { MetricsService } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import { startDaemonProgram } from "./bed/daemon-program.ts"
import { createFakeConversation } from "./bed/fake-conversation.ts"
import { cpuSeconds } from "./bed/process-figures.ts"
import type { BenchRow } from "./bench-row.ts"

const FILES = 200
const LINES_PER_SECOND = 2000
/** The daemon's own figure of the event loop covers a minute. */
const SECONDS = 60
const STEP_MS = 20
const LAST_READ_LIMIT_MS = 30_000
/** An append is a request and its tool's result. */
const LINES_PER_APPEND = 2

export async function run(): Promise<readonly BenchRow[]> {
  const home = mkdtempSync(join(tmpdir(), "vb-"))
  const conversations = Array.from({ length: FILES }, (_, index) => createFakeConversation(home, `/work/project-${index % 20}`, 5))
  const daemon = await startDaemonProgram(home, "bench-growing")
  const stop = new AbortController()
  try {
    const transport = createConnectTransport({ baseUrl: daemon.url, httpVersion: "1.1" })
    const status = createClient(DaemonService, transport)
    const metrics = createClient(MetricsService, transport)
    let messages = 0
    const follow = async () => {
      for await (const _ of metrics.watchMetrics({ scope: Scope.ALL }, { signal: stop.signal })) messages++
    }
    const following = follow().catch((error: unknown) => {
      if (!stop.signal.aborted) throw error
    })
    const counted = async () => {
      const { counters } = await status.getStatus({})
      return { bytes: Number(counters?.bytesRead ?? 0n), requests: Number(counters?.requests ?? 0n) }
    }
    const before = await counted()
    const cpuBefore = cpuSeconds(daemon.pid)
    const startedMs = performance.now()
    let appends = 0
    let bytes = 0
    for (;;) {
      const seconds = Math.min(SECONDS, (performance.now() - startedMs) / 1000)
      const due = Math.floor((seconds * LINES_PER_SECOND) / LINES_PER_APPEND)
      for (; appends < due; appends++) bytes += conversations[appends % FILES]?.append(appends) ?? 0
      if (seconds >= SECONDS) break
      await pause(STEP_MS)
    }
    const grownMs = performance.now()
    let after = await counted()
    while (after.requests - before.requests < appends && performance.now() - grownMs < LAST_READ_LIMIT_MS) {
      await pause(5)
      after = await counted()
    }
    const settledMs = performance.now() - grownMs
    const cpuS = cpuSeconds(daemon.pid) - cpuBefore
    const { eventLoopDelayP99Ms } = await status.getStatus({})
    stop.abort()
    await following
    const name = `${FILES} files growing by ${LINES_PER_SECOND} lines/s together for ${SECONDS} s`
    return [
      { name: `${name}: requests lost`, value: appends - (after.requests - before.requests), unit: "", budget: "0" },
      { name: `${name}: event loop delay, p99`, value: eventLoopDelayP99Ms, unit: "ms", budget: "<= 20" },
      { name: `${name}: bytes read per byte appended`, value: (after.bytes - before.bytes) / bytes, unit: "times", budget: "<= 1.05" },
      { name: `${name}: processor`, value: (cpuS / SECONDS) * 100, unit: "% of a core", budget: "<= 100" },
      { name: `${name}: last append -> counted`, value: settledMs, unit: "ms" },
      { name: `${name}: messages to a watching client`, value: messages / SECONDS, unit: "1/s" },
    ]
  } finally {
    stop.abort()
    await daemon.stop()
    rmSync(home, { recursive: true, force: true })
  }
}
