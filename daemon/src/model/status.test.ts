import { describe, expect, it } from "vitest"
import type { AgentSeen, RegistryEntry } from "../domain/facts.ts"
import { Conversation } from "./conversation.ts"
import { OFFLINE_GRACE_MS, readStatus, type StatusSignals } from "./status.ts"
import type { ToolCall } from "./tool-call.ts"

const NOW = 10_000_000

function process(more: Partial<AgentSeen> = {}): AgentSeen {
  return {
    kind: "agent-seen",
    sessionId: "s",
    timeMs: NOW,
    agent: "claude",
    role: "interactive",
    pid: 1,
    startedMs: NOW - 60_000,
    command: "claude",
    suspended: false,
    conversationHints: [],
    evidence: [],
    ...more,
  }
}
const registry = (status: string, more: Partial<RegistryEntry> = {}): RegistryEntry => ({ conversationId: "c", status, ...more })

function inTurn(startMs: number, endMs?: number): Conversation {
  const conversation = new Conversation("c")
  conversation.turnStarted(startMs)
  conversation.touch(startMs)
  if (endMs !== undefined) {
    conversation.turnEnded({ kind: "turn-ended", conversationId: "c", timeMs: endMs, reason: "done" })
    conversation.touch(endMs)
  }
  return conversation
}

const tool = { key: 1, name: "Bash", startMs: NOW - 1_000 } as ToolCall
const signals = (more: Partial<StatusSignals>): StatusSignals => ({
  process: process(),
  gone: undefined,
  conversation: undefined,
  openTools: [],
  unboundReason: undefined,
  ...more,
})

describe("readStatus", () => {
  it("takes no silence for a stall while the machine slept", () => {
    const silent = { process: process({ registry: registry("busy") }), conversation: inTurn(NOW - 3_600_000) }
    expect(readStatus(signals(silent), NOW).status).toBe("stalled")
    expect(readStatus(signals({ ...silent, awakeSinceMs: NOW - 1_000 }), NOW).status).toBe("working")
  })

  it.each([
    ["busy", {}, "working", "thinking"],
    ["waiting", { waitingFor: "permission prompt" }, "waiting", "permission prompt"],
    ["shell", {}, "idle", "at the prompt, a background shell runs"],
    ["idle", {}, "idle", "at the prompt"],
    ["new-word", {}, "unknown", "the registry holds a status this version does not know"],
  ])("reads the registry: %s", (word, more, status, reason) => {
    const seen = readStatus(signals({ process: process({ registry: registry(word, { statusUpdatedMs: 5, ...more }) }) }), NOW)
    expect(seen).toMatchObject({ status, reason, source: "registry", sinceMs: 5 })
  })

  it("names the running tool", () => {
    const seen = readStatus(
      signals({ process: process({ registry: registry("busy") }), openTools: [tool, { ...tool, name: "Read" }] }),
      NOW,
    )
    expect(seen.reason).toBe("Read and 1 more run")
  })

  it("lets a suspended process overrule all it says", () => {
    expect(readStatus(signals({ process: process({ suspended: true, registry: registry("busy") }) }), NOW)).toMatchObject({
      status: "stalled",
    })
  })

  it.each([
    ["⠦ project", "codex", "working"],
    ["[ ! ] Action Required | project", "codex", "waiting"],
    ["[ . ] Action Required | project", "codex", "waiting"],
    ["⠂ Claude Code", "claude", "working"],
    ["✳ Claude Code", "claude", "unknown"],
    ["[ ! ] Action Required", "claude", "unknown"],
  ] as const)("reads the pane title %s of %s as %s", (paneTitle, agent, status) => {
    expect(readStatus(signals({ process: process({ paneTitle, agent }) }), NOW).status).toBe(status)
  })

  it("takes a title with the folder for Codex at its prompt, and tells its questions from its approvals", () => {
    const codex = (paneTitle: string) => process({ agent: "codex", paneTitle, cwd: "/home/me/project", startedMs: NOW - 100 })
    expect(readStatus(signals({ process: codex("project"), unboundReason: "two fit" }), NOW)).toMatchObject({
      status: "idle",
      source: "title",
    })
    expect(readStatus(signals({ process: codex("my-host") }), NOW).status).toBe("starting")
    const asking = signals({ process: codex("[ ! ] Action Required | project"), openTools: [{ ...tool, name: "request_user_input" }] })
    expect(readStatus(asking, NOW)).toMatchObject({ status: "waiting", reason: "input needed" })
  })

  it("does not tell of the turn before while the transcript is behind the registry", () => {
    const conversation = inTurn(NOW - 100, NOW - 90)
    const idle = signals({ process: process({ registry: registry("idle") }), conversation })
    expect(readStatus(idle, NOW).reason).toBe("done")
    conversation.turnStarted(NOW - 50)
    expect(readStatus(idle, NOW).reason).toBe("at the prompt")
  })

  it("reads the transcript where nothing better is there, and says that it may wait", () => {
    expect(readStatus(signals({ conversation: inTurn(NOW - 10), openTools: [tool] }), NOW)).toMatchObject({
      status: "working",
      confidence: "likely",
      reason: "Bash runs, or waits for permission",
    })
    expect(readStatus(signals({ conversation: inTurn(NOW - 10, NOW - 5) }), NOW)).toMatchObject({ status: "idle", reason: "done" })
  })

  it("calls silent work stalled, sooner while thinking than while a tool runs", () => {
    const busy = process({ registry: registry("busy") })
    const conversation = inTurn(NOW - 6 * 60_000)
    expect(readStatus(signals({ process: busy, conversation }), NOW).status).toBe("stalled")
    expect(readStatus(signals({ process: busy, conversation, openTools: [tool] }), NOW).status).toBe("working")
    expect(readStatus(signals({ process: busy, conversation: inTurn(NOW - 31 * 60_000), openTools: [tool] }), NOW).status).toBe("stalled")
  })

  it("keeps a dead interactive session offline for its grace, a headless one not at all", () => {
    const gone = { timeMs: NOW - 1_000, reason: "killed" }
    expect(readStatus(signals({ gone }), NOW)).toMatchObject({ status: "offline", reason: "killed", sinceMs: NOW - 1_000 })
    expect(readStatus(signals({ gone }), NOW + OFFLINE_GRACE_MS).status).toBe("ended")
    expect(readStatus(signals({ gone, process: process({ role: "headless" }) }), NOW).status).toBe("ended")
  })

  it("does not call a conversation dead that grew a moment ago, only unknown", () => {
    const at = (ageMs: number) => readStatus(signals({ process: undefined, conversation: inTurn(NOW - ageMs) }), NOW).status
    expect([at(1_000), at(300_000), at(OFFLINE_GRACE_MS)]).toEqual(["unknown", "offline", "ended"])
  })

  it("is starting at first, then unknown with a reason", () => {
    expect(readStatus(signals({ process: process({ startedMs: NOW - 100 }) }), NOW).status).toBe("starting")
    expect(readStatus(signals({ unboundReason: "two fit" }), NOW)).toMatchObject({
      status: "unknown",
      reason: "conversation unknown: two fit",
    })
  })
})
