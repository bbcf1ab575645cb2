import { expect, test } from "vitest"
import type { AgentProcess } from "../../work/scan/agent-process.ts"
import { agentProcess, detachedProcess } from "./agent-process-fixture.ts"
import { parentOf } from "./parent-of.ts"

const family = (agents: readonly AgentProcess[], conversations: Record<string, string> = {}) => ({
  byPid: new Map(agents.map((agent) => [agent.pid, agent])),
  sessionIdOf: ({ pid }: AgentProcess) => `session-${pid}`,
  sessionInConversation: (id: string) => conversations[id],
})
const lead = agentProcess({ pid: 10, startTicks: "10" })

test("the nearest agent among the ancestors", () => {
  const middle = detachedProcess({ pid: 20, agent: "codex" })
  const child = detachedProcess({
    environment: { CLAUDE_PID: "10" },
    ancestors: [
      { pid: 15, kind: "other" },
      { pid: 20, kind: "agent" },
      { pid: 10, kind: "agent" },
    ],
  })
  expect(parentOf(child, family([lead, middle, child])).parentSessionId).toBe("session-20")
})

test("CLAUDE_PID where the chain is cut, unless it cannot be true", () => {
  const orphan = detachedProcess({ environment: { CLAUDE_PID: "10" } })
  expect(parentOf(orphan, family([lead, orphan])).parentSessionId).toBe("session-10")
  expect(parentOf(orphan, family([orphan])).parentSessionId).toBeUndefined()
  const younger = agentProcess({ pid: 10, startTicks: "9999" })
  expect(parentOf(orphan, family([younger, orphan])).parentSessionId).toBeUndefined()
  const codex = agentProcess({ pid: 10, startTicks: "10", agent: "codex" })
  expect(parentOf(orphan, family([codex, orphan])).parentSessionId).toBeUndefined()
  const leaked = agentProcess({ environment: { CLAUDE_PID: "10" } })
  expect(parentOf(leaked, family([lead, leaked])).parentSessionId).toBeUndefined()
  const itself = detachedProcess({ environment: { CLAUDE_PID: "100" } })
  expect(parentOf(itself, family([itself])).parentSessionId).toBeUndefined()
})

test("the chain is cut at a helper: Codex's shared server was started by whichever window came first", () => {
  const child = detachedProcess({
    environment: { CODEX_THREAD_ID: "t" },
    ancestors: [
      { pid: 30, kind: "infra" },
      { pid: 10, kind: "agent" },
    ],
  })
  expect(parentOf(child, family([lead, child], { t: "session-77" }))).toMatchObject({
    parentSessionId: "session-77",
    parentConversationId: "t",
  })
  expect(parentOf(child, family([lead, child]))).toMatchObject({ parentConversationId: "t" })
  expect(parentOf(child, family([lead, child])).parentSessionId).toBeUndefined()
})

test("of two names the inner agent's counts", () => {
  const both = { CLAUDE_PID: "10", CODEX_THREAD_ID: "t" }
  const child = detachedProcess({ environment: both })
  expect(parentOf(child, family([lead, child])).parentConversationId).toBe("t")
  const inner = agentProcess({ pid: 10, startTicks: "10", environment: { CODEX_THREAD_ID: "t" } })
  expect(parentOf(child, family([inner, child])).parentSessionId).toBe("session-10")
})

test("a teammate's lead is named by its conversation", () => {
  const teammate = agentProcess({ role: "teammate", teammate: { agentId: "a@t", teamName: "t", leadConversationId: "c" } })
  expect(parentOf(teammate, family([teammate], { c: "session-1" }))).toMatchObject({
    parentSessionId: "session-1",
    parentConversationId: "c",
  })
})
