// The store under a world that takes in facts: how long a large message takes to write, and what a fleet that works does to the event loop.

import { mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { monitorEventLoopDelay, performance } from "node:perf_hooks"
import { setTimeout as sleep } from "node:timers/promises"
import { create } from "@bufbuild/protobuf"
import { HostSchema } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import type { TranscriptFact } from "../src/domain/facts.ts"
import { NO_USAGE } from "../src/domain/usage.ts"
import { Diagnostics } from "../src/model/diagnostics.ts"
import { createPriceBook } from "../src/model/prices/price-book.ts"
import { World } from "../src/model/world.ts"
import { openStore } from "../src/store/store.ts"
import type { BenchRow } from "./bench-row.ts"

const MANY = 50_000
const FLEET = 200
const STEPS_PER_SECOND = 500
const FLEET_SECONDS = 15

export async function run(): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "vb-store-"))
  try {
    return [
      ...(await largeMessage(join(folder, "large.db"))),
      ...(await fleet(join(folder, "fleet.db"), true)),
      ...(await fleet("", false)),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function largeMessage(path: string): Promise<BenchRow[]> {
  const { world, store } = open(path)
  for (let n = 0; n < MANY; n++) world.apply(step(n, 300))
  const startedMs = performance.now()
  await store.written()
  const wallMs = performance.now() - startedMs
  await store.close()
  const bytes = statSync(path).size
  return [
    { name: `store: ${MANY} requests and as many calls in one message, until durable`, value: wallMs, unit: "ms" },
    { name: "store: bytes for a request and a call", value: bytes / MANY, unit: "bytes" },
  ]
}

/** The same work with the store and without, because the machine and the fold have their part in every delay. */
async function fleet(path: string, hasStore: boolean): Promise<BenchRow[]> {
  const { world, store } = hasStore ? open(path) : { world: newWorld(), store: undefined }
  for (let n = 0; n < FLEET * 20; n++) world.apply(step(n, FLEET))
  await store?.written()
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const before = process.cpuUsage()
  delay.enable()
  const startedMs = performance.now()
  for (let n = 0; performance.now() - startedMs < FLEET_SECONDS * 1000; n++) {
    world.apply(step(FLEET * 20 + n, FLEET))
    store?.readings.note(FILES[n % FLEET] ?? FILES, () => ({ path: `/home/dev/${n % FLEET}`, dev: 1, ino: n % FLEET, state: READER_STATE }))
    await sleep(1000 / STEPS_PER_SECOND)
  }
  delay.disable()
  const { user, system } = process.cpuUsage(before)
  await store?.close()
  const how = hasStore ? "with the store" : "without"
  return [
    {
      name: `store: ${FLEET} conversations at work, ${how}: event-loop delay p99`,
      value: delay.percentile(99) / 1e6,
      unit: "ms",
      budget: "<= 20",
    },
    { name: `store: the same, ${how}: largest delay`, value: delay.max / 1e6, unit: "ms" },
    { name: `store: the same, ${how}: of a core`, value: (user + system) / 1e4 / FLEET_SECONDS, unit: "%" },
  ]
}

const FILES = Array.from({ length: FLEET }, (_, n) => ({ n }))
const READER_STATE = {
  described: { transcriptPath: "/home/dev/.claude/projects/-home-dev-project/0.jsonl", agent: "claude", agentVersion: "2.1.330" },
  offset: 1_234_567,
  fingerprint: "0123456789abcdef0123456789ab",
  requestKey: "msg_0123456789abcdef",
  deferred: [],
}

function open(path: string) {
  const store = openStore({ path, pricesKey: "bench", diagnostics: new Diagnostics(), now: Date.now })
  const world = newWorld()
  store.attach(world)
  return { world, store }
}

function newWorld(): World {
  return new World({ host: create(HostSchema, {}), prices: createPriceBook(), now: Date.now })
}

function step(n: number, conversations: number): TranscriptFact[] {
  const conversationId = `11111111-2222-4333-8444-${String(n % conversations).padStart(12, "0")}`
  const timeMs = Date.UTC(2026, 9, 1) + n * 1000
  const usage = { ...NO_USAGE, input: 3, output: n % 900, cacheRead: 40_000 + n, cacheWrite5m: 700 }
  const at = { conversationId, timeMs }
  return [
    { kind: "conversation-seen", conversationId, agent: "claude", cwd: "/home/dev/project", agentVersion: "2.1.330" },
    { kind: "request-seen", ...at, key: `msg_${n}`, requestId: `req_${n}`, sidechain: false, model: "claude-opus-5-5", usage },
    { kind: "tool-started", ...at, callId: `toolu_${n}`, name: n % 3 === 0 ? "Bash" : "Read" },
    { kind: "tool-ended", ...at, timeMs: timeMs + 40 + (n % 5000), callId: `toolu_${n}`, outcome: "ok" },
  ]
}
