// What finding costs and how late it is at a client of the whole daemon: start, status change and end of an agent as a watcher hears of them,
// and the processor time of daemon and tmux servers while nothing happens in a large and in a very large crowd.

import { readdirSync, readFileSync, rmSync } from "node:fs"
import { setTimeout as pause } from "node:timers/promises"
import { createClient } from "@connectrpc/connect"
import { createConnectTransport } from "@connectrpc/connect-node"
import { Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { SessionService } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import { SessionReplica } from "@vibecraft/shared/session-replica"
import { type Bed, createBed, type Pane, type Server } from "../test/discovery-bed/bed.ts"
import type { BenchRow } from "./bench-row.ts"
import { type DaemonProgram, startDaemonProgram } from "./bed/daemon-program.ts"
import { percentile } from "./bed/percentile.ts"

const STEADY_MS = 20_000
const ROUNDS = 25
const TICKS_PER_SECOND = 100

export async function run(): Promise<readonly BenchRow[]> {
  return [
    ...(await crowd({ servers: 1, panes: 200, agents: 40, others: 400, budget: "<= 2", lags: true })),
    ...(await crowd({ servers: 10, panes: 1_000, agents: 60, others: 0, budget: "<= 5", lags: false })),
  ]
}

interface Crowd {
  readonly servers: number
  readonly panes: number
  readonly agents: number
  /** Processes outside tmux. */
  readonly others: number
  readonly budget: string
  readonly lags: boolean
}

async function crowd({ servers: count, panes, agents, others, budget, lags }: Crowd): Promise<BenchRow[]> {
  const bed = createBed()
  let daemon: DaemonProgram | undefined
  try {
    const servers = Array.from({ length: count }, () => bed.server())
    const idle = bed.program("keep/other")
    const live: Pane[] = []
    for (let index = 0; index < panes - count; index += 1) {
      const server = servers[index % count]
      if (server === undefined) continue
      if (index >= agents) server.run([idle, "on"])
      else {
        const pane = server.run([bed.claude, "--model", "x"])
        bed.register(pane.pid)
        live.push(pane)
      }
    }
    for (let index = 0; index < others; index += 1) bed.spawn(idle, ["on"])
    daemon = await startDaemonProgram(bed.home, bed.scope, { TMUX_TMPDIR: bed.folder })
    const watch = watchSessions(daemon.url)
    try {
      await watch.until(() => live.every((pane) => watch.isIn(pane)))
      await pause(3_000)
      const steady = await cost([daemon.pid, ...servers.map(({ pid }) => pid)])
      const what = `${panes} panes on ${count} ${count === 1 ? "server" : "servers"}, ${agents} agents, ${processes()} processes`
      const wrong = watch.running() - live.length
      return [
        { name: `steady, ${what}: daemon and tmux`, value: steady.all, unit: "% of a core", budget },
        { name: `steady, ${what}: the daemon alone`, value: steady.first, unit: "% of a core" },
        { name: `steady, ${what}: sessions missed or invented`, value: Math.abs(wrong), unit: "sessions", budget: "0" },
        ...(lags ? await lagRows(bed, servers[0], watch) : []),
      ]
    } finally {
      watch.close()
    }
  } finally {
    await daemon?.stop()
    await bed.close()
  }
}

/** What a watcher hears, and when. */
async function lagRows(bed: Bed, server: Server | undefined, watch: Watch): Promise<BenchRow[]> {
  if (server === undefined) return []
  const [starts, registered, flips, kills]: [number[], number[], number[], number[]] = [[], [], [], []]
  const shell = server.run(["/bin/sh", "-i"])
  for (let round = 0; round < ROUNDS; round += 1) {
    // Out of step with the ticks, as people are.
    await pause(Math.random() * 1_000)
    const pane = server.run([bed.claude, "--model", "x"])
    starts.push(await watch.until(() => watch.isIn(pane)))
    bed.register(pane.pid)
    await watch.until(() => watch.statusOf(pane.pid) === Status.IDLE)
    for (const status of ["busy", "idle"] as const) {
      bed.register(pane.pid, { status, sessionId: `00000000-0000-4000-8000-${String(round).padStart(12, "0")}` })
      const wanted = status === "busy" ? Status.WORKING : Status.IDLE
      // The first one brings a new conversation, which has to settle.
      const lag = await watch.until(() => watch.statusOf(pane.pid) === wanted)
      if (status === "idle") flips.push(lag)
    }
    bed.kill(pane.pid)
    kills.push(await watch.until(() => watch.statusOf(pane.pid) === Status.OFFLINE))
    rmSync(`${bed.home}/.claude/sessions/${pane.pid}.json`, { force: true })
    // Typed at a prompt: no new terminal tells of it, its registry file does, some 0.3 s after it began.
    const before = watch.pids()
    server.tmux("send-keys", "-t", shell.paneId, `${bed.claude} --model y`, "Enter")
    const pid = await newest(shell.pid)
    const began = performance.now()
    await pause(300)
    bed.register(pid)
    await watch.until(() => [...watch.pids()].some((one) => !before.has(one)))
    registered.push(performance.now() - began)
    bed.kill(pid)
    await watch.until(() => watch.statusOf(pid) === Status.OFFLINE)
  }
  return [
    { name: "agent in a new pane -> discovered at a watcher, p99", value: percentile(starts, 99), unit: "ms", budget: "<= 500" },
    {
      name: "agent typed at a prompt, registered after 300 ms -> discovered, p99",
      value: percentile(registered, 99),
      unit: "ms",
      budget: "<= 500",
    },
    { name: "status change in the registry -> watcher, p99", value: percentile(flips, 99), unit: "ms", budget: "<= 100" },
    { name: "kill -9 -> offline at a watcher, p99", value: percentile(kills, 99), unit: "ms", budget: "<= 1500" },
  ]
}

/** The child of a shell, once there is one. */
async function newest(shellPid: number): Promise<number> {
  for (;;) {
    const child = Number(readFileSync(`/proc/${shellPid}/task/${shellPid}/children`, "utf8").trim().split(" ").at(-1))
    if (child > 0 && readFileSync(`/proc/${child}/cmdline`, "utf8").includes("--model\0y")) return child
    await pause(1)
  }
}

interface Watch {
  isIn(pane: Pane): boolean
  statusOf(pid: number): Status | undefined
  pids(): ReadonlySet<number>
  running(): number
  /** Answers how long it took, in milliseconds. */
  until(holds: () => boolean): Promise<number>
  close(): void
}

function watchSessions(url: string): Watch {
  const client = createClient(SessionService, createConnectTransport({ baseUrl: url, httpVersion: "1.1" }))
  const stop = new AbortController()
  const replica = new SessionReplica()
  const waiting = new Set<() => void>()
  const listen = async () => {
    for await (const message of client.watchSessions({ scope: Scope.ALL, minIntervalMs: 0 }, { signal: stop.signal })) {
      replica.apply(message)
      for (const wake of waiting) wake()
    }
  }
  listen().catch(() => undefined)
  const byPid = (pid: number) => replica.sessions().find((session) => session.pid === pid)
  const isRunning = (status: Status) => status !== Status.OFFLINE && status !== Status.ENDED
  return {
    isIn: (pane) => {
      const session = byPid(pane.pid)
      return session?.pane?.paneId === pane.paneId && session.pane.socket === pane.server.socket
    },
    statusOf: (pid) => byPid(pid)?.status,
    pids: () => new Set(replica.sessions().flatMap(({ pid }) => pid ?? [])),
    running: () => replica.sessions().filter(({ pid, status }) => pid !== undefined && isRunning(status)).length,
    until: async (holds) => {
      const startedMs = performance.now()
      const ceiling = AbortSignal.timeout(120_000)
      while (!holds()) {
        const news = Promise.withResolvers<void>()
        const giveUp = () => news.reject(new Error("a watcher waited in vain"))
        ceiling.addEventListener("abort", giveUp, { once: true })
        waiting.add(news.resolve)
        await news.promise
        waiting.delete(news.resolve)
        ceiling.removeEventListener("abort", giveUp)
      }
      return performance.now() - startedMs
    },
    close: () => stop.abort(),
  }
}

/** Share of a core that processes use, and the first of them alone, the children they waited for included. */
async function cost(pids: readonly number[]): Promise<{ all: number; first: number }> {
  const before = pids.map(cpuSeconds)
  const fromMs = performance.now()
  await pause(STEADY_MS)
  const seconds = (performance.now() - fromMs) / 1000
  const shares = pids.map((pid, index) => ((cpuSeconds(pid) - (before[index] ?? 0)) / seconds) * 100)
  return { all: shares.reduce((sum, share) => sum + share, 0), first: shares[0] ?? 0 }
}

function cpuSeconds(pid: number): number {
  const line = readFileSync(`/proc/${pid}/stat`, "utf8")
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ")
  return [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0) / TICKS_PER_SECOND
}

function processes(): number {
  return readdirSync("/proc").filter((name) => /^\d+$/u.test(name)).length
}
