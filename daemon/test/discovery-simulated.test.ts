// Discovery against simulated agents that behave like the real clients: every way to launch them, every version of the registry, and
// everything that was ever taken for an agent and is none.

import { afterEach, beforeEach, expect, test } from "vitest"
import { DECOY_KINDS } from "../simulator/decoys.ts"
import type { SimAgent } from "../simulator/sim-agent.ts"
import { createSimulator, type Simulator, type StartOptions } from "../simulator/simulator.ts"
import type { AgentGone, AgentSeen, PresenceFact } from "../src/domain/facts.ts"
import { Diagnostics } from "../src/model/diagnostics.ts"
import { createDiscovery, type Discovery } from "../src/observe/discovery/discovery.ts"
import { createScanPool, type ScanPool } from "../src/observe/discovery/scan-pool.ts"
import { reportLag } from "./discovery-bed/report-lag.ts"

let simulator: Simulator
let pool: ScanPool
let discovery: Discovery
let seen: Map<number, AgentSeen>
let gone: AgentGone[]
let stated: AgentSeen[]
let wake: () => void

beforeEach(async () => {
  simulator = await createSimulator({ seed: "discovery" })
  pool = createScanPool()
  seen = new Map()
  gone = []
  stated = []
  wake = () => undefined
  const apply = (facts: readonly PresenceFact[]) => {
    for (const fact of facts) {
      if (fact.kind === "agent-seen") {
        seen.set(fact.pid, fact)
        stated.push(fact)
      } else {
        gone.push(fact)
        for (const [pid, one] of seen) if (one.sessionId === fact.sessionId) seen.delete(pid)
      }
    }
    wake()
  }
  const { env, home } = simulator
  discovery = createDiscovery({ env, home, pool, apply, diagnostics: new Diagnostics(), onRoot: () => undefined, now: Date.now })
})

afterEach(async () => {
  discovery.close()
  await pool.close()
  await simulator.close()
})

/** Waits for a condition; answers how long, in ms. */
const until = async (what: string, holds: () => boolean): Promise<number> => {
  const startedMs = performance.now()
  const ceiling = AbortSignal.timeout(30_000)
  while (!holds()) {
    const next = Promise.withResolvers<void>()
    wake = next.resolve
    const giveUp = () => next.reject(new Error(`never: ${what}\n${[...seen.values()].map((one) => JSON.stringify(one)).join("\n")}`))
    if (ceiling.aborted) giveUp()
    ceiling.addEventListener("abort", giveUp, { once: true })
    await next.promise
    ceiling.removeEventListener("abort", giveUp)
  }
  return performance.now() - startedMs
}

const hintOf = ({ pid }: SimAgent) => seen.get(pid)?.conversationHints[0]

test("every launch of every client is found where it is, with its conversation, and no decoy is", async () => {
  const launches: StartOptions[] = [
    { agent: "claude" },
    { agent: "claude", launch: "shell", server: "second" },
    { agent: "claude", launch: "version", session: "other" },
    { agent: "claude", launch: "npm" },
    { agent: "claude", launch: "script" },
    { agent: "claude", launch: "wrapped", split: true },
    { agent: "claude", version: "2.1.76" },
    { agent: "claude", version: "2.1.200" },
    { agent: "claude", version: "2.1.240" },
    { agent: "codex", version: "0.130.0" },
    { agent: "codex", version: "0.130.0", launch: "script" },
    { agent: "codex", version: "0.130.0", launch: "shell", server: "second" },
  ]
  const agents: SimAgent[] = []
  for (const launch of launches) agents.push(await simulator.start(launch))
  const shownDecoys: number[] = []
  for (const kind of DECOY_KINDS) {
    const decoy = await simulator.startDecoy(kind)
    if (decoy.shownAs !== undefined && decoy.pid !== undefined) shownDecoys.push(decoy.pid)
  }
  for (const agent of agents) if (agent.agent === "codex") await agent.turn()

  await until("all agents", () => agents.every(({ pid }) => seen.get(pid)?.pane !== undefined) && shownDecoys.every((pid) => seen.has(pid)))
  const ids = new Map<number, string>()
  for (const agent of agents) ids.set(agent.pid, await agent.conversationId())
  await until("their conversations", () => agents.every((agent) => hintOf(agent)?.conversationId === ids.get(agent.pid)))
  expect((await discovery.scanNow()).failures).toEqual([])

  for (const { agent, pid, paneId, pane } of agents) {
    expect.soft(seen.get(pid)).toMatchObject({ agent, role: "interactive", pane: { paneId, socket: pane?.socket }, suspended: false })
  }
  for (const pid of shownDecoys) expect.soft(seen.get(pid)).toMatchObject({ role: "headless" })
  const invented = [...seen.values()].filter(({ pid }) => !agents.some((agent) => agent.pid === pid) && !shownDecoys.includes(pid))
  expect(invented).toEqual([])
})

