import { create } from "@bufbuild/protobuf"
import { expect, test } from "vitest"
import { Agent } from "./gen/vibecraft/v1/common_pb.ts"
import { CurrentToolSchema, PaneSchema, SessionSchema, Status } from "./gen/vibecraft/v1/session_pb.ts"
import { modelLabel, paneLabel, projectName, sessionLabel, toolLabel } from "./session-label.ts"
import { statusWord } from "./status-words.ts"

const pane = create(PaneSchema, { sessionName: "main", windowIndex: 2, paneIndex: 1, paneId: "%3" })

test("a session is called by the best that is known of it, and always by something", () => {
  const base = { id: "0123456789", agent: Agent.CODEX }
  expect(sessionLabel(create(SessionSchema, { ...base, name: "fix\x1b[31m login", title: "t" }))).toBe("fix login")
  expect(sessionLabel(create(SessionSchema, { ...base, name: "\u202e", title: "a title" }))).toBe("a title")
  expect(sessionLabel(create(SessionSchema, { ...base, cwd: "/home/me/shop/", pane }))).toBe("shop main:2.1")
  expect(sessionLabel(create(SessionSchema, base))).toBe("codex 01234567")
})

test("projects, panes, tools and models in few words", () => {
  expect(projectName({ cwd: "/" })).toBe("/")
  expect(projectName({})).toBe("")
  expect(paneLabel(undefined)).toBe("")
  expect(paneLabel(create(PaneSchema, { paneId: "%7" }))).toBe("%7")
  expect(paneLabel({ ...pane, socket: "/tmp/tmux-1000/default" })).toBe("main:2.1")
  expect(paneLabel({ ...pane, socket: "/tmp/tmux-1000/wo\x1b[31mrk" })).toBe("main:2.1@work")
  expect(toolLabel(undefined)).toBe("")
  expect(toolLabel(create(CurrentToolSchema, { name: "Bash", target: "npm\ntest", running: 3 }))).toBe("Bash npm test +2")
  expect(toolLabel(create(CurrentToolSchema, { name: "Edit", running: 1 }))).toBe("Edit")
  expect(modelLabel("claude-opus-4-5-20251101")).toBe("opus-4-5")
  expect(modelLabel("gpt-5-codex")).toBe("gpt-5-codex")
  expect(modelLabel(undefined)).toBe("")
})

test("every status of the contract has a word, a symbol and a shape of its own", () => {
  const words = Object.values(Status)
    .filter((status) => status !== Status.UNSPECIFIED)
    .map((status) => statusWord(status))
  for (const key of ["word", "symbol", "shape"] as const) expect(new Set(words.map((word) => word[key])).size).toBe(words.length)
  expect(statusWord(Status.UNSPECIFIED).word).toBe("unknown")
})
