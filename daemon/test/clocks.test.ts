// The daemon beside simulated agents, as programs beside programs: what it says of time is what the agents say that they did.

import { Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { Clock, type Metrics, Window } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { LatencyGroup } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import { Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { afterEach, beforeEach, expect, it } from "vitest"
import type { SimAgent } from "../simulator/sim-agent.ts"
import { createSimulatedBed, type SimulatedBed } from "./simulated-bed.ts"
import { until } from "./until.ts"

let bed: SimulatedBed
beforeEach(async () => {
  bed = await createSimulatedBed("clocks")
})
afterEach(() => bed.close())

async function rowOf(agent: SimAgent): Promise<Metrics | undefined> {
  const id = await agent.conversationId()
  return (await bed.api.metrics.listMetrics({ scope: Scope.ALL })).metrics.find((row) => row.conversationId === id)
}

/** Its process and its registry file are. */
const isSeen = (agent: SimAgent) =>
  until(
    "it is seen",
    async () => (await bed.api.sessions.listSessions({ scope: Scope.ALL })).sessions.find(({ pid }) => pid === agent.pid),
    (session) => session?.statusSource === "registry",
  )

const clockOf = (row: Metrics | undefined, clock: Clock) => row?.latency.find((latency) => latency.clock === clock)
const openOf = (row: Metrics | undefined) => row?.open.map(({ clock }) => clock) ?? []

it("a permission is its own clock's time and no tool's, from when it is asked to when it is answered", async () => {
  const agent = await bed.world.start({ agent: "claude", cwd: "asked" })
  await isSeen(agent)
  await agent.prompt("Do it")
  const [callId = ""] = await agent.respond({ tools: [{ name: "Bash" }] })
  await agent.command({ kind: "ask", callId })
  await until(
    "it is seen to wait",
    () => rowOf(agent),
    (row) => openOf(row).includes(Clock.PERMISSION),
  )
  await agent.command({ kind: "answer", allow: true })
  await agent.endTool(callId)
  await agent.respond({ end: true })
  const row = await until(
    "the turn is over",
    () => rowOf(agent),
    (of) =>
      clockOf(of, Clock.TURN) !== undefined &&
      clockOf(of, Clock.PERMISSION) !== undefined &&
      of?.activeMs !== undefined &&
      openOf(of).length === 0,
  )
  const [call] = (await agent.truth()).conversations.flatMap(({ tools }) => tools)
  const waitedMs = call?.waitedMs ?? 0
  const wholeMs = (call?.endedMs ?? 0) - (call?.startedMs ?? 0)
  const waited = Number(clockOf(row, Clock.PERMISSION)?.maxMs)
  const ran = Number(clockOf(row, Clock.TOOL)?.maxMs)
  // The registry is written a moment later than the agent asks and is answered; its wait and what is left of the call make up all of it.
  expect(waited).toBeGreaterThan(0)
  expect(waited + ran).toBe(wholeMs)
  expect(clockOf(row, Clock.PERMISSION)?.estimatedCount).toBe(0n)
  // The turn's active part leaves the wait out, by the agent's own clock, which starts and stops a moment before the registry's.
  expect(Number(row?.activeMs) + waitedMs / 2).toBeLessThan(Number(clockOf(row, Clock.TURN)?.maxMs))
})

it("answers, turns and idle times are told over windows, and are the same after a restart", async () => {
  const agents = [await bed.world.start({ agent: "claude", cwd: "a" }), await bed.world.start({ agent: "codex", cwd: "b" })]
  for (const agent of agents) {
    for (let turns = 3; turns > 0; turns--) await agent.turn()
    const { requests = 0, turnsEnded = 0 } = (await agent.truth()).conversations[0] ?? {}
    const row = await until(
      `all of ${agent.agent} is timed`,
      () => rowOf(agent),
      (of) => clockOf(of, Clock.MODEL)?.count === BigInt(requests) && clockOf(of, Clock.TURN)?.count === BigInt(turnsEnded),
    )
    // Claude Code logs when it sends a request, Codex does not.
    expect(clockOf(row, Clock.MODEL)?.estimatedCount).toBe(agent.agent === "claude" ? 0n : BigInt(requests))
  }
  const latencies = async () => {
    const windows = [Window.WINDOW_24_HOURS, Window.WINDOW_SESSION]
    const { rows } = await bed.api.metrics.listLatency({ groupBy: LatencyGroup.PROJECT, windows, scope: Scope.ALL })
    return rows.map(({ key, latency }) => [key, latency.map(({ $typeName: _type, ...figures }) => figures)])
  }
  const before = await latencies()
  expect(before.length).toBeGreaterThanOrEqual(2)
  await bed.restart("SIGTERM")
  expect(await latencies()).toEqual(before)
})

it("what runs ends with its agent", async () => {
  const agent = await bed.world.start({ agent: "claude", cwd: "crash" })
  await isSeen(agent)
  await agent.prompt("Do it")
  await agent.respond({ tools: [{ name: "Bash" }] })
  const id = await agent.conversationId()
  const row = async () =>
    (await bed.api.metrics.listMetrics({ scope: Scope.ALL })).metrics.find(({ conversationId }) => conversationId === id)
  await until("it runs", row, (of) => openOf(of).includes(Clock.TOOL) && openOf(of).includes(Clock.TURN))
  agent.kill()
  const gone = await until("nothing runs", row, (of) => openOf(of).length === 0)
  expect(clockOf(gone, Clock.TURN)).toMatchObject({ count: 1n, estimatedCount: 1n })
  expect(clockOf(gone, Clock.TOOL)).toBeUndefined()
  const { sessions } = await bed.api.sessions.listSessions({ scope: Scope.ALL })
  expect(sessions.find((session) => session.conversationId === id)?.status).toBe(Status.OFFLINE)
})