test("a window of Codex's shared server has its thread while it alone fits, and none when two would", async () => {
  const first = await simulator.start({ agent: "codex" })
  await first.turn()
  const id = await first.conversationId()
  await until("the only thread", () => hintOf(first)?.conversationId === id)
  const second = await simulator.start({ agent: "codex" })
  await second.turn()
  const why = (): string => seen.get(second.pid)?.evidence.find(({ field }) => field === "conversation")?.detail ?? ""
  await until("no answer for two windows", () => why().includes("2 windows"))
  expect([hintOf(first), hintOf(second)]).toEqual([undefined, undefined])
})

test("what an agent does is told as it does it, /clear and resume included, and one that is killed is gone", async () => {
  const agent = await simulator.start({ agent: "claude" })
  await until("it is idle", () => seen.get(agent.pid)?.registry?.status === "idle")
  const first = await agent.conversationId()
  const lags: number[] = []
  for (let round = 0; round < 10; round += 1) {
    await agent.prompt("Go on")
    lags.push(await until("it works", () => seen.get(agent.pid)?.registry?.status === "busy"))
    await agent.respond({ end: true })
    lags.push(await until("it is idle again", () => seen.get(agent.pid)?.registry?.status === "idle"))
  }
  reportLag("status change of an agent -> AgentSeen", lags)
  await agent.command({ kind: "clear" })
  const second = await agent.conversationId()
  expect(second).not.toBe(first)
  await until("the next conversation", () => hintOf(agent)?.conversationId === second)

  const child = await agent.spawnHeadless({ agent: "claude", prompt: "Sum it up" })
  await until("a nested run", () => seen.has(child.pid))
  const parentId = seen.get(agent.pid)?.sessionId
  expect(seen.get(child.pid)).toMatchObject({ role: "headless", parentSessionId: parentId })
  expect(seen.get(child.pid)?.pane).toBeUndefined()

  agent.kill()
  const lag = await until("it is gone", () => gone.some(({ sessionId }) => sessionId === parentId))
  reportLag("kill -9 of an agent -> AgentGone", [lag])
  expect(new Set(stated.filter(({ pid }) => pid === agent.pid).map(({ sessionId }) => sessionId)).size).toBe(1)
})

test("a trust dialog, which no file tells of, is read from the screen", async () => {
  const agent = await simulator.start({ agent: "claude", trust: true })
  await until("the dialog", () => seen.get(agent.pid)?.screen?.state === "trust")
  expect(seen.get(agent.pid)?.registry).toBeUndefined()
})

test("one that exits by itself has exited", async () => {
  const agent = await simulator.start({ agent: "claude", launch: "shell" })
  await until("its registry", () => seen.get(agent.pid)?.registry !== undefined)
  const id = seen.get(agent.pid)?.sessionId
  await agent.command({ kind: "exit" }).catch(() => undefined)
  await until("it is gone", () => gone.some(({ sessionId }) => sessionId === id))
  expect(gone.find(({ sessionId }) => sessionId === id)?.reason).toBe("exited")
})
