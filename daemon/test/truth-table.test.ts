// The truth table: every way in which agents are started beside everything that was ever taken for one, in real tmux on private sockets,
// by executables that look like the real ones to the kernel. Nothing may be missed, invented or bound to what is not its own.

import { spawn } from "node:child_process"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { DECOY_KINDS } from "../simulator/decoys.ts"
import { SIM_ENV } from "../simulator/agent/control.ts"
import type { SimAgent } from "../simulator/sim-agent.ts"
import { createSimulator, type Simulator, type StartOptions } from "../simulator/simulator.ts"
import type { Rung } from "../src/observe/discovery/rungs.ts"
import { reportLag } from "./discovery-bed/report-lag.ts"
import { score, scoreLine, type Truth } from "./discovery-bed/truth.ts"
import { createWorldBed, type WorldBed } from "./discovery-bed/world-bed.ts"

let simulator: Simulator
let bed: WorldBed
const truths: Truth[] = []
const lags: number[] = []
let decoys = 0
const shown: number[] = []

beforeAll(async () => {
  simulator = await createSimulator({ seed: "truth" })
  bed = createWorldBed(simulator)
}, 120_000)

afterAll(async () => {
  await bed.close()
  await simulator.close()
}, 60_000)

interface Case extends StartOptions {
  readonly label: string
  readonly role?: Truth["role"]
  readonly status?: Truth["status"]
  /** Whether any evidence can tell its conversation. Default true. */
  readonly isTold?: boolean
  /** Says something first, where only a transcript tells which conversation it is in. */
  readonly speaks?: boolean
}

const CASES: readonly Case[] = [
  { label: "claude by PATH", agent: "claude", cwd: "a1" },
  { label: "claude typed at a shell", agent: "claude", launch: "shell", server: "second", cwd: "a2" },
  { label: "claude by its version's path", agent: "claude", launch: "version", session: "other", cwd: "a3" },
  { label: "claude by npm", agent: "claude", launch: "npm", cwd: "a4" },
  { label: "claude 2.1.112 run by node", agent: "claude", launch: "script", cwd: "a5", speaks: true },
  { label: "claude below timeout", agent: "claude", launch: "wrapped", split: true, cwd: "a6" },
  { label: "claude below a program with a terminal of its own", agent: "claude", launch: "own-pty", cwd: "a7" },
  { label: "claude 2.1.76", agent: "claude", version: "2.1.76", cwd: "a8" },
  { label: "claude 2.1.145", agent: "claude", version: "2.1.145", cwd: "a9" },
  { label: "claude 2.1.200", agent: "claude", version: "2.1.200", cwd: "a10" },
  { label: "claude 2.1.240", agent: "claude", version: "2.1.240", cwd: "a11" },
  { label: "claude, first of two in a folder", agent: "claude", cwd: "same" },
  { label: "claude, second of two in a folder", agent: "claude", cwd: "same" },
  { label: "claude in a folder called claude", agent: "claude", cwd: "claude" },
  { label: "claude named like a sub-command", agent: "claude", args: ["--name", "agents"], cwd: "a12" },
  { label: "claude in a plain terminal", agent: "claude", outsideTmux: true, launch: "own-pty", cwd: "a13" },
  { label: "claude on a socket in an odd place", agent: "claude", server: "/odd", cwd: "a14" },
  { label: "claude of another home", agent: "claude", cwd: "a15", env: { CLAUDE_CONFIG_DIR: "/other-home" } },
  { label: "claude behind the trust dialog", agent: "claude", trust: true, cwd: "a16", isTold: false, status: "WAITING" },
  { label: "claude whose starter is gone", agent: "claude", launch: "orphan", cwd: "a18" },
  { label: "claude -p of a script", agent: "claude", outsideTmux: true, args: ["-p", "hi"], role: "HEADLESS", cwd: "a17" },
  { label: "codex 0.130", agent: "codex", version: "0.130.0", cwd: "b1", speaks: true },
  { label: "codex 0.130 by node", agent: "codex", version: "0.130.0", launch: "script", cwd: "b2", speaks: true },
  { label: "codex 0.130 typed at a shell", agent: "codex", version: "0.130.0", launch: "shell", server: "second", cwd: "b3", speaks: true },
  { label: "codex in a plain terminal", agent: "codex", version: "0.130.0", outsideTmux: true, launch: "own-pty", cwd: "b4", speaks: true },
  {
    label: "codex with a folder called app-server",
    agent: "codex",
    version: "0.130.0",
    args: ["--cd", "app-server"],
    cwd: "b5",
    speaks: true,
  },
  {
    label: "codex exec of a script",
    agent: "codex",
    version: "0.130.0",
    outsideTmux: true,
    args: ["exec", "hi"],
    role: "HEADLESS",
    cwd: "b6",
    speaks: true,
  },
  { label: "codex 0.169", agent: "codex", cwd: "b7", speaks: true },
  { label: "codex 0.169 resumed", agent: "codex", cwd: "b8", historyMs: 600_000 },
]

