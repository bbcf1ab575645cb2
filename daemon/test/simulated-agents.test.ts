// The whole daemon beside simulated agents, as a program beside programs: what it says of tokens, tools and time is what the agents
// say that they wrote, whatever happens to either.

import { setTimeout as sleep } from "node:timers/promises"
import { Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import type { Metrics } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { type Session, Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { ConversationTruth, StoryKind } from "../simulator/agent/control.ts"
import type { SimAgent } from "../simulator/sim-agent.ts"
import { createSimulatedBed, type SimulatedBed } from "./simulated-bed.ts"
import { until } from "./until.ts"

/** Outcomes that say whether a tool works; the others are a person's or a sibling's doing. */
const FAILURES = new Set(["failed", "command-failed", "model-error", "timeout"])
const JUDGED = new Set([...FAILURES, "ok", "background"])

let bed: SimulatedBed
beforeEach(async () => {
  bed = await createSimulatedBed("whole")
})
afterEach(() => bed.close())

const sessions = async (): Promise<Session[]> => (await bed.api.sessions.listSessions({ scope: Scope.ALL })).sessions
const rows = async (): Promise<Metrics[]> => (await bed.api.metrics.listMetrics({ scope: Scope.ALL })).metrics
const sessionOf = async (agent: SimAgent): Promise<Session | undefined> => (await sessions()).find((session) => session.pid === agent.pid)
const statusIs = (agent: SimAgent, status: Status) =>
  until(
    `${agent.agent} has status ${status}`,
    () => sessionOf(agent),
    (one) => one?.status === status,
  )

interface Counted {
  readonly tokens: Record<string, number>
  readonly requests: number
  readonly models: readonly string[]
  readonly toolCounts: Record<string, number>
  readonly failed: number
  readonly judged: number
}

/** The rows of a conversation and of its subagents, where they have rows of their own, in the words of the agent's books. */
function said(of: readonly Metrics[]): Counted {
  const sum = (member: (row: Metrics) => bigint | undefined): number => of.reduce((total, row) => total + Number(member(row)), 0)
  const toolCounts: Record<string, number> = {}
  for (const [name, count] of of.flatMap((row) => Object.entries(row.toolCounts))) toolCounts[name] = (toolCounts[name] ?? 0) + count
  return {
    tokens: {
      input: sum(({ tokens }) => tokens?.input),
      output: sum(({ tokens }) => tokens?.output),
      reasoning: sum(({ tokens }) => tokens?.reasoning),
      cacheRead: sum(({ tokens }) => tokens?.cacheRead),
      cacheWrite5m: sum(({ tokens }) => tokens?.cacheWrite5m),
      cacheWrite1h: sum(({ tokens }) => tokens?.cacheWrite1h),
    },
    requests: sum((row) => row.requests),
    models: [...new Set(of.flatMap((row) => row.models))].toSorted(),
    toolCounts,
    failed: sum((row) => row.failedCalls),
    judged: sum((row) => row.judgedCalls),
  }
}

function written(truth: ConversationTruth): Counted {
  const toolCounts: Record<string, number> = {}
  for (const { name } of truth.tools) toolCounts[name] = (toolCounts[name] ?? 0) + 1
  const ended = truth.tools.flatMap(({ outcome }) => (outcome === undefined ? [] : [outcome]))
  return {
    tokens: { ...truth.tokens },
    requests: truth.requests,
    models: truth.models.toSorted(),
    toolCounts,
    failed: ended.filter((outcome) => FAILURES.has(outcome)).length,
    judged: ended.filter((outcome) => JUDGED.has(outcome)).length,
  }
}

async function expectTruth(agents: readonly SimAgent[]): Promise<void> {
  for (const agent of agents) {
    for (const truth of (await agent.truth()).conversations.filter(({ requests }) => requests > 0)) {
      const ids = new Set([truth.conversationId, ...truth.subagents.map(({ subagentId }) => subagentId)])
      const wanted = written(truth)
      const counted = await until(
        `all of ${agent.agent} is counted: ${JSON.stringify(wanted.tokens)}`,
        async () => said((await rows()).filter((one) => ids.has(one.conversationId))),
        ({ tokens }) => JSON.stringify(tokens) === JSON.stringify(wanted.tokens),
      )
      expect(counted).toEqual(wanted)
    }
  }
}

/** Ends what a story left in the middle, so that nothing more is written. */
async function quiet(agents: readonly SimAgent[]): Promise<void> {
  for (const agent of agents) {
    await agent.command({ kind: "story", story: "none" })
    const text = async () => JSON.stringify(await agent.truth())
    for (let before = ""; before !== (await text()); await sleep(60)) before = await text()
  }
}

describe("what the daemon counts", () => {
  it("is what the agents wrote, of both, with subagents, failures and a past", async () => {
    const stories: StoryKind[] = ["parallel", "failing", "subagents"]
    const agents: SimAgent[] = []
    for (const story of stories) {
      agents.push(await bed.world.start({ agent: "claude", story, cwd: `claude-${story}`, historyMs: 900_000 }))
      agents.push(await bed.world.start({ agent: "codex", story, cwd: `codex-${story}`, historyMs: 900_000 }))
    }
    await quiet(agents)
    await expectTruth(agents)
    const [byHand] = agents
    if (byHand === undefined) throw new Error("no agent")
    await byHand.prompt("By hand")
    const [slow = "", quick = ""] = await byHand.respond({ tools: [{ name: "Bash" }, { name: "Read" }] })
    await byHand.endTool(quick)
    await byHand.endTool(slow, { outcome: "failed" })
    await byHand.respond({ end: true })
    await expectTruth(agents)

    // A crash of the daemon costs nothing and counts nothing twice.
    const before = said(await rows())
    await bed.restart("SIGKILL")
    await expectTruth(agents)
    expect(said(await rows())).toEqual(before)
  })
})

describe("what the daemon sees", () => {
  it("follows an agent from its start to its end", async () => {
    const agent = await bed.world.start({ agent: "claude", session: "life", window: "one", cwd: "life" })
    const session = await statusIs(agent, Status.IDLE)
    expect(session?.pane).toMatchObject({ sessionName: "life", windowName: "one", paneId: agent.paneId })
    await agent.prompt("Read this")
    const [callId = ""] = await agent.respond({ tools: [{ name: "Read", input: { file_path: `${agent.cwd}/notes.md` } }] })
    const working = await until(
      "it reads",
      () => sessionOf(agent),
      (one) => one?.currentTool?.name === "Read" && one.status === Status.WORKING,
    )
    expect(working).toMatchObject({ status: Status.WORKING, id: session?.id })
    expect(working?.currentTool?.target).toContain("notes.md")
    await agent.endTool(callId)
    await agent.respond({ end: true })
    await statusIs(agent, Status.IDLE)
    const first = await agent.conversationId()
    await agent.command({ kind: "clear" })
    await agent.turn()
    const second = await agent.conversationId()
    const cleared = await until(
      "the next conversation",
      () => sessionOf(agent),
      (one) => one?.conversationId === second,
    )
    expect(cleared).toMatchObject({ id: session?.id, earlierConversationIds: [first] })
    agent.kill()
    const offline = await until(
      "it is offline",
      async () => (await sessions()).find((one) => one.id === session?.id),
      (one) => one?.status === Status.OFFLINE,
    )
    expect(offline?.conversationId).toBe(second)
    expect((await sessions()).filter((one) => [first, second].includes(one.conversationId ?? ""))).toHaveLength(1)
    await expect(agent.truth()).rejects.toThrow("gone")
  })

  it("waits, questions, interrupts and headless helpers, for what they are", async () => {
    const [claude, codex] = [await bed.world.start({ agent: "claude", cwd: "a" }), await bed.world.start({ agent: "codex", cwd: "b" })]
    await claude.prompt("Ask me")
    await claude.command({ kind: "question", text: "This or that?", options: ["This", "That"] })
    await statusIs(claude, Status.WAITING)
    await codex.prompt("Ask me")
    const [callId = ""] = await codex.respond({ tools: [{ name: "exec_command" }] })
    await codex.command({ kind: "ask", callId })
    await statusIs(codex, Status.WAITING)
    const firstTwo = (await sessions()).slice(0, 2).map((session) => session.pid)
    expect(new Set(firstTwo)).toEqual(new Set([claude.pid, codex.pid]))
    await codex.command({ kind: "answer", allow: true })
    await codex.command({ kind: "interrupt" })
    await statusIs(codex, Status.IDLE)
    await claude.command({ kind: "answer", allow: true, text: "That" })
    const helper = await claude.spawnHeadless({ agent: "claude", prompt: "Sum it up", story: "slow" })
    const child = await until(
      "the helper is there",
      () => sessionOf(helper),
      (one) => one?.parentSessionId !== undefined,
    )
    expect(child?.parentSessionId).toBe((await sessionOf(claude))?.id)
    await quiet([helper])
    await expectTruth([codex, helper])
  })
})
