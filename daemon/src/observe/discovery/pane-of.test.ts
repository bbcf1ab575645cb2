import { expect, test } from "vitest"
import { agentProcess, detachedProcess } from "./agent-process-fixture.ts"
import { indexPanes, paneOf } from "./pane-of.ts"
import type { LocatedPane } from "./server-book.ts"

const pane = (members: Partial<LocatedPane>): LocatedPane => ({
  socket: "/s",
  serverPid: 9,
  paneId: "%1",
  pid: 50,
  dead: false,
  sessionName: "main",
  windowIndex: 0,
  windowName: "w",
  paneIndex: 0,
  title: "",
  terminal: { dev: 26, rdev: 34816 },
  ...members,
})
const shown = (agent: Parameters<typeof paneOf>[0], ...panes: LocatedPane[]) => paneOf(agent, indexPanes(panes), 0)

test("the terminal decides, and both its numbers must be equal", () => {
  const [one, other] = [pane({}), pane({ paneId: "%2", pid: 51, terminal: { dev: 26, rdev: 34817 } })]
  expect(shown(agentProcess(), one, other).pane?.paneId).toBe("%1")
  expect(shown(agentProcess(), one, other).evidence).toMatchObject({ source: "tmux", confidence: "confirmed" })
  const inContainer = agentProcess({ terminal: { dev: 39, rdev: 34816, descriptor: 0 }, inContainer: true })
  expect(shown(inContainer, one)).toMatchObject({ evidence: { detail: "runs in a container" } })
})

test("a terminal of its own making is found by the pane its ancestors are in", () => {
  const wrapped = agentProcess({
    terminal: { dev: 26, rdev: 99, descriptor: 0 },
    ancestors: [
      { pid: 70, kind: "other" },
      { pid: 50, kind: "other" },
    ],
  })
  expect(shown(wrapped, pane({}))).toMatchObject({ pane: { paneId: "%1" }, evidence: { confidence: "likely" } })
})

test("the climb stops at another agent, at a helper and at tmux", () => {
  for (const kind of ["agent", "infra", "tmux-server"] as const) {
    const nested = detachedProcess({
      ancestors: [
        { pid: 70, kind },
        { pid: 50, kind: "other" },
      ],
    })
    expect(shown(nested, pane({})).pane).toBeUndefined()
  }
})

test("a dead pane holds nobody, and the reason is said", () => {
  expect(shown(agentProcess(), pane({ dead: true }))).toMatchObject({ evidence: { detail: "on a terminal; no tmux server shows a pane" } })
  expect(shown(detachedProcess(), pane({})).evidence.detail).toBe("has no terminal")
  expect(shown(agentProcess({ terminal: { dev: 1, rdev: 1, descriptor: 0 } }), pane({})).evidence.detail).toBe(
    "its terminal is no tmux pane's",
  )
})

test("a server that no longer answers keeps its old processes, loses its terminals to others, and gains none", () => {
  const old = pane({ socket: "/old" })
  const staleSince = (socket: string) => (socket === "/old" ? 1_000 : undefined)
  const at = (startedMs: number, ...panes: LocatedPane[]) => paneOf(agentProcess(), indexPanes(panes, staleSince), startedMs)
  expect(at(500, old).pane?.socket).toBe("/old")
  expect(at(1_500, old)).toMatchObject({ evidence: { detail: expect.stringContaining("did not answer") } })
  expect(at(1_500, pane({ socket: "/new" }), old).pane?.socket).toBe("/new")
})
