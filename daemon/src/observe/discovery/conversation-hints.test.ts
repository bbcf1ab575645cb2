import { expect, test } from "vitest"
import type { AgentProcess } from "../../work/scan/agent-process.ts"
import { agentProcess } from "./agent-process-fixture.ts"
import { conversationHints, type SharedThreads, timeOfThreadId } from "./conversation-hints.ts"
import type { RegistryFile } from "./registry-file.ts"
import { sharedThreadsOf } from "./shared-threads.ts"

const ask = (agent: AgentProcess, registry?: RegistryFile, shared?: SharedThreads) => {
  const { hints, evidence } = conversationHints({ agent, registry, shared, timeMs: 0 })
  return { hints: hints.map(({ conversationId, trust }) => [conversationId, trust]), detail: evidence.detail }
}
const registry = (members: Partial<RegistryFile> = {}): RegistryFile => ({
  pid: 100,
  spare: false,
  procStart: "1000",
  entry: { conversationId: "r" },
  ...members,
})
const child = (pid: number, startTicks: string, claudePid: number, id: string) => ({
  pid,
  startTicks,
  environment: { CLAUDE_PID: String(claudePid), CLAUDE_CODE_SESSION_ID: id },
})

test("the registry's word, then the command line; an older server child is not heard", () => {
  const agent = agentProcess({ namedConversation: "a", children: [child(1, "2000", 100, "stale")] })
  expect(ask(agent, registry()).hints).toEqual([
    ["r", "authoritative"],
    ["a", "start"],
  ])
})

test("without a registry file the youngest child that names this very process", () => {
  const children = [child(1, "2000", 100, "old"), child(2, "3000", 100, "new"), child(3, "4000", 7, "foreign")]
  expect(ask(agentProcess({ children })).hints).toEqual([["new", "authoritative"]])
})

test("its own environment names its parent's conversation and is not heard", () => {
  expect(ask(agentProcess({ environment: { CLAUDE_CODE_SESSION_ID: "parent" } })).hints).toEqual([])
})

test("files of versions that do not follow /clear hold for the start only", () => {
  const { procStart: _start, ...old } = registry()
  expect(ask(agentProcess(), old).hints).toEqual([["r", "start"]])
})

test("Codex: the newest thread it holds; else one that alone fits; else none, with the reason", () => {
  const codex = (members: Partial<AgentProcess>) => agentProcess({ agent: "codex", ...members })
  expect(ask(codex({ openThreads: [{ id: "n" }, { id: "o" }] })).hints).toEqual([["n", "authoritative"]])
  expect(ask(codex({ namedConversation: "x" })).hints).toEqual([["x", "start"]])
  expect(ask(codex({}), undefined, { threadIds: ["t"], windows: 1 }).hints).toEqual([["t", "start"]])
  expect(ask(codex({}), undefined, { threadIds: ["t", "u"], windows: 1 })).toMatchObject({
    hints: [],
    detail: expect.stringContaining("cannot tell"),
  })
  expect(ask(codex({}), undefined, { threadIds: ["t"], windows: 2 }).hints).toEqual([])
})

test("a thread's id tells when it was made", () => {
  expect(timeOfThreadId("0195e4b2-1234-7000-8000-000000000001")).toBe(0x0195e4b21234)
  expect(timeOfThreadId("0195e4b2-1234-4000-8000-000000000001")).toBeUndefined()
})

test("windows of one shared server, with those that have closed", () => {
  const id = (ms: number) =>
    `${ms
      .toString(16)
      .padStart(12, "0")
      .replace(/^(.{8})/, "$1-")}-7000-8000-000000000001`
  const startedMsOf = ({ startTicks }: AgentProcess) => Number(startTicks)
  const server = agentProcess({
    pid: 1,
    agent: "codex",
    role: "infra",
    command: "codex app-server",
    openThreads: [{ id: id(50_000) }, { id: id(5_000) }],
  })
  const window = agentProcess({ pid: 2, agent: "codex", startTicks: "49500" })
  const found = (agents: AgentProcess[], closed: { home: string; startMs: number; endMs: number }[] = []) =>
    sharedThreadsOf({ agents, homeOf: () => "/h", startedMsOf, closed }).get(2)
  expect(found([server, window])).toEqual({ threadIds: [id(50_000)], windows: 1 })
  expect(found([server, window, { ...window, pid: 3 }])?.windows).toBe(2)
  expect(found([server, window], [{ home: "/h", startMs: 1, endMs: 60_000 }])?.windows).toBe(2)
  expect(found([server, window], [{ home: "/h", startMs: 1, endMs: 100 }])?.windows).toBe(1)
  expect(found([window])).toBeUndefined()
})
