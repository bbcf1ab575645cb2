// The store under a world that takes facts in, crashes and comes back: whatever was written when, what is known in the end is what one world
// knows that heard everything once.

import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { create, toJson } from "@bufbuild/protobuf"
import { Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { MetricsSchema } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { type Hierarchy, HierarchySchema } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import fc from "fast-check"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { TranscriptFact } from "../domain/facts.ts"
import { NO_USAGE } from "../domain/usage.ts"
import type { UsageKey } from "../model/usage-rollup.ts"
import type { World } from "../model/world.ts"
import { feed, HEADS, newWorld, request, seen, START_MS, start } from "./store-fixture.ts"

let dir: string
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), "vc-store-"))))
afterEach(() => rmSync(dir, { recursive: true, force: true }))

/** Few ids, so that copies, moves between conversations and reused keys come up all the time. */
const someConversation = fc.constantFrom("one", "two", "three")
const timeMs = fc.integer({ min: 1, max: 50 }).map((n) => START_MS + n * 60_000)
const someSubagent = fc.option(fc.constantFrom("a1", "a2"), { nil: undefined })
const inTranscript = { conversationId: someConversation, timeMs, subagentId: someSubagent }
const tokens = fc.constantFrom(0, 1, 7, 250)

/** A conversation's main agent starts agents by calls of their own: copies of a call are made by one. */
const launchId = fc.constantFrom("l1", "l2")
const workflowRun = fc.constantFrom(undefined, "wf_1", "wf_2")
const launch = fc
  .record({ conversationId: someConversation, timeMs, id: launchId, task: fc.constantFrom(undefined, 1, 2), isBackground: fc.boolean() })
  .map(({ conversationId, id, task, isBackground, ...more }) => {
    const spawn = { agentType: "Explore", isBackground, ...(task === undefined ? {} : { task }) }
    return { kind: "tool-started", conversationId, callId: `${conversationId} ${id}`, name: "Agent", spawn, ...more }
  })
const launched = fc
  .record({
    conversationId: someConversation,
    id: fc.option(launchId, { nil: undefined }),
    link: fc.constantFrom("sidecar", "result", "notification", "path"),
    below: fc.boolean(),
    task: fc.constantFrom(undefined, 1, 2),
    workflowRunId: workflowRun,
    finishedMs: fc.option(timeMs, { nil: undefined }),
    hasFailed: fc.constantFrom(undefined, true),
  })
  .map(({ conversationId, id, below, ...more }) => ({
    kind: "subagent-seen",
    conversationId,
    subagentId: below ? "a2" : "a1",
    parentSubagentId: below ? "a1" : undefined,
    toolCallId: id && `${conversationId} ${id}`,
    ...more,
  }))
const workflow = fc
  .record({ conversationId: someConversation, timeMs, id: launchId, workflowRunId: workflowRun })
  .map(({ conversationId, id, ...more }) => ({
    kind: "agents-started",
    conversationId,
    callId: `${conversationId} ${id}`,
    ...more,
  }))

