// What went wrong and what happened, in a store under a world that crashes and comes back.

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import fc from "fast-check"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { TranscriptFact } from "../domain/facts.ts"
import type { World } from "../model/world.ts"
import { feed, HEADS, newWorld, start, START_MS } from "./store-fixture.ts"

let dir: string
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), "vc-store-"))))
afterEach(() => rmSync(dir, { recursive: true, force: true }))

describe("a world that comes back", () => {
  test("knows what went wrong, with the last words", async () => {
    const path = join(dir, "g.db")
    const first = start(path)
    const who = { conversationId: "one", timeMs: START_MS + 50 }
    feed(
      first,
      [
        ...HEADS,
        { kind: "tool-started", ...who, callId: "c", name: "Bash" },
        { kind: "tool-ended", ...who, callId: "c", outcome: "command-failed", example: "exit code 2" },
        { kind: "api-error-seen", ...who, key: "e", error: "overloaded", final: false, retryInMs: 600, example: "529" },
        { kind: "hook-failed", ...who, key: "h", hook: "Stop", outcome: "failed", example: "no jq" },
      ],
      8,
    )
    const before = first.world.metricsRow("one")?.message
    await first.store.close()
    const again = start(path)
    const after = again.world.metricsRow("one")?.message
    expect(after).toMatchObject({
      errors: [{ count: 1n, lastTool: "Bash", lastExample: "exit code 2" }],
      apiErrorKinds: [{ kind: "overloaded", count: 1n, lostMs: 600n, lastExample: "529" }],
      hookFailures: [{ hook: "Stop", count: 1n, lastExample: "no jq" }],
    })
    expect(after).toEqual(before)
    // The same lines read again count nothing twice.
    again.world.apply([
      { kind: "api-error-seen", ...who, key: "e", error: "overloaded", final: false, retryInMs: 600, example: "529" },
      { kind: "hook-failed", ...who, key: "h", hook: "Stop", outcome: "failed", example: "no jq" },
    ])
    expect(again.world.metricsRow("one")?.message).toEqual(before)
    await again.store.close()
  })

  test("tells API errors that an earlier version counted without their kinds, until their lines are read again", async () => {
    const path = join(dir, "h.db")
    const first = start(path)
    const error: TranscriptFact = {
      kind: "api-error-seen",
      conversationId: "one",
      timeMs: START_MS,
      key: "e",
      error: "overloaded",
      final: true,
    }
    feed(first, [...HEADS, error], 4)
    await first.store.close()
    const database = new DatabaseSync(path)
    const told = `json_extract(state, '$.trouble.apiErrors.told')`
    database.exec(
      `UPDATE conversations SET state = json_remove(json_set(state, '$.apiErrors', json(${told})), '$.trouble') WHERE ${told} IS NOT NULL`,
    )
    database.close()
    const again = start(path)
    expect(again.world.metricsRow("one")?.message).toMatchObject({ apiErrors: 1n, apiErrorKinds: [{ kind: "unknown", count: 1n }] })
    again.world.apply([error])
    expect(again.world.metricsRow("one")?.message).toMatchObject({ apiErrors: 1n, apiErrorKinds: [{ kind: "overloaded", count: 1n }] })
    await again.store.close()
  })
})

describe("what happened", () => {
  const kinds = fc.constantFrom("turn-started", "turn-ended")
  const happened = fc.tuple(kinds, fc.integer({ min: 1, max: 60 }), fc.constantFrom("one", "two"))
  const step = fc.record({
    facts: fc.array(happened, { minLength: 1, maxLength: 6 }),
    next: fc.constantFrom("go on", "write", "write", "crash", "fail"),
    failAt: fc.integer({ min: 1, max: 10 }),
  })
  const ring = { activityRing: { capacity: 12 }, now: () => START_MS + 3_600_000 }
  const told = (world: World) =>
    world.activities
      .list({ kinds: new Set(), includePrompts: false }, 100)
      .map(({ kind, time, conversationId, durationMs }) => `${time?.seconds} ${kind} ${conversationId} ${durationMs}`)

  test("is there after any crash, each thing once, in as much room as there is", async () => {
    let runs = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
        const path = join(dir, `ring-${runs++}.db`)
        const facts = [
          ...HEADS,
          ...steps.flatMap((one) =>
            one.facts.map(([kind, minute, conversationId]): TranscriptFact => {
              const timeMs = START_MS + minute * 1000
              return kind === "turn-started"
                ? { kind, conversationId, timeMs }
                : { kind, conversationId, timeMs, reason: "done", startedMs: timeMs - 10 }
            }),
          ),
        ]
        let failAt = 0
        let run = start(path, () => failAt, "p", ring)
        let end = HEADS.length
        feed(run, facts.slice(0, end), end)
        for (const one of steps) {
          failAt = one.next === "fail" ? one.failAt : 0
          end += one.facts.length
          feed(run, facts.slice(end - one.facts.length, end), end)
          if (one.next === "write" || one.next === "fail")
            await Promise.race([run.store.written(), new Promise((done) => setTimeout(done, 5))])
          if (one.next !== "crash" && one.next !== "fail") continue
          run.crash()
          failAt = 0
          run = start(path, () => failAt, "p", ring)
          feed(run, facts.slice(run.from, end), end)
        }
        await run.store.close()
        const again = start(path, () => 0, "p", ring)
        const once = newWorld(ring)
        once.apply(facts)
        once.setFirstRead({ bytesRead: 0, bytesTotal: 0, files: 0, done: true })
        expect(told(again.world).toSorted()).toEqual(told(once).toSorted())
        await again.store.close()
      }),
      { numRuns: 60 },
    )
  }, 120_000)
})
