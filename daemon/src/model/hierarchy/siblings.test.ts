// Patterns kept from change to change are those that a look at all siblings finds.

import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Launch } from "./course.ts"
import type { TreeNode } from "./forest.ts"
import type { Member } from "./member.ts"
import { inOrder } from "./member-order.ts"
import { backgroundWatches } from "./patterns/background-watch.ts"
import { areTogether } from "./patterns/cohorts.ts"
import { fanOuts } from "./patterns/fan-out.ts"
import { type FoundPattern, latestFirst, type Leader } from "./patterns/pattern.ts"
import { pipelines } from "./patterns/pipeline.ts"
import { attemptKey, retryLoops } from "./patterns/retry-loop.ts"
import { supervisors } from "./patterns/supervisor.ts"
import { teams } from "./patterns/team.ts"
import { Siblings } from "./siblings.ts"

const LEADER: Leader = { id: "lead", actedMs: undefined }
const NODES = Array.from({ length: 7 }, (): TreeNode => ({
  source: { kind: "session", sessionId: "" },
  parent: undefined,
  children: new Set(),
  own: undefined,
  below: undefined,
  look: undefined,
}))

/** All siblings looked at anew, in one go over each kind of pattern. */
function fromScratch(leader: Leader, members: readonly Member[]): FoundPattern[] {
  const sorted = members.toSorted(inOrder)
  const others = sorted.filter(({ team }) => team === undefined)
  const parted = (list: readonly Member[], key: (member: Member) => unknown) => [...Map.groupBy(list, key).values()]
  const runs = parted(
    others.filter(({ workflowRunId }) => workflowRunId !== undefined),
    ({ workflowRunId }) => workflowRunId,
  )
  const cohorts: Member[][] = []
  for (const member of others.filter(({ workflowRunId }) => workflowRunId === undefined)) {
    const last = cohorts.at(-1)?.at(-1)
    if (last !== undefined && areTogether(last, member)) cohorts.at(-1)?.push(member)
    else cohorts.push([member])
  }
  const again = others.filter(({ engagements }) => engagements > 1)
  const found = [
    ...parted(
      sorted.filter(({ team }) => team !== undefined),
      ({ team }) => team,
    ).flatMap((part) => teams(leader, part)),
    ...[...runs, ...cohorts].flatMap((part) => [...fanOuts(leader, part), ...backgroundWatches(leader, part)]),
    ...pipelines(leader, others),
    ...(again.length === 0 ? [] : supervisors(leader, again)),
    ...parted(
      others.filter((member) => attemptKey(member) !== undefined),
      attemptKey,
    ).flatMap((part) => retryLoops(leader, part)),
  ]
  return found.sort(latestFirst)
}

const time = fc.integer({ min: 1, max: 24 })
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined, freq: 3 })
const launch = (at: number): fc.Arbitrary<Launch> =>
  fc.record({
    callId: fc.constantFrom(`call ${at}`, `call ${at}`, "call of two"),
    startMs: time,
    task: maybe(fc.integer({ min: 1, max: 2 })),
    batch: maybe(fc.integer({ min: 1, max: 2 })),
    agentType: fc.constantFrom("worker", "Explore"),
    usesResultsOf: maybe(
      fc.array(
        fc.nat({ max: NODES.length - 1 }).map((n) => `call ${n}`),
        { minLength: 1, maxLength: 2 },
      ),
    ),
    firstTurnMs: maybe(time),
    firstDoneMs: maybe(time),
    firstWorkMs: maybe(time),
  }) as fc.Arbitrary<Launch>
const member = (at: number): fc.Arbitrary<Member> =>
  fc
    .record({
      startMs: time,
      ran: fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined, freq: 6 }),
      outcome: fc.constantFrom("done", "done", "done", "failed", "failed", "interrupted"),
      engagements: fc.constantFrom(1, 1, 1, 2),
      agentType: fc.constantFrom("worker", undefined),
      launch: maybe(launch(at)),
      isBackground: fc.boolean(),
      workflowRunId: fc.constantFrom(undefined, undefined, undefined, undefined, undefined, "run"),
      team: fc.constantFrom(undefined, undefined, undefined, undefined, undefined, undefined, "a", ""),
    })
    .map(({ ran, outcome, ...rest }) => {
      const endMs = ran === undefined ? undefined : rest.startMs + ran
      return { ...rest, id: `node ${at}`, endMs, lastEndMs: endMs, outcome: endMs === undefined ? undefined : outcome }
    })
type Step =
  | { readonly at: number; readonly member: Member | undefined }
  | { readonly at: number; readonly told: Pick<Launch, "firstTurnMs" | "firstDoneMs" | "firstWorkMs"> }
  | { readonly actedMs: number; readonly id: string }
  | "look"
const place = fc.nat({ max: NODES.length - 1 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: place.chain((at) => fc.record({ at: fc.constant(at), member: fc.option(member(at), { nil: undefined, freq: 6 }) })),
  },
  { weight: 3, arbitrary: fc.record({ actedMs: fc.integer({ min: 1, max: 48 }), id: fc.constantFrom("lead", "lead", "lead", "other") }) },
  {
    weight: 2,
    arbitrary: fc.record({ at: place, told: fc.record({ firstTurnMs: maybe(time), firstDoneMs: maybe(time), firstWorkMs: maybe(time) }) }),
  },
  { weight: 4, arbitrary: fc.constant<Step>("look") },
)

describe("patterns among siblings", () => {
  it("are, after any changes in any order, those that a look at all of them finds", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
        const siblings = new Siblings(LEADER)
        const members = new Map<number, Member>()
        let leader = LEADER
        for (const now of steps) {
          if (now === "look") expect(siblings.patterns).toEqual(fromScratch(leader, [...members.values()]))
          else if ("id" in now) siblings.led((leader = now))
          else if ("told" in now) {
            // What is told of a call is written into it, and the child put again.
            const known = members.get(now.at)
            if (known?.launch === undefined) continue
            Object.assign(known.launch, now.told)
            siblings.put(NODES[now.at] as TreeNode, { ...known })
            members.set(now.at, { ...known })
          } else {
            siblings.put(NODES[now.at] as TreeNode, now.member)
            if (now.member === undefined) members.delete(now.at)
            else members.set(now.at, now.member)
          }
        }
        expect(siblings.patterns).toEqual(fromScratch(leader, [...members.values()]))
      }),
      { numRuns: 6000 },
    )
  })
})
