import fc from "fast-check"
import { expect, test } from "vitest"
import { parseProcessStat } from "./process-stat.ts"

const line = (pid: number, comm: string, state: string, ppid: number, ttyNr: number, start: string) =>
  `${pid} (${comm}) ${state} ${ppid} 1 1 ${ttyNr} -1 0 0 0 0 0 0 0 0 0 20 0 1 0 ${start} 100 0`

test("any name, parentheses and spaces included, leaves the fields in place", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 15 }), fc.nat(), fc.nat(), fc.bigInt({ min: 0n, max: 1n << 60n }), (comm, ppid, ttyNr, start) => {
      const stat = parseProcessStat(line(7, comm, "S", ppid, ttyNr, `${start}`))
      expect(stat).toEqual({ pid: 7, comm, state: "S", ppid, processGroup: 1, ttyNr, foregroundGroup: -1, startTicks: `${start}` })
    }),
  )
})

test("a torn line is no process", () => {
  const whole = line(7, "a) R 1 (b", "T", 1, 34816, "4242")
  const upTo = whole.indexOf("4242")
  for (let length = 0; length < upTo; length += 1) expect(parseProcessStat(whole.slice(0, length))).toBeUndefined()
  expect(parseProcessStat(whole)?.comm).toBe("a) R 1 (b")
})
