import { create } from "@bufbuild/protobuf"
import { timestampMs } from "@bufbuild/protobuf/wkt"
import { HostSchema } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { Clock } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { describe, expect, it } from "vitest"
import { agentSeen } from "../../test/any-facts.ts"
import type { Fact } from "../domain/facts.ts"
import { createPriceBook } from "./prices/price-book.ts"
import { World } from "./world.ts"

const START = Date.parse("2026-11-01T10:00:00Z")

function setUp() {
  const clock = { now: START }
  const world = new World({ host: create(HostSchema, { id: "h", name: "box" }), prices: createPriceBook([]), now: () => clock.now })
  const registry = (ms: number, status: string, waitingFor?: string): void => {
    clock.now = START + ms
    const entry = { conversationId: "c", status, statusUpdatedMs: START + ms, ...(waitingFor === undefined ? {} : { waitingFor }) }
    world.apply([agentSeen("c", status, { sessionId: "s", timeMs: clock.now, startedMs: START - 60_000, registry: entry })])
  }
  world.apply([{ kind: "conversation-seen", conversationId: "c", agent: "claude" }])
  const told = (fact: Fact): void => world.apply([fact])
  const row = () => world.metricsRow("c")?.message
  return {
    clock,
    world,
    registry,
    told,
    latency: (which: Clock) => row()?.latency.find((latency) => latency.clock === which),
    open: () => row()?.open.map(({ clock: which, tool, startedTime }) => [which, tool, startedTime && timestampMs(startedTime) - START]),
  }
}

const prompt: Fact = { kind: "turn-started", conversationId: "c", timeMs: START + 1_000 }
const call: Fact = { kind: "tool-started", conversationId: "c", callId: "t", name: "Bash", timeMs: START + 2_000 }
const ended = (ms: number, more: object = {}): Fact => ({
  kind: "tool-ended",
  conversationId: "c",
  callId: "t",
  timeMs: START + ms,
  outcome: "ok",
  ...more,
})

describe("what runs now", () => {
  it("is a turn, a tool, a permission that nobody has answered, oldest first, and is over when it ends", () => {
    const { registry, told, open, latency } = setUp()
    registry(900, "busy")
    told(prompt)
    told(call)
    registry(2_100, "waiting", "permission prompt")
    expect(open()).toEqual([
      [Clock.TURN, undefined, 1_000],
      [Clock.TOOL, "Bash", 2_000],
      [Clock.PERMISSION, undefined, 2_100],
    ])
    registry(8_100, "busy")
    expect(open()?.map(([which]) => which)).toEqual([Clock.TURN, Clock.TOOL])
    expect(latency(Clock.PERMISSION)).toMatchObject({ count: 1n, maxMs: 6_000n, estimatedCount: 0n })
    told(ended(9_000, { wasAsked: true }))
    // The wait is no time of the tool's.
    expect(latency(Clock.TOOL)).toMatchObject({ count: 1n, maxMs: 1_000n })
    told({ kind: "turn-ended", conversationId: "c", timeMs: START + 9_500, startedMs: START + 1_000, reason: "done" })
    expect(open()).toEqual([])
    expect(latency(Clock.TURN)).toMatchObject({ count: 1n, maxMs: 8_500n })
  })

  it("puts a call's time right whose wait is told after its end", () => {
    const { registry, told, latency, world } = setUp()
    told(call)
    registry(2_100, "waiting", "permission prompt")
    told(ended(9_000))
    const ofTool = () => world.metricsRow("c")?.message.tools[0]?.latency?.maxMs
    expect(ofTool()).toBe(7_000n)
    registry(8_100, "busy")
    expect(ofTool()).toBe(1_000n)
    expect(latency(Clock.TOOL)?.maxMs).toBe(1_000n)
  })

  it("two permissions one after the other are two, a question is none", () => {
    const { registry, told, latency } = setUp()
    told(prompt)
    registry(1_000, "waiting", "permission prompt")
    registry(4_000, "waiting", "permission prompt")
    registry(5_000, "waiting", "input needed")
    registry(60_000, "busy")
    expect(latency(Clock.PERMISSION)).toMatchObject({ count: 2n, p50Ms: 1_000n, maxMs: 3_000n })
  })

  it("ends when its agent is gone, and what is read afterwards puts that right", () => {
    const { registry, told, open, latency, clock } = setUp()
    registry(900, "busy")
    told(prompt)
    told(call)
    registry(2_100, "waiting", "permission prompt")
    clock.now = START + 7_000
    told({ kind: "agent-gone", sessionId: "s", timeMs: START + 7_000, reason: "killed" })
    expect(open()).toEqual([])
    expect(latency(Clock.PERMISSION)).toBeUndefined()
    expect(latency(Clock.TURN)).toMatchObject({ maxMs: 6_000n, estimatedCount: 1n })
    told({ kind: "turn-ended", conversationId: "c", timeMs: START + 6_400, startedMs: START + 1_000, reason: "interrupted" })
    expect(latency(Clock.TURN)).toMatchObject({ count: 1n, maxMs: 5_400n, estimatedCount: 0n })
    told(ended(6_300))
    expect(latency(Clock.TOOL)).toMatchObject({ count: 1n, maxMs: 100n })
  })

  it("runs again when its agent, said to be gone before that began, is back", () => {
    const { registry, told, open, clock } = setUp()
    registry(900, "busy")
    clock.now = START + 3_000
    told(call)
    told({ kind: "agent-gone", sessionId: "s", timeMs: START + 1_500, reason: "exited" })
    expect(open()).toEqual([])
    registry(4_000, "busy")
    expect(open()).toEqual([[Clock.TOOL, "Bash", 2_000]])
  })

  it("is over in a conversation that its session has left", () => {
    const { registry, told, open, world } = setUp()
    registry(900, "busy")
    told(call)
    expect(open()).toEqual([[Clock.TOOL, "Bash", 2_000]])
    world.apply([agentSeen("d", "busy", { sessionId: "s" })])
    expect(open()).toEqual([])
  })
})