const fact: fc.Arbitrary<TranscriptFact> = fc
  .oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant("request-seen"),
        ...inTranscript,
        key: fc.constantFrom("m1", "m2", "m3", "m4", "m5"),
        requestId: fc.constantFrom("r1", "r1", "r1", "r2", undefined),
        sidechain: fc.boolean(),
        model: fc.constantFrom("claude-opus-5-5", "claude-sonnet-5-5", "who-knows"),
        usage: fc.record({ input: tokens, output: tokens, cacheRead: tokens }).map((some) => ({ ...NO_USAGE, ...some })),
        factors: fc.constantFrom(undefined, { speed: "fast" }, { geo: "us" }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("tool-started"),
        ...inTranscript,
        callId: fc.constantFrom("c1", "c2", "c3"),
        name: fc.constantFrom("Bash", "Read"),
        target: fc.constantFrom(undefined, "SECRET command"),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("tool-ended"),
        ...inTranscript,
        callId: fc.constantFrom("c1", "c2", "c3"),
        outcome: fc.constantFrom("ok", "failed", "background", "rejected"),
        durationMs: fc.constantFrom(undefined, undefined, 30_000),
        wasAsked: fc.constantFrom(undefined, undefined, true),
        example: fc.constantFrom(undefined, "what it said", "what it said else"),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("model-call-seen"),
        ...inTranscript,
        key: fc.constantFrom("m1", "m2", "m3"),
        model: fc.constantFrom("claude-opus-5-5", "claude-sonnet-5-5"),
        startedMs: timeMs,
        basis: fc.constantFrom("measured", "estimated"),
      }),
    },
    fc.record({ kind: fc.constant("turn-started"), ...inTranscript, idleSinceMs: fc.oneof(fc.constant(undefined), timeMs) }),
    fc.record({
      kind: fc.constant("turn-ended"),
      ...inTranscript,
      reason: fc.constantFrom("done", "interrupted"),
      startedMs: fc.oneof(fc.constant(undefined), timeMs),
      durationMs: fc.constantFrom(undefined, 700, 9_000),
    }),
    fc.record({ kind: fc.constant("context-seen"), ...inTranscript, usedTokens: fc.constantFrom(null, 1000, 90_000) }),
    fc.record({
      kind: fc.constant("api-error-seen"),
      ...inTranscript,
      key: fc.constantFrom("e1", "e2"),
      error: fc.constant("x"),
      final: fc.boolean(),
      retryInMs: fc.constantFrom(undefined, 500),
      example: fc.constantFrom(undefined, "busy"),
    }),
    fc.record({
      kind: fc.constant("hook-failed"),
      ...inTranscript,
      key: fc.constantFrom("h1", "h2"),
      hook: fc.constantFrom("Stop", "PreToolUse:Bash"),
      outcome: fc.constant("failed"),
      example: fc.constantFrom(undefined, "not found"),
    }),
    fc.record({
      kind: fc.constant("booked-cost-seen"),
      conversationId: someConversation,
      untilMs: timeMs,
      nanosUsd: fc.constantFrom(1_000_000, 9_000_000),
      models: fc.constant([{ model: "claude-opus-5-5", usage: { ...NO_USAGE, output: 300 }, webSearches: 0, nanosUsd: 1_000_000 }]),
      hasUnknownModel: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant("conversation-seen"),
      conversationId: someConversation,
      agent: fc.constant("claude"),
      cwd: fc.constantFrom("/a", "/b", undefined),
      forkedFromConversationId: fc.constantFrom(undefined, undefined, "one"),
    }),
    fc.record({
      kind: fc.constant("conversation-seen"),
      conversationId: fc.constant("three"),
      agent: fc.constant("claude"),
      parentConversationId: fc.constantFrom("one", "two"),
    }),
    { weight: 3, arbitrary: fc.oneof(launch, launched, workflow) },
  )
  .map((drawn) => Object.fromEntries(Object.entries(drawn).filter(([, value]) => value !== undefined)) as unknown as TranscriptFact)

function nameOf({ conversationId, subagentId, model, slot }: UsageKey): string {
  return `${conversationId} ${subagentId} ${model} ${slot}`
}

/** A tree without the words that agents were given, which are not stored. */
function withoutWords(tree: Hierarchy): Hierarchy {
  return create(HierarchySchema, { ...tree, nodes: tree.nodes.map((node) => ({ ...node, description: "" })) })
}

/** All that is published of conversations. */
function known(world: World): unknown {
  const rows = ["one", "two", "three"].map((id) => world.metricsRow(id)?.message).filter((row) => row !== undefined)
  return {
    rows: rows.map((row) => toJson(MetricsSchema, row)),
    trees: world.trees(Scope.ALL).map((tree) => toJson(HierarchySchema, withoutWords(tree))),
    counts: world.counts,
    usage: [...world.usage.rollup.rows()].toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)),
  }
}

