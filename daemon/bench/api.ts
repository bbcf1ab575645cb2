// What the API adds: from a fact folded into the world to its message at a client, and a snapshot of many sessions. Server and client share
// one process and talk over loopback TCP, so the client's own work is in the figures.

import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setImmediate as turn } from "node:timers/promises"
import { create, type DescMessage, type MessageShape, toBinary } from "@bufbuild/protobuf"
import { createClient, type Transport } from "@connectrpc/connect"
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node"
import { HostSchema, Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { MetricsService, WatchMetricsResponseSchema } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import { SessionService, WatchSessionsResponseSchema } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import pino from "pino"
import { createApiServer } from "../src/api/server.ts"
import type { Fact } from "../src/domain/facts.ts"
import { Diagnostics } from "../src/model/diagnostics.ts"
import { NO_STORE } from "../src/model/no-store.ts"
import { createPriceBook } from "../src/model/prices/price-book.ts"
import { World } from "../src/model/world.ts"
import type { BenchRow } from "./bench-row.ts"
import { percentile } from "./bed/percentile.ts"

const SESSIONS = 1_000
const CHANGES = 1_000
const SNAPSHOTS = 20

export async function run(): Promise<readonly BenchRow[]> {
  const dir = mkdtempSync(join(tmpdir(), "vb-api-"))
  const host = { id: "bench", name: "bench" }
  const prices = createPriceBook()
  const world = new World({ host: create(HostSchema, host), prices, now: Date.now })
  world.apply(Array.from({ length: SESSIONS }, (_, index) => sessionFacts(index)).flat())
  world.setFirstRead({ bytesRead: 0, bytesTotal: 0, files: 0, done: true })
  const server = await createApiServer({
    host: "127.0.0.1",
    port: 0,
    world,
    usage: world.usage,
    latency: world.latency,
    activities: world.activities,
    store: NO_STORE,
    readThreadTotals: async () => ({ threads: [], problems: [] }),
    diagnostics: new Diagnostics(),
    discover: async () => ({}),
    daemon: {
      version: "bench",
      startedMs: Date.now(),
      stateDir: dir,
      scope: "bench",
      host,
      pricing: { prices, configPath: join(dir, "config.toml") },
      counted: () => world.counts,
    },
    webRoot: join(dir, "none"),
    logger: pino({ level: "silent" }),
  })
  try {
    const connect = createConnectTransport({ baseUrl: server.url, httpVersion: "1.1" })
    const grpc = createGrpcTransport({ baseUrl: server.url })
    return [
      ...(await changeLatency("Connect, HTTP/1.1", world, connect)),
      ...(await changeLatency("gRPC, HTTP/2", world, grpc)),
      ...(await snapshot(`snapshot of ${SESSIONS} sessions`, WatchSessionsResponseSchema, (signal) =>
        createClient(SessionService, connect).watchSessions({ scope: Scope.ALL }, { signal }),
      )),
      ...(await snapshot(`snapshot of ${SESSIONS} metrics rows`, WatchMetricsResponseSchema, (signal) =>
        createClient(MetricsService, connect).watchMetrics({ scope: Scope.ALL }, { signal }),
      )),
    ]
  } finally {
    await server.close()
    rmSync(dir, { recursive: true, force: true })
  }
}

async function changeLatency(label: string, world: World, transport: Transport): Promise<readonly BenchRow[]> {
  const stop = new AbortController()
  const arrived = new EventTarget()
  const follow = async () => {
    const stream = createClient(MetricsService, transport).watchMetrics({ scope: Scope.ALL, minIntervalMs: 0 }, { signal: stop.signal })
    for await (const { event } of stream) arrived.dispatchEvent(new Event(event.case ?? "nothing"))
  }
  const snapshotArrived = once(arrived, "snapshot")
  const following = follow().catch((error: unknown) => {
    if (!stop.signal.aborted) throw error
  })
  await snapshotArrived
  const lagsMs: number[] = []
  for (let index = 0; index < CHANGES; index += 1) {
    const updated = once(arrived, "updated")
    const startedMs = performance.now()
    world.apply([requestFact(index % SESSIONS, `${label} ${index}`)])
    await updated
    lagsMs.push(performance.now() - startedMs)
    await turn()
  }
  stop.abort()
  await following
  return [50, 99].map((p) => ({
    name: `fold -> WatchMetrics message, ${label}, p${p} of ${CHANGES}`,
    value: percentile(lagsMs, p),
    unit: "ms",
  }))
}

async function snapshot<Desc extends DescMessage>(
  label: string,
  schema: Desc,
  open: (signal: AbortSignal) => AsyncIterable<MessageShape<Desc>>,
): Promise<readonly BenchRow[]> {
  const timesMs: number[] = []
  let sizeBytes = 0
  for (let index = 0; index < SNAPSHOTS; index += 1) {
    const stop = new AbortController()
    const startedMs = performance.now()
    for await (const message of open(stop.signal)) {
      timesMs.push(performance.now() - startedMs)
      sizeBytes = toBinary(schema, message).length
      break
    }
    stop.abort()
  }
  return [
    { name: `${label}, call to message, p50 of ${SNAPSHOTS}`, value: percentile(timesMs, 50), unit: "ms" },
    { name: `${label}, size`, value: sizeBytes / 1024, unit: "KiB" },
  ]
}

function sessionFacts(index: number): Fact[] {
  const conversationId = `conversation-${index}`
  const timeMs = Date.now() - 60_000
  const evidence = {
    field: "conversation_id",
    source: "registry",
    detail: "named by its registry file",
    confidence: "confirmed",
    timeMs,
  } as const
  const tools = ["Bash", "Edit", "Read", "Grep"].flatMap((name, call): Fact[] => [
    { kind: "tool-started", conversationId, timeMs, callId: `${index}-${call}`, name, target: `src/file-${call}.ts` },
    { kind: "tool-ended", conversationId, timeMs: timeMs + 10 * (call + 1), callId: `${index}-${call}`, outcome: "ok" },
  ])
  return [
    {
      kind: "agent-seen",
      sessionId: `session-${index}`,
      timeMs,
      agent: index % 3 === 0 ? "codex" : "claude",
      role: "interactive",
      pid: 10_000 + index,
      startedMs: timeMs,
      command: "claude",
      cwd: `/home/someone/projects/project-${index % 40}`,
      suspended: false,
      pane: {
        socket: "/tmp/tmux-1000/default",
        serverPid: 9,
        paneId: `%${index}`,
        sessionName: "work",
        windowIndex: index,
        windowName: "w",
        paneIndex: 0,
      },
      registry: { conversationId, status: "busy", updatedMs: timeMs },
      conversationHints: [{ conversationId, trust: "authoritative", evidence }],
      evidence: [evidence],
    },
    {
      kind: "conversation-seen",
      conversationId,
      agent: index % 3 === 0 ? "codex" : "claude",
      startedMs: timeMs,
      cwd: `/home/someone/projects/project-${index % 40}`,
      gitBranch: "main",
      title: `Task number ${index} of the day`,
    },
    requestFact(index, "first"),
    ...tools,
  ]
}

function requestFact(index: number, key: string): Fact {
  return {
    kind: "request-seen",
    conversationId: `conversation-${index}`,
    timeMs: Date.now(),
    key: `${index} ${key}`,
    sidechain: false,
    model: "claude-sonnet-4-5-20250929",
    usage: { input: 10, output: 500, reasoning: 0, cacheRead: 50_000, cacheWrite5m: 900, cacheWrite1h: 0 },
  }
}
