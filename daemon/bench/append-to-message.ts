// From a line appended to a transcript to the message of it at a client of WatchMetrics: the daemon a program of its own, one client
// over HTTP/1.1, appends far enough apart that each is sent at once.

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { createClient } from "@connectrpc/connect"
import { createConnectTransport } from "@connectrpc/connect-node"
import { MetricsService } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import type { BenchRow } from "./bench-row.ts"
import { startDaemonProgram } from "./bed/daemon-program.ts"
import { createFakeConversation } from "./bed/fake-conversation.ts"
import { percentile } from "./bed/percentile.ts"

const APPENDS = 200
const CONVERSATIONS = 20
const GAP_MS = 130

export async function run(): Promise<readonly BenchRow[]> {
  const home = mkdtempSync(join(tmpdir(), "vb-"))
  const conversations = Array.from({ length: CONVERSATIONS }, (_, index) => createFakeConversation(home, `/work/project-${index % 5}`, 50))
  const daemon = await startDaemonProgram(home, "bench-append")
  const stop = new AbortController()
  try {
    const client = createClient(MetricsService, createConnectTransport({ baseUrl: daemon.url, httpVersion: "1.1" }))
    const outputs = new Map<string, bigint>()
    let changed = Promise.withResolvers<void>()
    const follow = async () => {
      for await (const { event } of client.watchMetrics({}, { signal: stop.signal })) {
        if (event.case !== "snapshot" && event.case !== "updated") continue
        for (const row of event.value.metrics) outputs.set(row.conversationId, row.tokens?.output ?? 0n)
        changed.resolve()
        changed = Promise.withResolvers()
      }
    }
    const following = follow().catch((error: unknown) => {
      if (!stop.signal.aborted) throw error
    })
    await changed.promise
    const lagsMs: number[] = []
    for (let index = 0; index < APPENDS; index += 1) {
      const conversation = conversations[index % CONVERSATIONS]
      if (conversation === undefined) break
      const before = outputs.get(conversation.id) ?? 0n
      const appendedMs = performance.now()
      conversation.append(1_000 + index)
      while (outputs.get(conversation.id) === before) await changed.promise
      lagsMs.push(performance.now() - appendedMs)
      await pause(GAP_MS)
    }
    stop.abort()
    await following
    return [
      { name: `append -> message at a WatchMetrics client, p50 of ${APPENDS}`, value: percentile(lagsMs, 50), unit: "ms" },
      { name: `append -> message at a WatchMetrics client, p99 of ${APPENDS}`, value: percentile(lagsMs, 99), unit: "ms", budget: "<= 25" },
    ]
  } finally {
    stop.abort()
    await daemon.stop()
    rmSync(home, { recursive: true, force: true })
  }
}