describe("a world that comes back", () => {
  test(
    "knows what one world knows that heard everything once, whatever was written when and however often it crashed",
    { timeout: 120_000 },
    async () => {
      const step = fc.record({
        facts: fc.array(fact, { minLength: 1, maxLength: 8 }),
        next: fc.constantFrom("go on", "write", "write", "settle", "settle", "settle at once", "crash", "fail", "close"),
        failAt: fc.integer({ min: 1, max: 14 }),
      })
      let runs = 0
      let rested = 0
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
          const path = join(dir, `${runs++}.db`)
          const all = [...HEADS, ...steps.flatMap(({ facts }) => facts)]
          let failAt = 0
          let run = start(path, () => failAt)
          let written = HEADS.length
          feed(run, HEADS, written)
          for (const { facts, next, failAt: at } of steps) {
            written += facts.length
            feed(run, facts, written)
            // Who looks at rows all the while sees them change as they should.
            known(run.world)
            if (next === "write") await run.store.written()
            else if (next === "settle" || next === "settle at once") {
              // At once, what was just heard is not written yet.
              if (next === "settle") await run.store.written()
              await run.store.settle()
              if (run.world.history.resting.count > 0) rested++
            } else if (next === "close") await run.store.close()
            else if (next === "fail") {
              failAt = at
              await Promise.race([run.store.written(), new Promise((resolve) => setTimeout(resolve, 5))])
              failAt = 0
            }
            if (["go on", "write", "settle", "settle at once"].includes(next)) continue
            // A crash leaves the store as it is; what was not written is read again.
            run.crash()
            run = start(path, () => failAt)
            feed(run, all.slice(run.from, written), written)
          }
          const clean = newWorld()
          clean.apply(all)
          clean.setFirstRead({ bytesRead: 0, bytesTotal: 0, files: 0, done: true })
          expect(known(run.world)).toEqual(known(clean))
          await run.store.close()

          const last = start(path)
          expect(last.from).toBe(all.length)
          expect(known(last.world)).toEqual(known(clean))
          await last.store.close()
        }),
        { numRuns: 300 },
      )
      expect(rested).toBeGreaterThan(100)
    },
  )

  test("makes its sums anew when prices have changed", async () => {
    const path = join(dir, "a.db")
    const first = start(path)
    feed(first, [...HEADS, request("m1")], 4)
    await first.store.close()
    const other = start(path, () => 0, "other prices")
    expect(known(other.world)).toEqual(known(first.world))
    const database = new DatabaseSync(path)
    expect(database.prepare("SELECT count(*) n FROM summaries").get()).toEqual({ n: 0 })
    database.close()
    await other.store.close()
  })

  test("keeps rows on disk until something is heard of them", async () => {
    const path = join(dir, "b.db")
    const first = start(path)
    feed(first, [...HEADS, request("m1"), { ...request("m2"), conversationId: "two" }], 5)
    await first.store.close()
    const again = start(path)
    expect(again.world.counts).toEqual({ requests: 2, toolCalls: 0 })
    // A fork's copy of a request whose conversation sleeps: the same request.
    again.world.apply([{ ...request("m2"), conversationId: "three", timeMs: START_MS + 9_000_000 }])
    expect(again.world.counts.requests).toBe(2)
    await again.store.close()
  })

  test("an open call that turns out to be another conversation's leaves the one on disk", async () => {
    const path = join(dir, "b.db")
    const started: TranscriptFact = { kind: "tool-started", conversationId: "one", timeMs: START_MS, callId: "c1", name: "Bash" }
    const first = start(path)
    feed(first, [...HEADS, started], 4)
    await first.store.written()
    await first.store.close()
    const again = start(path)
    again.world.apply([{ ...started, conversationId: "two", timeMs: START_MS - 1 }])
    expect(again.world.metricsRow("one")?.message.toolCounts).toEqual({})
    expect(again.world.metricsRow("two")?.message.toolCounts).toEqual({ Bash: 1 })
    await again.store.close()
  })
})

test("what is purged before it was ever written does not come back", async () => {
  const path = join(dir, "p.db")
  const first = start(path)
  feed(first, [...HEADS, request("m1")], 4)
  await first.store.desk.purge(["one"])
  await first.store.close()
  const again = start(path)
  expect(again.world.counts.requests).toBe(0)
  expect(again.world.metricsOf("one")).toBeUndefined()
  await again.store.close()
})

test("an agent that still runs keeps the conversations it was in before", async () => {
  const path = join(dir, "e.db")
  const first = start(path)
  first.world.apply([...HEADS, seen("one", START_MS)])
  first.world.apply([seen("two", START_MS + 1)])
  await first.store.close()
  const again = start(path)
  again.world.apply([seen("two", START_MS + 2)])
  expect(again.world.session("s")).toMatchObject({ conversationId: "two", earlierConversationIds: ["one"] })
  expect(again.world.session("one")?.id).toBe("s")
  await again.store.close()
})

describe("a store that cannot write", () => {
  test("says so, goes on in memory, and has everything once it can", async () => {
    const path = join(dir, "c.db")
    let failAt = 1
    const run = start(path, () => failAt)
    feed(run, [...HEADS, request("m1")], 4)
    await eventually(() => run.diagnostics.problems().some(({ kind }) => kind === "store not writable"))
    expect(run.diagnostics.sources()).toMatchObject([{ kind: "store", health: "failed" }])
    expect(run.store.state.isBehind).toBe(true)
    expect(run.world.counts.requests).toBe(1)
    feed(run, [request("m2")], 5)
    failAt = 0
    await run.store.close()
    const again = start(path)
    expect(again).toMatchObject({ from: 5, world: { counts: { requests: 2 } } })
    await again.store.close()
  })
})

test("nothing that a user wrote is in the file but names and titles", async () => {
  const path = join(dir, "d.db")
  const run = start(path)
  const call: TranscriptFact = {
    kind: "tool-started",
    conversationId: "one",
    timeMs: START_MS,
    callId: "c1",
    name: "Bash",
    target: "SECRET command",
  }
  feed(run, [...HEADS, call], 4)
  run.store.readings.note({}, () => ({
    path: "/other",
    dev: 1,
    ino: 2,
    state: { deferred: [{ target: "SECRET target", description: "SECRET prompt" }] },
  }))
  await run.store.close()
  expect(readFileSync(path).includes("SECRET")).toBe(false)
  expect(readFileSync(path).includes("one")).toBe(true)
})

async function eventually(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000
  while (!holds()) {
    if (performance.now() > deadline) throw new Error("it never came to hold")
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
