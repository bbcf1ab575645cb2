// The whole daemon as a program beside simulated agents: what is done stays unread until somebody says that it was seen, over the socket
// alone and over restarts; and a daemon that was stopped and goes on, as on a laptop that slept, calls nobody gone who is there.

import { DatabaseSync } from "node:sqlite"
import { Code, ConnectError, createClient } from "@connectrpc/connect"
import { createConnectTransport } from "@connectrpc/connect-node"
import { Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { CheckState } from "@vibecraft/shared/gen/vibecraft/v1/daemon_service_pb"
import { type Session, Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { SessionService } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import { connect } from "node:net"
import { afterEach, beforeEach, expect, test } from "vitest"
import type { SimAgent } from "../simulator/sim-agent.ts"
import { createSimulator, type Simulator } from "../simulator/simulator.ts"
import { clientsOf, type DaemonProgram, startDaemon } from "./daemon-program.ts"
import { until } from "./until.ts"

let world: Simulator
let daemon: DaemonProgram
let api: Awaited<ReturnType<typeof clientsOf>>

beforeEach(async () => {
  world = await createSimulator({ seed: "life" })
  await startAnew()
})
afterEach(() => world.close())

async function startAnew(): Promise<void> {
  daemon = startDaemon(["--port", "0", "--state-dir", `${world.folder}/state`, "--socket", `${world.folder}/sock`], world.env)
  api = await clientsOf(daemon)
}

const overSocket = () =>
  createClient(
    SessionService,
    createConnectTransport({
      baseUrl: "http://localhost",
      httpVersion: "1.1",
      nodeOptions: { createConnection: () => connect(`${world.folder}/sock`) },
    }),
  )

const sessions = async (): Promise<Session[]> => (await api.sessions.listSessions({ scope: Scope.ALL })).sessions
const sessionOf = async ({ pid }: SimAgent) => (await sessions()).find((session) => session.pid === pid)
const isUnread = (agent: SimAgent, unread: boolean) =>
  until(
    `unread is ${unread}`,
    () => sessionOf(agent),
    (session) => session?.unread === unread && session.status === Status.IDLE,
  )

test("what is done is unread, looking does not change that, and marking it does, on the socket alone", async () => {
  const [agent, other] = [await world.start({ agent: "claude", cwd: "a" }), await world.start({ agent: "claude", cwd: "b" })]
  await isUnread(agent, false)
  await isUnread(other, false)
  await agent.turn()
  const { id } = (await isUnread(agent, true)) ?? { id: "" }
  await api.sessions.getSession({ id })
  const order = (await sessions()).map(({ pid }) => pid)
  expect(order.indexOf(agent.pid)).toBeLessThan(order.indexOf(other.pid))
  expect((await sessionOf(agent))?.unread).toBe(true)

  const refused = await api.sessions.markSeen({ id }).catch((error: unknown) => ConnectError.from(error))
  expect(refused).toMatchObject({ code: Code.PermissionDenied })
  expect((await sessionOf(agent))?.unread).toBe(true)
  const unknown = await overSocket()
    .markSeen({ id: "nobody" })
    .catch((error: unknown) => ConnectError.from(error))
  expect(unknown).toMatchObject({ code: Code.NotFound })

  // A restart of the daemon forgets neither what is unread nor what was seen.
  await stopAndStart()
  await isUnread(agent, true)
  expect((await overSocket().markSeen({ id })).session).toMatchObject({ id, unread: false })
  expect((await sessionOf(agent))?.markedSeenTime).toBeDefined()
  await stopAndStart()
  await isUnread(agent, false)
  await watchedTurn(agent)
  await isUnread(agent, true)

  const { statusChanges } = await api.sessions.getSession({ id })
  expect(statusChanges.slice(0, 2).map(({ from, to }) => [from, to])).toEqual([
    [Status.WORKING, Status.IDLE],
    [Status.IDLE, Status.WORKING],
  ])
  for (const change of statusChanges) expect([change.source, change.time]).not.toContain(undefined)
})

test("how a status came about is known after the daemon was killed, and goes on", async () => {
  const agent = await world.start({ agent: "claude" })
  await isUnread(agent, false)
  await watchedTurn(agent)
  const { id } = (await isUnread(agent, true)) ?? { id: "" }
  const changes = async () => (await api.sessions.getSession({ id })).statusChanges
  const before = await changes()
  expect(before.length).toBeGreaterThanOrEqual(3)
  await until("the changes are on disk", storedChanges, (count) => count >= before.length)
  await daemon.end("SIGKILL")
  await startAnew()
  await isUnread(agent, true)
  expect(await changes()).toEqual(before)
  await watchedTurn(agent)
  const after = await until("the next turn is in it", changes, (all) => all.length >= before.length + 2 && all[0]?.to === Status.IDLE)
  expect(after.slice(-before.length)).toEqual(before)
  expect(after.slice(0, 2).map(({ from, to }) => [from, to])).toEqual([
    [Status.WORKING, Status.IDLE],
    [Status.IDLE, Status.WORKING],
  ])
})

/** A turn long enough to be seen at work. */
async function watchedTurn(agent: SimAgent): Promise<void> {
  await agent.prompt("Go on")
  await until(
    "it is seen at work",
    () => sessionOf(agent),
    (session) => session?.status === Status.WORKING,
  )
  await agent.respond({ end: true })
}

async function storedChanges(): Promise<number> {
  const database = new DatabaseSync(`${world.folder}/state/vibecraft.db`, { readOnly: true })
  try {
    return Number(database.prepare("SELECT count(*) n FROM status_changes").get()?.["n"])
  } finally {
    database.close()
  }
}

test("a daemon that was stopped and goes on calls nobody gone who is there, and finds what changed", async () => {
  const agents: SimAgent[] = []
  for (const [index, server] of ["one", "one", "two", "two"].entries()) {
    agents.push(await world.start({ agent: index % 2 === 0 ? "claude" : "codex", server, cwd: `w${index}` }))
  }
  const [, , , doomed] = agents
  if (doomed === undefined) throw new Error("no agent")
  await until("all are there", sessions, (all) => agents.every(({ pid }) => all.some((session) => session.pid === pid)))
  const everGone = new Set<number>()
  const stop = new AbortController()
  const watch = (async () => {
    for await (const { event } of api.sessions.watchSessions({ scope: Scope.ALL, minIntervalMs: 0 }, { signal: stop.signal })) {
      const told = event.case === "snapshot" || event.case === "updated" || event.case === "discovered" ? event.value.sessions : []
      for (const { pid, status } of told) if (status === Status.OFFLINE || status === Status.ENDED) everGone.add(pid ?? 0)
    }
  })().catch(() => undefined)
  daemon.child.kill("SIGSTOP")
  doomed.kill()
  await doomed.exited()
  const late = await world.start({ agent: "claude", server: "one", cwd: "late" })
  daemon.child.kill("SIGCONT")
  await until("what changed is seen", sessions, (all) => {
    const statusOf = (pid: number) => all.find((session) => session.pid === pid)?.status
    return statusOf(doomed.pid) === Status.OFFLINE && statusOf(late.pid) === Status.IDLE
  })
  await api.sessions.discoverSessions({})
  expect([...everGone]).toEqual([doomed.pid])
  const { checks } = await api.status.getStatus({})
  expect(checks.filter(({ state }) => state === CheckState.FAILED)).toEqual([])
  expect(checks.length).toBeGreaterThanOrEqual(10)
  stop.abort()
  await watch
})

async function stopAndStart(): Promise<void> {
  await daemon.end("SIGINT")
  await startAnew()
  await daemon.line(/^vibecraftd caught up /m)
}