test("all are found where they are, with what is theirs, and nothing else is", async () => {
  for (const one of CASES) await add(one)
  await family()
  await sameConversationTwice()
  decoys += await strangers()
  for (const kind of DECOY_KINDS) {
    const decoy = await simulator.startDecoy(kind)
    if (decoy.shownAs === undefined) decoys += 1
    else if (decoy.pid !== undefined) shown.push(decoy.pid)
  }

  const published = () => bed.running().filter(({ pid }) => !shown.includes(pid ?? -1))
  const settled = () => {
    const { missed, invented, wrong, unknown } = score(truths, published())
    return missed.length + invented.length + wrong.length + unknown.length === 0 && shown.every((pid) => bed.byPid(pid) !== undefined)
  }
  // When it is never so, the comparison below says in what.
  await bed.until("all agrees", settled, 25_000).catch(() => undefined)
  expect((await bed.discovery.scanNow()).failures).toEqual([])
  const result = score(truths, published())
  console.log(scoreLine(result, decoys))
  reportLag("agent answers -> session is published", lags)
  expect(result).toMatchObject({ missed: [], invented: [], wrong: [], unknown: [] })
  expect(truths.length).toBeGreaterThanOrEqual(30)
  expect(decoys).toBeGreaterThanOrEqual(25)
  // The daemon's own view of itself agrees.
  const checks = bed.diagnostics.checks().filter(({ state }) => state === "failed")
  expect(checks).toEqual([])
}, 240_000)

/** What each rung is worth: without it, this is lost, and nothing is ever made up in its place. */
const DEGRADED: readonly { readonly rung: Rung; readonly loses: readonly RegExp[]; readonly keeps: readonly RegExp[] }[] = [
  { rung: "terminal", loses: [/starter is gone pane$/], keeps: [/typed at a shell pane$/, / conversation$/, / parent$/] },
  { rung: "ancestry", loses: [/terminal of its own pane$/], keeps: [/typed at a shell pane$/, /starter is gone pane$/, / conversation$/] },
  { rung: "environment", loses: [/orphan parent$/], keeps: [/run by a .* parent$/, / pane$/, / conversation$/] },
  { rung: "registry", loses: [/two in a folder conversation$/], keeps: [/codex 0\.130.* conversation$/, / pane$/, / parent$/] },
  { rung: "tmux", loses: [/ pane$/], keeps: [/^claude(?!.*trust).* conversation$/, / parent$/] },
  { rung: "descriptors", loses: [], keeps: [/^claude.* conversation$/, / pane$/] },
  { rung: "arguments", loses: [/0\.169 resumed conversation$/], keeps: [/^claude.* conversation$/, / pane$/, / parent$/] },
  { rung: "screen", loses: [/trust dialog status$/], keeps: [/ conversation$/, / pane$/, / parent$/] },
  { rung: "watchers", loses: [], keeps: [/ conversation$/, / pane$/, / parent$/, / status$/] },
]

test.each(DEGRADED)(
  "without the rung $rung what hangs on it is unknown, and nothing is made up",
  async ({ rung, loses, keeps }) => {
    const poorer = createWorldBed(simulator, [rung])
    try {
      const published = () => poorer.running().filter(({ pid }) => !shown.includes(pid ?? -1))
      await poorer.until("all are there", () => score(truths, published()).missed.length === 0 && poorer.world.firstRead().done)
      await poorer.discovery.scanNow()
      const settledScore = async () => {
        let last = ""
        for (let same = 0; same < 3;) {
          await poorer.discovery.scanNow()
          const text = JSON.stringify(score(truths, published()))
          same = text === last ? same + 1 : 0
          last = text
        }
        return score(truths, published())
      }
      const result = await settledScore()
      console.log(`without ${rung}: ${scoreLine(result, decoys)}`)
      expect({ missed: result.missed, invented: result.invented, wrong: result.wrong }).toEqual({ missed: [], invented: [], wrong: [] })
      for (const lost of loses)
        expect(
          result.unknown.some((one) => lost.test(one)),
          `${lost} is lost`,
        ).toBe(true)
      for (const kept of keeps)
        expect(
          result.unknown.filter((one) => kept.test(one)),
          `${kept} is kept`,
        ).toEqual([])
    } finally {
      await poorer.close()
    }
  },
  120_000,
)

