import { describe, expect, it } from "vitest"
import type { AgentSeen, ConversationHint } from "../domain/facts.ts"
import { bindingOf, type BindingWorld } from "./binding.ts"
import { Conversation } from "./conversation.ts"
import { SessionState } from "./session-state.ts"

const NOW = 1_000_000

function session(id: string, more: Partial<AgentSeen> = {}): SessionState {
  const state = new SessionState(id, NOW)
  state.process = {
    kind: "agent-seen",
    sessionId: id,
    timeMs: NOW,
    agent: "codex",
    role: "interactive",
    pid: 1,
    startedMs: 100_000,
    command: "codex",
    cwd: "/work/a",
    suspended: false,
    conversationHints: [],
    evidence: [],
    ...more,
  }
  return state
}

function conversation(id: string, startedMs: number, cwd = "/work/a"): Conversation {
  const state = new Conversation(id)
  state.describe({ kind: "conversation-seen", conversationId: id, agent: "codex", cwd, startedMs })
  return state
}

function hint(conversationId: string, trust: ConversationHint["trust"]): ConversationHint {
  return {
    conversationId,
    trust,
    evidence: { field: "conversation_id", source: "registry", detail: "x", confidence: "confirmed", timeMs: NOW },
  }
}

function world(live: SessionState[], conversations: Conversation[], owners: Record<string, SessionState> = {}): BindingWorld {
  return { live, conversations, owner: (id) => owners[id] }
}

describe("bindingOf", () => {
  it("takes the agent's own word", () => {
    const s = session("s", { conversationHints: [hint("start", "start"), hint("now", "authoritative")] })
    expect(bindingOf(s, world([s], []), NOW)).toMatchObject({ conversationId: "now" })
  })

  it("takes the only conversation begun in its folder since it started", () => {
    const s = session("s")
    const found = bindingOf(
      s,
      world([s], [conversation("old", 1_000), conversation("new", 101_000), conversation("other", 101_000, "/b")]),
      NOW,
    )
    expect(found).toMatchObject({ conversationId: "new", evidence: { confidence: "likely" } })
  })

  it.each([
    ["two conversations fit", [conversation("a", 101_000), conversation("b", 102_000)], 0, /2 conversations/],
    ["two processes fit", [conversation("a", 101_000)], 1, /2 codex processes/],
    ["none fits", [conversation("a", 1_000)], 0, /no conversation has begun/],
  ])("says unknown, and why, when %s", (_, conversations, rivals, why) => {
    const s = session("s")
    const others = Array.from({ length: rivals }, (__, i) => session(`rival${i}`))
    expect(bindingOf(s, world([s, ...others], conversations), NOW)).toEqual({ unknown: expect.stringMatching(why) })
  })

  it("tells teammates in one folder apart by the name that their arguments and their lines give", () => {
    const member = (memberName: string) => ({ membership: { teamName: "t", memberName } })
    const [anna, otto, lone] = [session("anna", member("anna")), session("otto", member("otto")), session("lone")]
    const conversations = ["anna", "otto", "plain"].map((id) => conversation(id, 101_000))
    for (const one of conversations.slice(0, 2)) Object.assign(one.meta, { teamName: "t", memberName: one.id })
    const all = world([anna, otto, lone], conversations)
    const found = [anna, otto, lone].map((one) => bindingOf(one, all, NOW))
    expect(found).toMatchObject([
      { conversationId: "anna", evidence: { confidence: "confirmed", detail: "its lines are anna's, as its arguments name it" } },
      { conversationId: "otto", evidence: { confidence: "confirmed" } },
      { conversationId: "plain", evidence: { confidence: "likely" } },
    ])
    expect(bindingOf(session("eve", member("eve")), all, NOW)).toHaveProperty("unknown")
    const namesake = session("anna2", { membership: { teamName: "u", memberName: "anna" } })
    expect(bindingOf(namesake, all, NOW)).toHaveProperty("unknown")
  })

  it("does not take what another session was seen in", () => {
    const s = session("s")
    const other = session("o", { conversationHints: [hint("a", "authoritative")] })
    expect(bindingOf(s, world([s, other], [conversation("a", 101_000)], { a: other }), NOW)).toHaveProperty("unknown")
  })

  it("counts a process with a conversation of its own word as no rival", () => {
    const s = session("s")
    const other = session("o", { conversationHints: [hint("b", "authoritative")] })
    const found = bindingOf(s, world([s, other], [conversation("a", 101_000), conversation("b", 101_000)], { b: other }), NOW)
    expect(found).toMatchObject({ conversationId: "a" })
  })

  it("follows a bound process to a thread begun later, and never back to an older one", () => {
    const s = session("s")
    const first = conversation("first", 150_000)
    s.bind("first", hint("first", "start").evidence)
    const owners = { first: s }
    expect(bindingOf(s, world([s], [first, conversation("older", 120_000)], owners), NOW)).toBeUndefined()
    expect(bindingOf(s, world([s], [first, conversation("later", 180_000)], owners), NOW)).toMatchObject({ conversationId: "later" })
  })

  it("uses what the command line named only while nobody else lives in it", () => {
    const s = session("s", { conversationHints: [hint("named", "start")] })
    expect(bindingOf(s, world([s], []), NOW)).toMatchObject({ conversationId: "named" })
    const other = session("o")
    expect(bindingOf(s, world([s], [], { named: other }), NOW)).toHaveProperty("unknown")
  })
})
