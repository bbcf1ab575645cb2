import { expect, test } from "vitest"
import type { AgentSeen } from "../../domain/facts.ts"
import { agentProcess } from "./agent-process-fixture.ts"
import { parseRegistryFile, type RegistryFile } from "./registry-file.ts"
import { type CheckedRow, type SelfCheckQuestion, selfChecks } from "./self-checks.ts"
import type { LocatedPane } from "./server-book.ts"

const NOW = 1_000_000
const pane = (members: Partial<LocatedPane> = {}): LocatedPane => ({
  socket: "/s",
  serverPid: 9,
  paneId: "%1",
  pid: 50,
  dead: false,
  sessionName: "main",
  windowIndex: 0,
  windowName: "w",
  paneIndex: 0,
  title: "✳ Claude Code",
  terminal: { dev: 26, rdev: 34816 },
  ...members,
})
const row = (pid = 100, members: Partial<AgentSeen> = {}, process = agentProcess({ pid, processGroup: pid })): CheckedRow => ({
  process,
  seen: {
    kind: "agent-seen",
    sessionId: `s${pid}`,
    timeMs: 0,
    agent: "claude",
    role: "interactive",
    pid,
    startedMs: 0,
    command: "claude",
    suspended: false,
    conversationHints: [],
    evidence: [{ field: "agent", source: "process", detail: "", confidence: "confirmed", timeMs: 0 }],
    pane: { socket: "/s", serverPid: 9, paneId: "%1", sessionName: "main", windowIndex: 0, windowName: "w", paneIndex: 0 },
    ...members,
  },
})
const file = (members: object = {}): RegistryFile => {
  const entry = { pid: 100, sessionId: "c", procStart: "1000", kind: "interactive", entrypoint: "cli", startedAt: 0, tmux: "main:@1.%1" }
  const parsed = parseRegistryFile(JSON.stringify({ ...entry, ...members }))
  if (typeof parsed === "string") throw new Error(parsed)
  return parsed
}
const well: SelfCheckQuestion = {
  nowMs: NOW,
  platform: { how: "Linux, by /proc", lacks: "" },
  scan: { processes: 300, denied: 0, endedMs: NOW - 500 },
  scanFailure: undefined,
  ownPane: { socket: "/s", paneId: "%1" },
  rows: [row()],
  panes: [pane()],
  serverFailures: [],
  isCurrent: () => true,
  registered: [{ file: file(), process: agentProcess() }],
  hints: 100,
  missedHints: 1,
  unwatched: [],
}
const states = (more: Partial<SelfCheckQuestion>) =>
  Object.fromEntries(selfChecks({ ...well, ...more }).flatMap(({ name, state }) => (state === "ok" ? [] : [[name, state]])))

test("a view in which all agrees passes every check, and none of them needs advice", () => {
  expect(states({})).toEqual({})
  expect(selfChecks(well).filter(({ advice }) => advice !== "")).toEqual([])
})

test.each<[string, Partial<SelfCheckQuestion>, Record<string, string>]>([
  ["a platform that lacks something", { platform: { how: "macOS", lacks: "unverified" } }, { platform: "warning" }],
  ["a process table that cannot be read", { scanFailure: "not mounted" }, { processes: "failed" }],
  ["no scan yet", { scan: undefined }, { processes: "skipped" }],
  ["a scan of long ago", { scan: { processes: 300, denied: 0, endedMs: NOW - 60_000 } }, { processes: "warning" }],
  ["reads refused", { scan: { processes: 300, denied: 200, endedMs: NOW } }, { processes: "warning" }],
  ["a daemon outside tmux", { ownPane: undefined }, { "own-pane": "skipped" }],
  ["its own pane missing", { ownPane: { socket: "/s", paneId: "%9" } }, { "own-pane": "warning" }],
  ["a wedged server", { serverFailures: ["tmux /t: does not answer"] }, { "tmux-servers": "warning" }],
  ["a registered session that is not shown", { rows: [], panes: [pane({ title: "" })] }, { "unlisted-agents": "failed" }],
  [
    "one that has only just begun",
    { rows: [], panes: [pane({ title: "" })], registered: [{ file: file({ startedAt: NOW - 100 }), process: undefined }] },
    {},
  ],
  ["a registered helper", { registered: [{ file: file({ pid: 7, kind: "bg" }), process: undefined }] }, {}],
  [
    "an agent without the file it should have",
    { rows: [row(100, { evidence: [{ field: "agent", source: "registry", detail: "", confidence: "guess", timeMs: 0 }] })] },
    { "unverified-agents": "warning" },
  ],
  ["an agent's title without a session", { panes: [pane(), pane({ paneId: "%2", title: "⠦ work" })] }, { titles: "warning" }],
  ["a title that only mentions agents", { panes: [pane(), pane({ paneId: "%2", title: "vim claude.md ✳" })] }, {}],
  ["the same in a dead pane", { panes: [pane(), pane({ paneId: "%2", title: "⠦ work", dead: true })] }, {}],
  ["two in front on one terminal", { rows: [row(), row(101)] }, { "shared-terminals": "failed" }],
  ["one of them suspended", { rows: [row(), row(101, { suspended: true })] }, {}],
  [
    "a registry that names another pane",
    { registered: [{ file: file({ tmux: "main:@1.%8" }), process: agentProcess() }] },
    { "panes-agree": "warning" },
  ],
  ["a folder that cannot be watched", { unwatched: ["/dev/pts"] }, { watchers: "warning" }],
  ["hints that are missed all the time", { hints: 30, missedHints: 25 }, { watchers: "warning" }],
])("%s", (_what, more, expected) => {
  expect(states(more)).toEqual(expected)
  for (const { state, advice } of selfChecks({ ...well, ...more }))
    if (state === "warning" || state === "failed") expect(advice).not.toBe("")
})