async function add({ label, role = "INTERACTIVE", status, isTold = true, speaks = false, ...start }: Case): Promise<SimAgent> {
  const inFolder = (path: string | undefined) => (path === undefined || !path.startsWith("/") ? path : join(simulator.folder, path))
  const env = Object.fromEntries(Object.entries(start.env ?? {}).map(([name, path]) => [name, inFolder(path) ?? ""]))
  const server = inFolder(start.server)
  const agent = await simulator.start({ ...start, env, ...(server === undefined ? {} : { server }) })
  const answeredMs = performance.now()
  if (speaks) await agent.turn()
  await bed.until(`${label} is published`, () => bed.firstSeenMs(agent.pid) !== undefined)
  lags.push(Math.max(0, (bed.firstSeenMs(agent.pid) ?? 0) - answeredMs))
  truths.push({
    label,
    pid: agent.pid,
    agent: agent.agent === "claude" ? 1 : 2,
    role,
    conversationId: isTold ? await agent.conversationId() : "unknown",
    ...(status === undefined ? {} : { status }),
    ...(agent.pane === undefined ? {} : { pane: `${agent.pane.socket} ${agent.pane.paneId}` }),
  })
  return agent
}

/** Agents that agents start. */
async function family(): Promise<void> {
  const lead = await add({ label: "claude, a lead", agent: "claude", cwd: "c1" })
  const codex = await add({ label: "codex, a parent", agent: "codex", version: "0.130.0", cwd: "c2", speaks: true })
  for (const [parent, agent] of [
    [lead, "claude"],
    [lead, "codex"],
    [codex, "codex"],
  ] as const) {
    const child = await parent.spawnHeadless({ agent, prompt: "Sum it up", story: "none" })
    if (agent === "codex") await child.turn()
    truths.push({
      label: `${agent} run by a ${parent.agent}`,
      pid: child.pid,
      agent: agent === "claude" ? 1 : 2,
      role: "HEADLESS",
      conversationId: await child.conversationId(),
      parentPid: parent.pid,
    })
  }
  const orphan = await simulator.start({
    agent: "claude",
    outsideTmux: true,
    args: ["-p", "hi"],
    env: { CLAUDE_PID: String(lead.pid), CLAUDE_CODE_SESSION_ID: await lead.conversationId() },
    cwd: "c4",
  })
  truths.push({
    label: "claude, an orphan",
    pid: orphan.pid,
    agent: 1,
    role: "HEADLESS",
    conversationId: await orphan.conversationId(),
    parentPid: lead.pid,
  })
  const args = ["--agent-id", "a@t", "--agent-name", "a", "--team-name", "t", "--parent-session-id", await lead.conversationId()]
  const mate = await simulator.start({ agent: "claude", launch: "version", args, cwd: "c3" })
  await mate.turn()
  truths.push({
    label: "claude, a teammate",
    pid: mate.pid,
    agent: 1,
    role: "TEAMMATE",
    conversationId: await mate.conversationId(),
    parentPid: lead.pid,
    pane: `${mate.pane?.socket} ${mate.paneId}`,
  })
}

/** Both are in it: each is a session of its own. */
async function sameConversationTwice(): Promise<void> {
  const first = await add({ label: "claude, first in a conversation", agent: "claude", cwd: "d1" })
  await first.turn()
  await add({ label: "claude, second in it", agent: "claude", cwd: "d1", args: ["--resume", await first.conversationId()] })
}

/** What looks like an agent and is none, beyond the simulator's own list. */
async function strangers(): Promise<number> {
  const { tmux, installed, env } = simulator
  const base = { server: "default", session: "strangers", cwd: simulator.home, env: {} }
  // A dead pane that held an agent.
  const dead = await tmux.open({ ...base, window: "dead", argv: ["/bin/sh", "-c", "sleep 1000"] })
  await tmux.command(["set-option", "-t", dead.paneId, "remain-on-exit", "on"])
  process.kill(dead.panePid, "SIGKILL")
  // A title that only agents have, on a shell; a shell whose window is called claude; tmux started with an agent's variables.
  await tmux.open({ ...base, window: "claude", argv: ["/bin/sh", "-c", "printf '\\033]2;✳ Claude Code\\007'; exec sleep 100000"] })
  const leaked = { CLAUDE_PID: String(truths[0]?.pid), CLAUDE_CODE_SESSION_ID: truths[0]?.conversationId ?? "", CLAUDECODE: "1" }
  await tmux.open({ ...base, server: "leaked", window: "leaked", env: leaked, argv: ["/bin/sh", "-c", "exec sleep 100000"] })
  // An MCP server that an agent started.
  const mcp = spawn(installed.claude, ["mcp", "serve"], {
    env: { ...env, ...leaked, [SIM_ENV]: JSON.stringify({ owner: { pid: process.pid, startTicks: "" } }) },
    detached: true,
    stdio: "ignore",
  })
  mcp.on("error", () => undefined)
  mcp.unref()
  return 4
}
