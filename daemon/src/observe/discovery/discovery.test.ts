import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import type { PresenceFact } from "../../domain/facts.ts"
import { Diagnostics } from "../../model/diagnostics.ts"
import type { AgentProcess, ProcessScan } from "../../work/scan/agent-process.ts"
import type { PaneListing } from "../../work/scan/list-panes.ts"
import { agentProcess } from "./agent-process-fixture.ts"
import { createDiscovery } from "./discovery.ts"

let home: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "vd-"))
})

afterEach(() => {
  rmSync(home, { recursive: true })
})

/** This process stands for the agent, so that it is alive as long as the test. */
const living = (): AgentProcess => {
  const line = readFileSync("/proc/self/stat", "utf8")
  return agentProcess({ pid: process.pid, startTicks: line.slice(line.lastIndexOf(")") + 2).split(" ")[19] ?? "" })
}

const start = () => {
  const facts: PresenceFact[] = []
  const roots: string[] = []
  const diagnostics = new Diagnostics()
  const table = { agents: [living()], fails: false }
  const server = { socket: "/s", pid: 9, startTicks: "1", exe: "/usr/bin/tmux" }
  const pane = {
    serverPid: 9,
    paneId: "%1",
    pid: 50,
    dead: false,
    sessionName: "m",
    windowIndex: 0,
    windowName: "w",
    paneIndex: 0,
    title: "t",
  }
  const tmux: { answer: PaneListing } = { answer: { ok: true, badRecords: 0, panes: [{ ...pane, terminal: { dev: 26, rdev: 34816 } }] } }
  const discovery = createDiscovery({
    env: {},
    home,
    pool: {
      scanProcesses: (): Promise<ProcessScan> =>
        table.fails
          ? Promise.reject(new Error("the table is torn"))
          : Promise.resolve({ agents: table.agents, servers: [server], processes: 1, denied: 0, uptimeTicks: 1, scanMs: 1 }),
      listPanes: () => Promise.resolve(tmux.answer),
      captureScreens: () => Promise.resolve([]),
      close: () => Promise.resolve(),
    },
    apply: (news) => facts.push(...news),
    diagnostics,
    onRoot: ({ path }) => roots.push(path),
    now: Date.now,
    bootId: "boot",
  })
  return { discovery, facts, table, tmux, diagnostics, roots }
}

test("a scan that fails says so and takes nobody away", async () => {
  const { discovery, facts, table, diagnostics } = start()
  await vi.waitUntil(() => facts.length > 0)
  table.fails = true
  expect((await discovery.scanNow()).failures).toEqual(["processes: the table is torn"])
  await discovery.scanNow()
  expect(facts.map(({ kind }) => kind)).toEqual(["agent-seen"])
  expect(diagnostics.counters.failedScans).toBeGreaterThanOrEqual(2)
  expect(diagnostics.sources().find(({ kind }) => kind === "processes")).toMatchObject({ health: "failed" })
  table.fails = false
  expect((await discovery.scanNow()).failures).toEqual([])
  discovery.close()
})

test("a tmux server that fails to answer keeps what it showed", async () => {
  const { discovery, facts, tmux } = start()
  await vi.waitUntil(() => facts.length > 0)
  tmux.answer = { ok: false, failure: "timeout", detail: "no answer" }
  expect((await discovery.scanNow()).failures).toEqual([expect.stringContaining("/s")])
  expect(facts).toHaveLength(1)
  expect(facts[0]).toMatchObject({ pane: { paneId: "%1" } })
  discovery.close()
})

test("an agent that lives and is none any more leaves after two scans", async () => {
  const { discovery, facts, table } = start()
  await vi.waitUntil(() => facts.length > 0)
  table.agents = []
  await discovery.scanNow()
  expect(facts).toHaveLength(1)
  await vi.waitUntil(() => facts.length > 1, { timeout: 10_000 })
  expect(facts[1]).toMatchObject({ kind: "agent-gone", reason: "runs another program now" })
  discovery.close()
})

test("homes are told once: the default ones and those of agents", async () => {
  const { discovery, facts, table, roots } = start()
  table.agents = [{ ...living(), environment: { CLAUDE_CONFIG_DIR: "/elsewhere" } }]
  await vi.waitUntil(() => facts.length > 0)
  await discovery.scanNow()
  expect(roots).toEqual([join(home, ".claude"), join(home, ".codex"), "/elsewhere"])
  discovery.close()
})
