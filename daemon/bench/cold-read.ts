// Cold read: from nothing known to every fact of a home handed to the fold, on one and on two threads, beside ccusage on the same bytes where it
// is installed. The page cache is warm for all alike.

import { spawnSync } from "node:child_process"
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { Diagnostics } from "../src/model/diagnostics.ts"
import { createReadPool } from "../src/observe/tail/read-pool.ts"
import { createTailer } from "../src/observe/tail/tailer.ts"
import { type Corpus, writeCorpus } from "./bed/corpus.ts"
import type { BenchRow } from "./bench-row.ts"

const CORPUS_BYTES = 200 << 20
const ROUNDS = 3

export async function run(): Promise<readonly BenchRow[]> {
  const home = mkdtempSync(join(tmpdir(), "vibecraft-corpus-"))
  try {
    const corpus = writeCorpus({ home, bytes: CORPUS_BYTES })
    await coldRead(home, 2)
    const one = await best(corpus, () => coldRead(home, 1))
    const two = await best(corpus, () => coldRead(home, 2))
    const rows: BenchRow[] = [
      { name: "cold read, one thread", value: one, unit: "MB/s" },
      { name: "cold read, two threads", value: two, unit: "MB/s" },
    ]
    const binary = peerBinary(home)
    const peer = binary === undefined ? 0 : await best(corpus, () => ccusage(binary, home))
    if (peer > 0) {
      rows.push({ name: "ccusage on the same corpus", value: peer, unit: "MB/s" })
      rows.push({ name: "cold read, two threads, against ccusage", value: two / peer, unit: "times", budget: ">= 0.8" })
    }
    return rows
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

/** Megabytes a second of the quickest round; 0 where a round says it could not be run. */
async function best(corpus: Corpus, round: () => number | Promise<number>): Promise<number> {
  let quickest = Number.POSITIVE_INFINITY
  for (let turn = 0; turn < ROUNDS; turn++) quickest = Math.min(quickest, await round())
  return Number.isFinite(quickest) ? corpus.bytes / 1e6 / (quickest / 1e3) : 0
}

/** Milliseconds from the first look to the last fact, the threads being up already. */
async function coldRead(home: string, threads: number): Promise<number> {
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

/** A copy of ccusage that may be run (the package carries it without the right to); undefined where it is not installed. */
function peerBinary(home: string): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve("@ccusage/ccusage-linux-x64/package.json")
    const copy = join(home, "ccusage")
    copyFileSync(join(dirname(manifest), "bin", "ccusage"), copy)
    chmodSync(copy, 0o755)
    return copy
  } catch {
    return undefined
  }
}

/** Milliseconds that ccusage takes for both agents' reports; infinite where it fails. */
function ccusage(binary: string, home: string): number {
  const env = { ...process.env, HOME: home, CLAUDE_CONFIG_DIR: home, CODEX_HOME: home }
  const startedMs = performance.now()
  for (const agent of ["claude", "codex"]) {
    const { status } = spawnSync(binary, [agent, "session", "--json", "--offline", "-z", "UTC"], { env, stdio: "ignore" })
    if (status !== 0) return Number.POSITIVE_INFINITY
  }
  return performance.now() - startedMs
}
