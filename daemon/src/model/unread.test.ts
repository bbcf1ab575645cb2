import { expect, test } from "vitest"
import type { AgentSeen } from "../domain/facts.ts"
import { Conversation } from "./conversation.ts"
import { createMemorySeenJournal, isUnread, type UnreadQuestion } from "./unread.ts"

const process = (more: Partial<AgentSeen> = {}): AgentSeen => ({
  kind: "agent-seen",
  sessionId: "s",
  timeMs: 0,
  agent: "claude",
  role: "interactive",
  pid: 1,
  startedMs: 50,
  command: "claude",
  suspended: false,
  conversationHints: [],
  evidence: [],
  ...more,
})

const after = (reason: "done" | "interrupted" | "failed", endMs = 200): Conversation => {
  const conversation = new Conversation("c")
  conversation.turnStarted(100)
  conversation.turnEnded({ kind: "turn-ended", conversationId: "c", timeMs: endMs, reason })
  return conversation
}

const question = (more: Partial<UnreadQuestion> = {}): UnreadQuestion => ({
  sessionId: "s",
  status: "idle",
  process: process(),
  conversation: after("done"),
  ...more,
})

test.each<[string, Partial<UnreadQuestion>, boolean]>([
  ["a turn that is done", {}, true],
  ["a turn that failed", { conversation: after("failed") }, true],
  ["a turn that a person broke off", { conversation: after("interrupted") }, false],
  ["one at work again", { status: "working" }, false],
  ["one that is gone", { status: "offline" }, false],
  ["a prompt nothing was typed at", { conversation: new Conversation("c") }, false],
  ["a conversation resumed after it was done", { process: process({ startedMs: 201 }) }, false],
  ["a headless run", { process: process({ role: "headless" }) }, false],
  ["a teammate, whose lead reads it", { process: process({ role: "teammate" }) }, false],
])("%s", (_what, more, unread) => {
  expect(isUnread(question(more), createMemorySeenJournal(0))).toBe(unread)
})

test("a mark covers what was done before it, and nothing that is done later", () => {
  const journal = createMemorySeenJournal(0)
  journal.mark("s", 250)
  expect(isUnread(question(), journal)).toBe(false)
  expect(isUnread(question({ conversation: after("done", 300) }), journal)).toBe(true)
  expect(isUnread(question({ sessionId: "other" }), journal)).toBe(true)
  expect(isUnread(question(), createMemorySeenJournal(201))).toBe(false)
})
