// How long discovery takes: one scan with many processes and panes, a new agent until it is told of, a killed one until it is gone.

import { setTimeout as pause } from "node:timers/promises"
import { createScanPool } from "../src/observe/discovery/scan-pool.ts"
import { type Bed, createBed } from "../test/discovery-bed/bed.ts"
import type { BenchRow } from "./bench-row.ts"
import { percentile } from "./bed/percentile.ts"

const AGENTS = 100
const OTHERS = 300
const SCANS = 60
const ROUNDS = 30

export async function run(): Promise<readonly BenchRow[]> {
  const bed = createBed()
  try {
    return [...(await scanTimes(bed)), ...(await lags(bed))]
  } finally {
    await bed.close()
  }
}

async function scanTimes(bed: Bed): Promise<BenchRow[]> {
  const server = bed.server()
  for (let index = 0; index < AGENTS; index += 1) server.run([bed.claude, "--model", `${index}`])
  const idle = bed.program("keep/other")
  for (let index = 0; index < OTHERS; index += 1) bed.spawn(idle, ["on"])
  const pool = createScanPool()
  try {
    const times: Record<"all" | "quick" | "panes", number[]> = { all: [], quick: [], panes: [] }
    const options = { sockets: false, socketFolders: [], scope: bed.scope }
    let processes = 0
    for (let scan = 0; scan < SCANS; scan += 1) {
      ;({ processes } = await pool.scanProcesses({ ...options, look: "all" }))
      times.all.push(await timed(() => pool.scanProcesses({ ...options, look: "all" })))
      times.quick.push(await timed(() => pool.scanProcesses({ ...options, look: "quick" })))
      times.panes.push(await timed(() => pool.listPanes({ socket: server.socket, binary: "tmux", timeoutMs: 2_000 })))
    }
    const crowd = `${processes} processes, ${AGENTS} agents`
    return [
      { name: `scan of all processes, ${crowd}, p50`, value: percentile(times.all, 50), unit: "ms" },
      { name: `scan of all processes, ${crowd}, p99`, value: percentile(times.all, 99), unit: "ms" },
      { name: `quick scan, ${crowd}, p50`, value: percentile(times.quick, 50), unit: "ms" },
      { name: `list of ${AGENTS} panes, p50`, value: percentile(times.panes, 50), unit: "ms" },
    ]
  } finally {
    await pool.close()
  }
}

async function lags(bed: Bed): Promise<BenchRow[]> {
  const server = bed.server()
  const discovery = bed.discover()
  await bed.until("those that run already", () => bed.seen.size >= AGENTS)
  const [starts, typed, kills]: [number[], number[], number[]] = [[], [], []]
  const shell = server.run(["/bin/sh", "-i"])
  for (let round = 0; round < ROUNDS; round += 1) {
    const pane = server.run([bed.claude, "--model", "x"])
    starts.push(await bed.until("a new pane's agent", () => bed.seen.has(pane.pid)))
    bed.kill(pane.pid)
    kills.push(await bed.until("its end", () => !bed.seen.has(pane.pid)))
    // Out of step with the ticks, as people are.
    await pause(Math.random() * 1_000)
    const known = new Set(bed.seen.keys())
    server.tmux("send-keys", "-t", shell.paneId, `${bed.claude} --model y`, "Enter")
    const isNew = () => [...bed.seen.keys()].find((pid) => !known.has(pid))
    typed.push(await bed.until("an agent typed at a prompt", () => isNew() !== undefined))
    bed.kill(isNew() ?? -1)
    await bed.until("its end", () => isNew() === undefined)
  }
  await discovery.scanNow()
  const budget = "<= 1500"
  return [
    { name: "new pane with an agent -> told of, p99", value: percentile(starts, 99), unit: "ms", budget: "<= 500" },
    { name: "agent without a registry file typed at a prompt -> told of, p99", value: percentile(typed, 99), unit: "ms", budget },
    { name: "agent killed -> gone, p99", value: percentile(kills, 99), unit: "ms", budget },
  ]
}

async function timed(task: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now()
  await task()
  return performance.now() - startedMs
}
