import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import fc from "fast-check"
import { afterAll, beforeAll, expect, it } from "vitest"
import { type Compared, CountedDaemon, type Happening, type Step } from "./latency-fixture.ts"

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

const conversationId = fc.constantFrom("one", "two", "three")
const subagentId = fc.constantFrom(undefined, undefined, "a1")
const duration = fc.oneof(fc.nat(20), fc.nat(5_000), fc.nat(3_000_000))
/** How long ago something ended: around the edges of the windows, anywhere, and, where clocks differ, not yet. */
const age = fc.oneof(
  fc.constantFrom(4, 5, 6, 59, 60, 61, 1439, 1440, 1441).chain((minutes) => fc.nat(59_999).map((ms) => minutes * MINUTE_MS + ms - 30_000)),
  fc.integer({ min: -10 * MINUTE_MS, max: 3 * DAY_MS }),
)
const wait = fc.oneof(fc.nat(7 * MINUTE_MS), fc.nat(70 * MINUTE_MS), fc.nat(3 * DAY_MS), fc.integer({ min: -3 * MINUTE_MS, max: 0 }))
const happening = (kind: Happening["kind"], labels: readonly string[], isEstimated: fc.Arbitrary<boolean>) =>
  fc.record({ kind: fc.constant(kind), conversationId, subagentId, duration, age, label: fc.constantFrom(...labels), isEstimated })
const steps: fc.Arbitrary<Step | { readonly kind: "ask" }> = fc.oneof(
  { weight: 6, arbitrary: happening("call", ["Bash", "Read"], fc.constant(false)) },
  { weight: 4, arbitrary: happening("answer", ["opus", "haiku"], fc.boolean()) },
  { weight: 3, arbitrary: happening("turn", [""], fc.constant(false)) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("put right"), which: fc.nat(), duration }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("refuse"), which: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("move"), which: fc.nat(), conversationId }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("change folder"), conversationId, folder: fc.constantFrom("/a", "/b") }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("purge"), conversationId }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart"), isCrash: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("settle") }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("wait"), ms: wait }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("ask") }) },
)

let folder = ""
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "vb-resident-"))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let runs = 0

it("latencies of all are those of a recount, whatever came, changed, moved or went, and however often the daemon was started", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 60 }), async (all) => {
      const daemon = new CountedDaemon(join(folder, `${++runs}.db`))
      for (const step of all) await (step.kind === "ask" ? expectRecount(daemon) : daemon.take(step))
      await expectRecount(daemon)
      await daemon.close()
    }),
    { numRuns: 100 },
  )
})

it("what changes while conversations are still being counted is in the answer, once", async () => {
  const daemon = new CountedDaemon(join(folder, "meanwhile.db"))
  const call = { kind: "call", subagentId: undefined, label: "Bash", isEstimated: false } as const
  for (const id of ["one", "two", "three"] as const) await daemon.take({ ...call, conversationId: id, duration: 3_000, age: 2 * DAY_MS })
  await daemon.take({ kind: "restart", isCrash: false })
  const asked = expectRecount(daemon)
  await daemon.take({ ...call, conversationId: "two", duration: 9_000, age: MINUTE_MS })
  await daemon.take({ kind: "move", which: 0, conversationId: "two" })
  await asked
  await expectRecount(daemon)
  await daemon.close()
})

it("what changed of a conversation that was at rest before and is again is in the answer", async () => {
  const daemon = new CountedDaemon(join(folder, "again.db"))
  const call = { kind: "call", subagentId: undefined, label: "Bash", isEstimated: false } as const
  await daemon.take({ ...call, conversationId: "one", duration: 3_000, age: 2 * DAY_MS })
  await daemon.take({ kind: "settle" })
  await expectRecount(daemon)
  await daemon.take({ kind: "put right", which: 0, duration: 5_000 })
  await daemon.take({ kind: "settle" })
  await expectRecount(daemon)
  await daemon.close()
})

async function expectRecount(daemon: CountedDaemon): Promise<void> {
  for (const compared of await daemon.compared()) expectPromise(compared)
}

/** What is promised of latencies, against the samples themselves. */
function expectPromise({ name, found, samples }: Compared): void {
  const sorted = samples.map(({ measuredMs, startMs, endMs }) => measuredMs ?? endMs - startMs).toSorted((a, b) => a - b)
  expect({ name, ...found }).toMatchObject({
    name,
    count: BigInt(sorted.length),
    maxMs: BigInt(sorted.at(-1) ?? 0),
    estimatedCount: BigInt(samples.filter(({ isEstimated }) => isEstimated).length),
  })
  expect(found?.meanMs).toBeCloseTo(sorted.reduce((sum, ms) => sum + ms, 0) / sorted.length, 6)
  for (const [percent, ms] of [
    [50, found?.p50Ms],
    [90, found?.p90Ms],
    [95, found?.p95Ms],
    [99, found?.p99Ms],
  ] as const) {
    const exact = sorted[Math.ceil((percent * sorted.length) / 100) - 1] ?? Number.NaN
    expect(Number(ms)).toBeGreaterThanOrEqual(exact)
    expect(Number(ms)).toBeLessThanOrEqual(exact < 2048 ? exact : exact * 1.001)
  }
}
