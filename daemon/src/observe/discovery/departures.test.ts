import { afterEach, expect, test, vi } from "vitest"
import type { ProcessStat } from "../../work/scan/process-stat.ts"
import { createDepartures, type KnownProcess } from "./departures.ts"

const KNOWN: KnownProcess = { sessionId: "s", pid: 5, startTicks: "7" }
const stat = (members: Partial<ProcessStat> = {}): ProcessStat => ({
  pid: 5,
  comm: "claude",
  state: "S",
  ppid: 1,
  processGroup: 5,
  ttyNr: 0,
  foregroundGroup: -1,
  startTicks: "7",
  ...members,
})

const watch = (options: { goodbye?: boolean; scans?: boolean; suspended?: boolean } = {}) => {
  vi.useFakeTimers()
  const table = new Map<number, ProcessStat>([
    [1, stat({ pid: 1 })],
    [5, stat()],
  ])
  const known = new Set([options.suspended === undefined ? KNOWN : { ...KNOWN, suspended: options.suspended }])
  const gone: string[] = []
  let changes = 0
  const departures = createDepartures({
    files: { stat: (pid) => table.get(pid) },
    ownPid: 1,
    isPidInUse: (pid) => table.has(pid),
    now: Date.now,
    known: () => known,
    saidGoodbye: () => options.goodbye === true,
    isScannedSince: () => options.scans !== false,
    onChange: () => (changes += 1),
    onGone: (process) => {
      known.delete(process)
      gone.push(process.sessionId)
    },
  })
  return { table, gone, departures, changes: () => changes }
}

afterEach(() => {
  vi.useRealTimers()
})

test.each([
  ["missing", undefined],
  ["a zombie", stat({ state: "Z" })],
  ["another process with its pid", stat({ startTicks: "8" })],
])("%s twice is gone, within a second", (_what, entry) => {
  const { table, gone, departures, changes } = watch()
  vi.advanceTimersByTime(1_000)
  expect(gone).toEqual([])
  if (entry === undefined) table.delete(5)
  else table.set(5, entry)
  vi.advanceTimersByTime(510)
  expect(changes()).toBe(1)
  vi.advanceTimersByTime(490)
  expect(gone).toEqual(["s"])
  departures.close()
})

test("one that is there again was never gone", () => {
  const { table, gone, departures } = watch()
  table.delete(5)
  departures.check()
  expect(departures.isMissing("s")).toBe(true)
  table.set(5, stat())
  vi.advanceTimersByTime(5_000)
  expect([gone, departures.isMissing("s")]).toEqual([[], false])
  departures.close()
})

test("a table that does not even show this process concludes nothing", () => {
  const { table, gone, departures } = watch()
  table.clear()
  vi.advanceTimersByTime(5_000)
  expect(gone).toEqual([])
  departures.close()
})

test("a goodbye needs no second look far off", () => {
  const { table, gone, departures } = watch({ goodbye: true })
  table.delete(5)
  departures.check()
  vi.advanceTimersByTime(100)
  expect(gone).toEqual(["s"])
  departures.close()
})

test("one that is stopped, or becomes another program under its pid, is worth a scan", () => {
  const { table, gone, departures, changes } = watch()
  departures.check()
  table.set(5, stat({ state: "T" }))
  vi.advanceTimersByTime(510)
  expect(changes()).toBe(1)
  table.set(5, stat({ state: "R", comm: "sh" }))
  vi.advanceTimersByTime(510)
  expect([changes(), gone]).toEqual([2, []])
  table.set(5, stat({ state: "S", comm: "sh" }))
  vi.advanceTimersByTime(2_000)
  expect(changes()).toBe(2)
  departures.close()
})

test("one that was stopped before the first look is worth a scan too", () => {
  const { table, departures, changes } = watch({ suspended: false })
  table.set(5, stat({ state: "T" }))
  departures.check()
  expect(changes()).toBe(1)
  departures.close()
})

test("a scan is waited for, since it tells what became of the pane, but not for ever", () => {
  const { table, gone, departures } = watch({ scans: false })
  table.delete(5)
  departures.check()
  vi.advanceTimersByTime(800)
  expect(gone).toEqual([])
  vi.advanceTimersByTime(200)
  expect(gone).toEqual(["s"])
  departures.close()
})
