import fc from "fast-check"
import { expect, test } from "vitest"
import { BLOCK_MS, blockStarts } from "./usage-blocks.ts"
import { SLOT_MS } from "./usage-rollup.ts"

const HOUR = 3_600_000

/** As people would do it with every single request: the first one opens a block at its full hour, and all up to five hours later fall into it. */
function naive(times: readonly number[]): Map<number, number> {
  const blocks: { start: number; times: number[] }[] = []
  for (const time of times.toSorted((a, b) => a - b)) {
    const current = blocks.at(-1)
    if (current !== undefined && time - current.start < 5 * HOUR) current.times.push(time)
    else blocks.push({ start: time - (time % HOUR), times: [time] })
  }
  return new Map(blocks.flatMap(({ start, times: own }) => own.map((time) => [time, start] as const)))
}

test("blocks of slots are those of the single requests", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1.7e12, max: 1.7e12 + 72 * HOUR }), { maxLength: 60 }), (times) => {
      const starts = blockStarts(times.map((time) => Math.floor(time / SLOT_MS)))
      for (const [time, start] of naive(times)) expect(starts.get(Math.floor(time / SLOT_MS))).toBe(start)
    }),
    { numRuns: 500 },
  )
})

test("a block holds five hours and ends where the next begins", () => {
  const at = (text: string) => Date.parse(`2026-11-20T${text}Z`)
  const slots = ["09:40", "13:45", "14:00", "23:15"].map((text) => at(text) / SLOT_MS)
  expect(BLOCK_MS).toBe(5 * HOUR)
  expect([...blockStarts(slots).values()].map((ms) => new Date(ms).toISOString().slice(11, 16))).toEqual([
    "09:00",
    "09:00",
    "14:00",
    "23:00",
  ])
})
