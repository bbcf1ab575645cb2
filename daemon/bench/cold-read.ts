// Cold read of 500 MB of history with a known answer: the daemon as users start it, from its start until everything is counted, in turns with
// ccusage on the same bytes; and its reading alone, on one and on two threads. The page cache is warm for all alike.

import { execFile } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { createClient } from "@connectrpc/connect"
import { createConnectTransport } from "@connectrpc/connect-node"
import { Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { MetricsService } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import { Diagnostics } from "../src/model/diagnostics.ts"
import { createReadPool } from "../src/observe/tail/read-pool.ts"
import { createTailer } from "../src/observe/tail/tailer.ts"
import { ccusageProgram } from "../test/ccusage.ts"
import { type PeerRun, runCcusage } from "./bed/ccusage.ts"
import { type Corpus, writeCorpus } from "./bed/corpus/write-corpus.ts"
import { startDaemonProgram } from "./bed/daemon-program.ts"
import { cpuSeconds, peakMb } from "./bed/process-figures.ts"
import type { BenchRow } from "./bench-row.ts"

const CLI = join(import.meta.dirname, "..", "..", "cli", "bin", "vibecraft.js")
const runProgram = promisify(execFile)

const CORPUS_BYTES = 500 << 20
const ROUNDS = 5

interface DaemonRun extends PeerRun {
  /** Wall time of `vibecraft metrics --all --json` once everything was counted. */
  readonly askedMs: number
  /** Tokens that it counted, all classes. */
  readonly tokens: number
}

export async function run(): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "vb-cold-"))
  try {
    const home = join(folder, "home")
    const corpus = writeCorpus({ home, bytes: CORPUS_BYTES })
    const peer = ccusageProgram(folder)
    // The first start fills the cache of compiled code and the first read that of pages.
    await daemonRun(folder, home)
    const ours: DaemonRun[] = []
    const theirs: PeerRun[] = []
    for (let round = 0; round < ROUNDS; round++) {
      ours.push(await daemonRun(folder, home))
      const theirRun = peer === undefined ? undefined : await runCcusage(peer, home)
      if (theirRun !== undefined) theirs.push(theirRun)
    }
    return [...daemonRows(corpus, ours), ...(theirs.length > 0 ? peerRows(corpus, ours, theirs) : []), ...(await readingRows(corpus, home))]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function daemonRows(corpus: Corpus, ours: readonly DaemonRun[]): BenchRow[] {
  const known = [corpus.claude, corpus.codex].reduce((sum, part) => sum + part.input + part.output + part.cacheRead + part.cacheWrite, 0)
  return [
    { name: "cold read: the corpus", value: corpus.bytes / 1e6, unit: "MB" },
    { name: "cold read: daemon, start to everything counted", value: median(ours, "wallMs"), unit: "ms" },
    { name: "cold read: daemon, processor time", value: median(ours, "cpuS"), unit: "s" },
    { name: "cold read: daemon, peak memory", value: median(ours, "peakMb"), unit: "MB" },
    { name: "cold read: tokens counted beside those billed", value: (ours[0]?.tokens ?? 0) - known, unit: "tokens", budget: "0" },
  ]
}

function peerRows(corpus: Corpus, ours: readonly DaemonRun[], theirs: readonly PeerRun[]): BenchRow[] {
  const ratio = (name: keyof PeerRun) => median(ours, name) / median(theirs, name)
  return [
    { name: "cold read: ccusage, claude and codex", value: median(theirs, "wallMs"), unit: "ms" },
    { name: "cold read: ccusage", value: corpus.bytes / 1e3 / median(theirs, "wallMs"), unit: "MB/s" },
    { name: "cold read: ccusage, peak memory", value: median(theirs, "peakMb"), unit: "MB" },
    { name: "cold read: the daemon's speed against ccusage's", value: 1 / ratio("wallMs"), unit: "times", budget: ">= 0.8" },
    { name: "cold read: the daemon's peak memory against ccusage's", value: ratio("peakMb"), unit: "times", budget: "<= 1.3" },
    { name: "cold read: vibecraft metrics --json, after it", value: median(ours, "askedMs"), unit: "ms" },
    {
      name: "cold read: vibecraft metrics --json, speed against ccusage's",
      value: median(theirs, "wallMs") / median(ours, "askedMs"),
      unit: "times",
      budget: ">= 5",
    },
  ]
}

async function readingRows(corpus: Corpus, home: string): Promise<BenchRow[]> {
  const rows: BenchRow[] = []
  for (const [threads, name] of [
    [1, "one thread"],
    [2, "two threads"],
  ] as const) {
    let quickest = Number.POSITIVE_INFINITY
    for (let round = 0; round < ROUNDS; round++) quickest = Math.min(quickest, await readAlone(home, threads))
    rows.push({ name: `cold read: reading alone, ${name}`, value: corpus.bytes / 1e3 / quickest, unit: "MB/s" })
  }
  return rows
}

async function daemonRun(folder: string, home: string): Promise<DaemonRun> {
  rmSync(join(folder, "state"), { recursive: true, force: true })
  const daemon = await startDaemonProgram(folder, "bench-cold", { CLAUDE_CONFIG_DIR: home, CODEX_HOME: home })
  const figures = { wallMs: daemon.caughtUpMs, cpuS: cpuSeconds(daemon.pid), peakMb: peakMb(daemon.pid) }
  const tokens = await tokensCounted(daemon.url)
  const startedMs = performance.now()
  await runProgram(process.execPath, [CLI, "metrics", "--all", "--json", "--socket", join(folder, "sock")], { maxBuffer: 64 << 20 })
  const askedMs = performance.now() - startedMs
  await daemon.stop()
  return { ...figures, tokens, askedMs }
}

async function tokensCounted(url: string): Promise<number> {
  const client = createClient(MetricsService, createConnectTransport({ baseUrl: url, httpVersion: "1.1" }))
  let tokens = 0n
  for (let pageToken = "", isFirst = true; isFirst || pageToken !== ""; isFirst = false) {
    const page = await client.listMetrics({ scope: Scope.ALL, pageToken })
    for (const row of page.metrics) tokens += row.tokens?.total ?? 0n
    pageToken = page.nextPageToken
  }
  return Number(tokens)
}

/** Milliseconds from the first look to the last fact, the threads being up already and nobody folding. */
async function readAlone(home: string, threads: number): Promise<number> {
  const pool = createReadPool({ threads })
  try {
    await Promise.all(Array.from({ length: threads }, () => pool.read({ cursors: [], budgetBytes: 0, isQuiet: false })))
    const startedMs = performance.now()
    const done = Promise.withResolvers<number>()
    const tailer = createTailer({
      roots: [
        { agent: "claude", path: home },
        { agent: "codex", path: home },
      ],
      pool,
      apply: () => {},
      diagnostics: new Diagnostics(),
      onProgress: (progress) => {
        if (progress.done) done.resolve(performance.now() - startedMs)
      },
      now: Date.now,
    })
    const ms = await done.promise
    tailer.close()
    return ms
  } finally {
    await pool.close()
  }
}

function median<Row>(rows: readonly Row[], name: keyof Row): number {
  const values = rows.map((row) => Number(row[name])).toSorted((a, b) => a - b)
  return values[Math.floor(values.length / 2)] ?? Number.NaN
}
