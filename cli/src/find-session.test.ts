import { create } from "@bufbuild/protobuf"
import { SessionSchema } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { expect, test } from "vitest"
import { CommandError } from "./command-error.ts"
import { findSession } from "./find-session.ts"

const SESSIONS = [
  create(SessionSchema, { id: "aa11", name: "Fix login", conversationId: "conv-1", earlierConversationIds: ["conv-0"] }),
  create(SessionSchema, { id: "aa22", name: "docs", conversationId: "conv-2" }),
  create(SessionSchema, { id: "bb33", name: "docs" }),
  create(SessionSchema, { id: "docs", name: "aa11" }),
  create(SessionSchema, { id: "cc44", name: "Pay", cwd: "/work/shop", pane: { sessionName: "main", windowIndex: 2, paneIndex: 1 } }),
  create(SessionSchema, { id: "cc55", name: "Ship", cwd: "/work/docs" }),
]
const find = (text: string) => {
  const { session, id } = findSession(SESSIONS, text)
  return [session.id, id]
}

test.each([
  ["aa11", ["aa11", "aa11"]],
  ["docs", ["docs", "docs"]],
  ["conv-1", ["aa11", "conv-1"]],
  ["conv-0", ["aa11", "conv-0"]],
  ["fix LOGIN", ["aa11", "aa11"]],
  ["b", ["bb33", "bb33"]],
  ["conv-2", ["aa22", "conv-2"]],
  ["shop", ["cc44", "cc44"]],
  ["main:2.1", ["cc44", "cc44"]],
])("%s is found", (text, expected) => {
  expect(find(text)).toEqual(expected)
})

test.each([
  ["aa", /"aa" fits 2 sessions: aa11 \(Fix login\), aa22 \(docs\)/],
  ["DOCS", /fits 2 sessions/],
  ["conv", /fits 3 sessions/],
  ["nothing", /no session is called "nothing"/],
  ["", /no session is called ""/],
  ["\u001b[31mx", /no session is called "x"/],
])("%s is not, and the message says why", (text, message) => {
  expect(() => find(text)).toThrow(CommandError)
  expect(() => find(text)).toThrow(message)
})
