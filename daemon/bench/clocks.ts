// What the clocks cost: recording a sample while facts are folded, rows that change at many sessions at once, and memory per session.

import { type ChildProcess, fork } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { type Client, createClient } from "@connectrpc/connect"
import { createGrpcTransport } from "@connectrpc/connect-node"
import { Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { LatencyGroup, MetricsService } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import { ClockSamples, NO_PLACE } from "../src/model/clock-samples.ts"
import { Clocks } from "../src/model/clocks.ts"
import { ProjectLatency } from "../src/model/project-latency.ts"
import { ToolCalls } from "../src/model/tool-calls.ts"
import type { BenchRow } from "./bench-row.ts"
import { CALLS, type FleetSays, LIVE, OVER } from "./bed/clock-fleet.ts"
import { percentile } from "./bed/percentile.ts"
import { cpuSeconds } from "./bed/process-figures.ts"

const SAMPLES = 2_000_000
const FOLDED_CALLS = 200_000
const CONVERSATIONS = 200
const WATCHED_MS = 8_000
const TURNS = 6
const RUNS = 5

const LATER = [
  ["host", LatencyGroup.HOST],
  ["project", LatencyGroup.PROJECT],
  ["model", LatencyGroup.MODEL],
  ["tool", LatencyGroup.TOOL],
] as const

export async function run(): Promise<readonly BenchRow[]> {
  return [...recording(), ...(await fleet())]
}

function recording(): readonly BenchRow[] {
  const speeds = { record: [] as number[], asked: [] as number[], counted: [] as number[], fold: [] as number[] }
  for (let pass = 0; pass < RUNS; pass++) {
    speeds.record.push(recordMillions("alone"))
    speeds.asked.push(recordMillions("looked at"))
    speeds.counted.push(recordMillions("counted"))
    speeds.fold.push(foldMillions())
  }
  const best = (list: readonly number[]): number => Math.max(...list)
  return [
    { name: `recording a sample, ${CONVERSATIONS} conversations`, value: best(speeds.record), unit: "M/s", budget: ">= 5" },
    { name: "the same where each row is kept in order for its percentiles", value: best(speeds.asked), unit: "M/s" },
    { name: "the same where it is counted for its project too", value: best(speeds.counted), unit: "M/s" },
    { name: "folding both ends of a tool call, its sample included", value: best(speeds.fold), unit: "M/s" },
  ]
}

/** Millions of samples a second. "looked at": somebody looks at the rows all the while, every hundredth sample. */
function recordMillions(how: "alone" | "looked at" | "counted"): number {
  const series = ["Bash", "Read", "Edit"].map((label) => ({ clock: "tool", label, subagentId: undefined, isEstimated: false }) as const)
  const all = Array.from({ length: CONVERSATIONS }, () => new ClockSamples())
  const projects = Array.from({ length: 40 }, () => new ProjectLatency(SAMPLES * 100))
  if (how === "counted") for (const [n, of] of all.entries()) of.observer = projects[n % projects.length]
  const startedMs = performance.now()
  for (let n = 0; n < SAMPLES; n++) {
    const of = all[n % CONVERSATIONS]
    of?.put(
      NO_PLACE,
      (n * 7919) % 9_000,
      n * 100,
      series[(n >> 4) % 3] ?? { clock: "tool", label: "", subagentId: undefined, isEstimated: false },
    )
    if (how === "looked at" && n % 100 === 0) of?.figures("tool")
  }
  return SAMPLES / (performance.now() - startedMs) / 1000
}

function foldMillions(): number {
  const clocks: Clocks = new Clocks((id) => calls.of(id))
  const calls: ToolCalls = new ToolCalls(clocks)
  const ids = Array.from({ length: FOLDED_CALLS }, (_, n) => `toolu_01${n}`)
  const startedMs = performance.now()
  for (const [n, callId] of ids.entries()) {
    const of = { conversationId: `c${n % CONVERSATIONS}`, callId, name: "Bash" }
    calls.started({ kind: "tool-started", ...of, timeMs: n * 100 })
    calls.ended({ kind: "tool-ended", ...of, timeMs: n * 100 + (n % 9_000), outcome: "ok" })
  }
  return FOLDED_CALLS / (performance.now() - startedMs) / 1000
}

async function fleet(): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "vb-clocks-"))
  let server: ChildProcess | undefined
  try {
    // What two histories differ by is what a session adds; the rest is there without any.
    const few = join(folder, "few")
    mkdirSync(few)
    await said(start("store", few, OVER / 3), "stored")
    await said(start("store", folder, OVER), "stored")
    const untouched = join(folder, "untouched")
    cpSync(join(folder, "vibecraft.db"), join(untouched, "vibecraft.db"))
    const resting = [await restingKb(few), await restingKb(folder)] as const
    const overKb = (resting[1] - resting[0]) / (OVER - OVER / 3)
    server = start("serve", folder)
    const ready = await said(server, "ready")
    if (ready.kind !== "ready") throw new Error("the fleet did not start")
    const { url, liveKb } = ready
    const pid = server.pid ?? 0
    const rssMb = residentMb(pid)
    const client = createClient(MetricsService, createGrpcTransport({ baseUrl: url }))
    await pause(3_000)
    // The first one is not counted: for half a minute V8 compiles what is called that often, with a thread of its own.
    await watchedTurn(client, pid)
    for (const groupBy of [LatencyGroup.SESSION, LatencyGroup.TOOL, LatencyGroup.PROJECT])
      await client.listLatency({ groupBy, scope: Scope.ALL })
    // Now, since each turn adds another hundred calls to every session.
    const served = residentMb(pid)
    // In turns: folding and storing alone moves by a third from one while to the next.
    const turns: Turn[] = []
    while (turns.length < TURNS) turns.push(await watchedTurn(client, pid))
    const [unwatchedCpu, watchedCpu, rowRate] = [mean(turns, "unwatchedCpu"), mean(turns, "watchedCpu"), mean(turns, "rowRate")]
    return [
      {
        name: `WatchMetrics at 5 Hz, ${OVER + LIVE} sessions, ${LIVE} changing a tick`,
        value: watchedCpu - unwatchedCpu,
        unit: "% of a core",
        budget: "<= 10",
      },
      { name: "the same, with folding, judging and storing what changes", value: watchedCpu, unit: "% of a core" },
      { name: "the same, rows sent", value: rowRate, unit: "rows/s" },
      { name: `memory per live session, ${CALLS} calls`, value: liveKb, unit: "KB", budget: "<= 150" },
      { name: `memory per session that is over, ${CALLS} calls`, value: overKb, unit: "KB", budget: "<= 4" },
      { name: `RSS, ${OVER + LIVE} sessions, before anybody asks`, value: rssMb, unit: "MB", budget: "<= 450" },
      { name: `RSS, ${OVER + LIVE} sessions, all rows watched and all latencies listed`, value: served, unit: "MB", budget: "<= 450" },
      ...(await listing(untouched)),
    ]
  } finally {
    server?.kill("SIGKILL")
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What is used without a watcher and with one, in percent of a core, and rows sent a second. */
interface Turn {
  readonly unwatchedCpu: number
  readonly watchedCpu: number
  readonly rowRate: number
}

async function watchedTurn(client: Client<typeof MetricsService>, pid: number): Promise<Turn> {
  const unwatchedCpu = await busyShare(pid)
  const stop = new AbortController()
  let rows = 0
  const watching = (async () => {
    const stream = client.watchMetrics({ scope: Scope.ALL, minIntervalMs: 200 }, { signal: stop.signal })
    for await (const { event } of stream) {
      if (event.case === "updated") rows += event.value.metrics.length
    }
  })().catch((error: unknown) => {
    if (!stop.signal.aborted) throw error
  })
  // Past the snapshot and what it leaves to collect.
  await pause(6_000)
  const rowsBefore = rows
  const watchedCpu = await busyShare(pid)
  const rowRate = (rows - rowsBefore) / (WATCHED_MS / 1000)
  stop.abort()
  await watching
  return { unwatchedCpu, watchedCpu, rowRate }
}

function mean(turns: readonly Turn[], name: keyof Turn): number {
  return turns.reduce((sum, turn) => sum + turn[name], 0) / turns.length
}

/** Percent of a core over a while. */
async function busyShare(pid: number): Promise<number> {
  const before = { cpu: cpuSeconds(pid), atMs: performance.now() }
  await pause(WATCHED_MS)
  return ((cpuSeconds(pid) - before.cpu) / ((performance.now() - before.atMs) / 1000)) * 100
}

async function listing(folder: string): Promise<readonly BenchRow[]> {
  const listed = await said(start("list", folder), "listed")
  if (listed.kind !== "listed") return []
  const { first, later, residentKb } = listed
  const sessions = `${OVER} of ${OVER + LIVE} sessions on disk`
  const p50Of = (group: LatencyGroup): number =>
    percentile(
      later.flatMap((ask) => (ask.group === group ? [ask.cpuMs] : [])),
      50,
    )
  return [
    { name: `ListLatency by host for the first time, ${sessions}, processor`, value: first.cpuMs, unit: "ms" },
    { name: "what is kept for the next time", value: residentKb / 1024, unit: "MB" },
    ...LATER.map(([word, group]) => ({
      name: `ListLatency by ${word} from then on, ${LIVE} sessions changed in between, processor, p50`,
      value: p50Of(group),
      unit: "ms",
      budget: "<= 20",
    })),
  ]
}

async function restingKb(folder: string): Promise<number> {
  const resting = await said(start("rest", folder), "resting")
  return resting.kind === "resting" ? resting.usedKb : 0
}

function start(what: "store" | "rest" | "serve" | "list", folder: string, count = 0): ChildProcess {
  return fork(join(import.meta.dirname, "bed", "clock-fleet.ts"), [what, folder, `${count}`], {
    stdio: ["ignore", 2, 2, "ipc"],
    // As the daemon runs.
    execArgv: ["--expose-gc", "--max-semi-space-size=2", "--no-parallel-scavenge"],
  })
}

function said(child: ChildProcess, kind: FleetSays["kind"]): Promise<FleetSays> {
  return new Promise((resolve, reject) => {
    child.on("message", (message) => {
      if ((message as FleetSays).kind === kind) resolve(message as FleetSays)
    })
    child.on("exit", (code) => reject(new Error(`the fleet ended with ${code}`)))
  })
}

function residentMb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/mu.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024
}
