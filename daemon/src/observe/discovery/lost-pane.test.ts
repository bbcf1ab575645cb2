import { expect, test } from "vitest"
import type { AgentSeen } from "../../domain/facts.ts"
import { lostPane, seatInTheEnd } from "./lost-pane.ts"

const pane = { socket: "/s", serverPid: 9, paneId: "%1", sessionName: "m", windowIndex: 0, windowName: "w", paneIndex: 0 }
const without: AgentSeen = {
  kind: "agent-seen",
  sessionId: "s",
  timeMs: 0,
  agent: "codex",
  role: "interactive",
  pid: 5,
  startedMs: 0,
  command: "codex",
  suspended: false,
  conversationHints: [],
  evidence: [],
}
const within: AgentSeen = { ...without, pane }

test("a pane that went a moment before its agent is where that sat", () => {
  const lost = lostPane({ seen: within, ledPane: true }, without, 1_000)
  const later = lostPane({ seen: without, ledPane: false, lost }, without, 1_500)
  expect(later).toEqual(lost)
  expect(seatInTheEnd({ seen: without, ledPane: false, lost: later }, 2_000)).toEqual({ seen: within, ledPane: true })
})

test("one that lived on without it, has another, or never had any, did not end with it", () => {
  const lost = lostPane({ seen: within, ledPane: true }, without, 1_000)
  expect(seatInTheEnd({ seen: without, ledPane: false, lost }, 9_000)).toMatchObject({ seen: without, ledPane: false })
  expect(lostPane({ seen: without, ledPane: false, lost }, within, 1_200)).toBeUndefined()
  expect(lostPane(undefined, without, 0)).toBeUndefined()
  expect(seatInTheEnd({ seen: without, ledPane: false }, 0).seen.pane).toBeUndefined()
})
