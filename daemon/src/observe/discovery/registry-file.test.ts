import fc from "fast-check"
import { expect, test } from "vitest"
import { isOfProcess, parseRegistryFile, type RegistryFile } from "./registry-file.ts"

const NEWEST = {
  pid: 5,
  sessionId: "s",
  cwd: "/w",
  startedAt: 1_000_000,
  procStart: "777",
  version: "2.1.330",
  kind: "interactive",
  entrypoint: "cli",
  status: "waiting",
  waitingFor: "permission prompt",
  updatedAt: 2,
  statusUpdatedAt: 1,
  name: "n",
  nameSource: "user",
  pidDomain: "linux:m:pid:[1]",
}
const parsed = (value: unknown): RegistryFile => {
  const file = parseRegistryFile(JSON.stringify(value))
  if (typeof file === "string") throw new Error(file)
  return file
}
const PROCESS = { pid: 5, startTicks: "777", startedMs: 999_500, inContainer: false }
const DOMAIN = { machineId: "m", namespace: "pid:[1]" }

test("the newest form is read whole", () => {
  expect(parsed(NEWEST)).toEqual({
    pid: 5,
    spare: false,
    procStart: "777",
    pidDomain: "linux:m:pid:[1]",
    startedMs: 1_000_000,
    kind: "interactive",
    entry: {
      conversationId: "s",
      status: "waiting",
      waitingFor: "permission prompt",
      statusUpdatedMs: 1,
      updatedMs: 2,
      name: "n",
      nameSource: "user",
      version: "2.1.330",
      entrypoint: "cli",
    },
  })
})

test("a status that is not known is left out, the id is kept", () => {
  expect(parsed({ ...NEWEST, status: "dreaming" }).entry).not.toHaveProperty("status")
  expect(parsed({ ...NEWEST, status: 7 }).entry.conversationId).toBe("s")
})

test("half a file is torn, other shapes are foreign, nothing throws", () => {
  const text = JSON.stringify(NEWEST)
  for (let length = 0; length < text.length; length += 1) expect(parseRegistryFile(text.slice(0, length))).toBe("torn")
  for (const value of [null, 1, [], "x", {}, { pid: 5, session_id: "s" }, { pid: "5", sessionId: "s" }, { pid: 5, sessionId: "" }]) {
    expect(parseRegistryFile(JSON.stringify(value))).toBe("foreign")
  }
  const strange = fc.record({
    pid: fc.jsonValue(),
    sessionId: fc.jsonValue(),
    status: fc.jsonValue(),
    procStart: fc.jsonValue(),
    spare: fc.jsonValue(),
  })
  fc.assert(
    fc.property(strange, (value) => {
      const file = parseRegistryFile(JSON.stringify(value))
      if (typeof file === "object") expect(file).toMatchObject({ pid: value.pid, entry: { conversationId: value.sessionId } })
      else expect(file).toBe("foreign")
    }),
  )
})

test("a file speaks of one process only", () => {
  const file = parsed(NEWEST)
  expect(isOfProcess(file, PROCESS, DOMAIN)).toBe(true)
  expect(isOfProcess(file, { ...PROCESS, pid: 6 }, DOMAIN)).toBe(false)
  expect(isOfProcess(file, { ...PROCESS, startTicks: "778" }, DOMAIN)).toBe(false)
  expect(isOfProcess(file, { ...PROCESS, inContainer: true }, DOMAIN)).toBe(false)
  expect(isOfProcess(file, PROCESS, { ...DOMAIN, machineId: "other" })).toBe(false)
  expect(isOfProcess(file, PROCESS, { ...DOMAIN, namespace: "pid:[2]" })).toBe(false)
  expect(isOfProcess(file, PROCESS, { machineId: undefined, namespace: "pid:[1]" })).toBe(true)
})

test("old files without procStart must have been made just after the process", () => {
  const { procStart: _start, pidDomain: _domain, ...old } = NEWEST
  expect(isOfProcess(parsed(old), PROCESS, DOMAIN)).toBe(true)
  expect(isOfProcess(parsed({ ...old, startedAt: 1_200_000 }), PROCESS, DOMAIN)).toBe(false)
  expect(isOfProcess(parsed({ ...old, startedAt: 900_000 }), PROCESS, DOMAIN)).toBe(false)
  expect(isOfProcess(parsed({ pid: 5, sessionId: "s" }), PROCESS, DOMAIN)).toBe(false)
})

test("where start times are no ticks, whole seconds have to agree", () => {
  const domain = { machineId: undefined, namespace: undefined, withoutTicks: true }
  const process = { pid: 7, startTicks: "179543782400", startedMs: 1_795_437_824_000, inContainer: false }
  const at = (startedAt: number) => isOfProcess(parsed({ pid: 7, sessionId: "c", procStart: "Mon Nov 23", startedAt }), process, domain)
  expect([at(process.startedMs + 300), at(process.startedMs - 4_000), at(process.startedMs - 60_000)]).toEqual([true, true, false])
})
