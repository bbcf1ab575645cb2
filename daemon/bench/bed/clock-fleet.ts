// A fleet as the benchmark of clocks has it: sessions with calls, answers and turns, most of them long over, and some at work. A program of its
// own, so that what it uses is the daemon's share and nobody else's: folding, building rows, serving them.

import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { create } from "@bufbuild/protobuf"
import { HostSchema, Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { LatencyGroup } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import pino from "pino"
import { createApiServer } from "../../src/api/server.ts"
import type { Fact } from "../../src/domain/facts.ts"
import { CLOCKS } from "../../src/model/clock-samples.ts"
import { Diagnostics } from "../../src/model/diagnostics.ts"
import { WINDOWS } from "../../src/model/latency-windows.ts"
import { NO_STORE } from "../../src/model/no-store.ts"
import { createPriceBook } from "../../src/model/prices/price-book.ts"
import { World } from "../../src/model/world.ts"
import { openStore } from "../../src/store/store.ts"

/** What a session did: as many calls, half as many answers, a turn every ten calls. */
export const CALLS = 300
export const OVER = 1_800
export const LIVE = 200

const TICK_MS = 200
const DAY_MS = 86_400_000
const TOOLS = ["Bash", "Read", "Edit", "Grep", "WebFetch"] as const
const HOST = { id: "bench", name: "bench" }

export type FleetSays =
  | { readonly kind: "stored" }
  | { readonly kind: "resting"; readonly usedKb: number }
  | { readonly kind: "ready"; readonly url: string; readonly liveKb: number }
  | { readonly kind: "listed"; readonly first: ListAsk; readonly later: readonly ListAsk[]; readonly residentKb: number }

/** One ListLatency by a group, over all clocks and windows. */
export interface ListAsk {
  readonly group: LatencyGroup
  /** Processor time, milliseconds. */
  readonly cpuMs: number
}

const LISTED = [LatencyGroup.HOST, LatencyGroup.PROJECT, LatencyGroup.MODEL, LatencyGroup.TOOL]
const PASSES = 7

/** All that one session did until `endMs`. */
function sessionFacts(index: number, endMs: number): Fact[] {
  const conversationId = `conversation-${index}`
  const startMs = endMs - CALLS * 9_000
  const cwd = `/home/someone/projects/project-${index % 40}`
  const facts: Fact[] = [{ kind: "conversation-seen", conversationId, agent: "claude", startedMs: startMs, cwd, title: `Task ${index}` }]
  for (let n = 0; n < CALLS; n++) facts.push(...callFacts(index, n, startMs + n * 9_000))
  return facts
}

function callFacts(index: number, n: number, atMs: number): Fact[] {
  const conversationId = `conversation-${index}`
  const of = { conversationId, callId: `${index}-${n}`, name: TOOLS[n % TOOLS.length] ?? "Bash" }
  const ms = 20 + ((index * 7919 + n * 104_729) % 6_000)
  const facts: Fact[] = [
    { kind: "tool-started", ...of, timeMs: atMs },
    { kind: "tool-ended", ...of, timeMs: atMs + ms, outcome: n % 17 === 0 ? "failed" : "ok" },
  ]
  if (n % 2 === 0) {
    const answer = { conversationId, key: `m${index}-${n}`, model: "claude-opus-5-5", timeMs: atMs - 5 }
    const usage = { input: 10, output: 500, reasoning: 0, cacheRead: 50_000 + n, cacheWrite5m: 900, cacheWrite1h: 0 }
    facts.push({ kind: "request-seen", ...answer, sidechain: false, usage })
    facts.push({ kind: "model-call-seen", ...answer, startedMs: atMs - 5 - ms, basis: "measured" })
  }
  if (n % 10 === 9)
    facts.push({ kind: "turn-ended", conversationId, timeMs: atMs + ms, startedMs: atMs - 80_000, durationMs: 70_000, reason: "done" })
  return facts
}

function agentFact(index: number): Fact {
  const conversationId = `conversation-${index}`
  const timeMs = Date.now()
  const evidence = {
    field: "conversation_id",
    source: "registry",
    detail: "named by its registry file",
    confidence: "confirmed",
    timeMs,
  } as const
  return {
    kind: "agent-seen",
    sessionId: `session-${index}`,
    timeMs,
    agent: "claude",
    role: "interactive",
    pid: 10_000 + index,
    startedMs: timeMs - 60_000,
    command: "claude",
    suspended: false,
    registry: { conversationId, status: "busy", updatedMs: timeMs },
    conversationHints: [{ conversationId, trust: "authoritative", evidence }],
    evidence: [evidence],
  }
}

function open(folder: string) {
  const prices = createPriceBook()
  const diagnostics = new Diagnostics()
  const store = openStore({
    path: join(folder, "vibecraft.db"),
    pricesKey: "bench",
    diagnostics,
    now: Date.now,
    lastSumsMs: Number.POSITIVE_INFINITY,
  })
  const world = new World({ host: create(HostSchema, HOST), prices, correctionJournal: store.journal, now: Date.now })
  store.attach(world)
  world.setFirstRead({ bytesRead: 0, bytesTotal: 0, files: 0, done: true })
  return { store, world, prices, diagnostics }
}

/** Kilobytes that are in use once what is done with is gone: some of that is held until whoever made it has returned. */
async function usedKb(): Promise<number> {
  for (let pass = 0; pass < 3; pass++) {
    await pause(0)
    globalThis.gc?.()
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / 1024
}

/** Stores sessions that are over, then ends. */
async function storeOver(folder: string, count: number): Promise<void> {
  const { store, world } = open(folder)
  const nowMs = Date.now()
  for (let index = 0; index < count; index++) {
    world.apply(sessionFacts(index, nowMs - DAY_MS - index * 60_000))
    if (index % 100 === 99) await store.written()
  }
  await store.close()
  process.send?.({ kind: "stored" } satisfies FleetSays)
}

/** Says what sessions that are over take. */
async function rest(folder: string): Promise<void> {
  const emptyKb = await usedKb()
  open(folder)
  process.send?.({ kind: "resting", usedKb: (await usedKb()) - emptyKb } satisfies FleetSays)
  process.exit()
}

/** Says what it costs to ask for latencies of all: the first time, and later, when all live sessions went on in between. */
async function list(folder: string): Promise<void> {
  const { store, world } = open(folder)
  const nowMs = Date.now()
  const live = Array.from({ length: LIVE }, (_, n) => OVER + n)
  for (const index of live) world.apply([...sessionFacts(index, nowMs), agentFact(index)])
  await store.written()
  const ask = async (group: LatencyGroup): Promise<ListAsk> => {
    const before = process.cpuUsage()
    await world.latency.list({ group, clocks: new Set(CLOCKS), windows: new Set(WINDOWS), id: undefined, scope: Scope.ALL })
    const { user, system } = process.cpuUsage(before)
    return { group, cpuMs: (user + system) / 1000 }
  }
  const beforeKb = await usedKb()
  const first = await ask(LatencyGroup.HOST)
  const residentKb = (await usedKb()) - beforeKb
  const later: ListAsk[] = []
  for (let pass = 0; pass < PASSES; pass++) {
    for (const group of LISTED) {
      for (const index of live) world.apply(callFacts(index, CALLS + later.length, Date.now() - 6_100))
      await store.written()
      later.push(await ask(group))
    }
  }
  process.send?.({ kind: "listed", first, later, residentKb } satisfies FleetSays)
  process.exit()
}

async function serve(folder: string): Promise<void> {
  const { store, world, prices, diagnostics } = open(folder)
  const nowMs = Date.now()
  // The first news of all has the store look where everything is; that is no live session's.
  world.apply([...sessionFacts(OVER + LIVE, nowMs - DAY_MS / 2)])
  await store.written()
  const overKb = await usedKb()
  for (let index = OVER; index < OVER + LIVE; index++) world.apply([...sessionFacts(index, nowMs), agentFact(index)])
  for (let index = OVER; index < OVER + LIVE; index++) world.metricsRow(`conversation-${index}`)
  await store.written()
  const liveKb = await usedKb()
  const server = await createApiServer({
    host: "127.0.0.1",
    port: 0,
    world,
    usage: world.usage,
    latency: world.latency,
    activities: world.activities,
    store: NO_STORE,
    readThreadTotals: async () => ({ threads: [], problems: [] }),
    diagnostics,
    discover: async () => ({}),
    daemon: {
      version: "bench",
      startedMs: nowMs,
      stateDir: folder,
      scope: "bench",
      host: HOST,
      pricing: { prices, configPath: join(folder, "config.toml") },
      counted: () => world.counts,
    },
    webRoot: join(folder, "none"),
    logger: pino({ level: "silent" }),
  })
  let n = CALLS
  setInterval(() => {
    const atMs = Date.now()
    for (let index = OVER; index < OVER + LIVE; index++) world.apply(callFacts(index, n, atMs - 6_100))
    n++
  }, TICK_MS)
  setInterval(() => world.tick(), 1_000)
  process.send?.({
    kind: "ready",
    url: server.url,
    liveKb: (liveKb - overKb) / LIVE,
  } satisfies FleetSays)
}

const [what, folder = "", count] = process.argv.slice(2)
if (what === "store") await storeOver(folder, Number(count))
else if (what === "rest") await rest(folder)
else if (what === "list") await list(folder)
else if (what === "serve") await serve(folder)
