// What is kept from change to change and what is found at once are the same trees and patterns, in whatever order the facts come.

import { create } from "@bufbuild/protobuf"
import { HostSchema, Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { NodeState, PatternKind } from "@vibecraft/shared/gen/vibecraft/v1/hierarchy_pb"
import type { Hierarchy } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import fc from "fast-check"
import { expect, test } from "vitest"
import type { Fact } from "../../src/domain/facts.ts"
import { createPriceBook } from "../../src/model/prices/price-book.ts"
import { World } from "../../src/model/world.ts"
import { ProcessSession } from "./processes.ts"
import { makeScenario } from "./scenario.ts"
import { Scene } from "./scene.ts"

/** Beyond those that are played alone, several at once. */
const MIXED = 1000

const openWorld = (nowMs: number): World =>
  new World({ host: create(HostSchema, { id: "h", name: "box" }), prices: createPriceBook([]), now: () => nowMs })

/** The trees that a world shows which nobody asked before. */
function atOnce(steps: readonly (readonly Fact[])[], nowMs: number): readonly Hierarchy[] {
  const world = openWorld(nowMs)
  for (const step of steps) world.apply(step)
  return world.trees(Scope.ALL)
}

test("a world that is asked after every change shows what one shows that is asked once", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.boolean(),
      fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
      (seed, isMixed, keys) => {
        const { steps, endMs } = makeScenario(seed, isMixed ? MIXED : seed % 24)
        // Files are read in any order, and each line may be read before those that it speaks of.
        const mixed = steps
          .flat()
          .map((fact, index) => ({ fact, key: (keys[index % keys.length] ?? 0) % (isMixed ? 1000 : index + 1) }))
          .sort((a, b) => a.key - b.key)
          .map(({ fact }) => [fact])
        const world = openWorld(endMs)
        const asked = mixed.map((step) => {
          world.apply(step)
          return world.trees(Scope.ALL)
        })
        for (const at of keys.slice(0, 3).map((key) => key % mixed.length)) {
          expect(asked[at]).toEqual(atOnce(mixed.slice(0, at + 1), endMs))
        }
        expect(asked.at(-1)).toEqual(atOnce(mixed, endMs))
      },
    ),
    { numRuns: 80 },
  )
})

test("what a session's conversation does after the sessions that it started makes a gathering of them", () => {
  const scene = new Scene(1)
  const parent = new ProcessSession(scene, { role: "interactive" })
  const children = [1, 2].map(() => new ProcessSession(scene, { role: "headless", parent }))
  for (const child of children) child.work(1)
  for (const child of children) child.exit()
  const world = openWorld(scene.nowMs + 1000)
  const kinds = (): PatternKind[] => {
    for (const step of scene.steps()) world.apply(step)
    return world.trees(Scope.ALL).flatMap(({ patterns }) => patterns.map(({ kind }) => kind))
  }
  expect(kinds()).toEqual([PatternKind.FAN_OUT])
  scene.wait(500)
  parent.work(1)
  expect(kinds()).toEqual([PatternKind.FAN_OUT_GATHER])
})

test("of a subagent whose sidecar alone tells that it is finished the last line read is the end", () => {
  const [startMs, endMs] = [1_790_000_000_000, 1_790_000_005_000]
  const who = { conversationId: "c", subagentId: "a1" }
  const world = openWorld(endMs)
  const node = () => world.trees(Scope.ALL)[0]?.nodes.find(({ subagentId }) => subagentId === "a1")
  world.apply([
    { kind: "conversation-seen", conversationId: "c", agent: "claude", startedMs: startMs },
    { kind: "subagent-seen", ...who, link: "sidecar", finished: true },
    { kind: "tool-started", ...who, timeMs: startMs + 1000, callId: "t1", name: "Bash" },
  ])
  expect(node()).toMatchObject({ state: NodeState.DONE, endedTime: { seconds: BigInt(startMs / 1000 + 1) } })
  world.apply([{ kind: "tool-ended", ...who, timeMs: endMs, callId: "t1", outcome: "ok" }])
  expect(node()).toMatchObject({ state: NodeState.DONE, endedTime: { seconds: BigInt(endMs / 1000) } })
})
