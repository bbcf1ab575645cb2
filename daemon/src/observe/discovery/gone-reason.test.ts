import { expect, test } from "vitest"
import type { AgentSeen } from "../../domain/facts.ts"
import { goneReason } from "./gone-reason.ts"

const pane = { socket: "/s", serverPid: 9, paneId: "%1", sessionName: "m", windowIndex: 0, windowName: "w", paneIndex: 0 }
const seen: AgentSeen = {
  kind: "agent-seen",
  sessionId: "s",
  timeMs: 0,
  agent: "claude",
  role: "interactive",
  pid: 5,
  startedMs: 0,
  command: "claude",
  suspended: false,
  pane,
  registry: { conversationId: "c" },
  conversationHints: [],
  evidence: [],
}
const open = { ...pane, pid: 4, dead: false, title: "" }

test.each([
  ["killed", { panes: [open] }],
  ["exited", { panes: [open], saidGoodbye: true }],
  ["pane closed", { panes: [] }],
  ["exited, pane closed", { panes: [], saidGoodbye: true }],
  ["killed", { panes: [], ledPane: true }],
  ["exited", { panes: [], ledPane: true, saidGoodbye: true }],
  ["pane closed", { panes: [{ ...open, serverPid: 10 }] }],
  ["killed", { panes: [], isCurrent: () => false }],
])("%s", (reason, members) => {
  expect(goneReason({ seen, isCurrent: () => true, ledPane: false, saidGoodbye: false, ...members })).toBe(reason)
})

test("nothing left to tell by is said as it is", () => {
  const { registry: _registry, ...plain } = seen
  expect(goneReason({ seen: plain, panes: [open], isCurrent: () => true, ledPane: false, saidGoodbye: false })).toBe("process gone")
  expect(goneReason({ seen: plain, panes: [], isCurrent: () => true, ledPane: true, saidGoodbye: false })).toBe("pane closed")
})
