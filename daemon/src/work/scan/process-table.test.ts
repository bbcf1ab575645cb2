import { expect, test } from "vitest"
import type { ProcFiles } from "./proc-files.ts"
import { createProcessTable } from "./process-table.ts"

/** A machine with this process and one other, a pane's first process, begun at tick 1000. */
function machine() {
  const now = { ticks: 1_005, comm: "tmux: server", exe: "/usr/bin/tmux", stats: 0 }
  const stat = (pid: number) => {
    now.stats += pid === 7 ? 1 : 0
    const comm = pid === 7 ? now.comm : "node"
    return { pid, comm, state: "S", ppid: 1, processGroup: pid, ttyNr: 34_816, foregroundGroup: pid, startTicks: pid === 7 ? "1000" : "1" }
  }
  const files: ProcFiles = {
    pids: () => [5, 7],
    stat,
    argv: () => [now.exe],
    link: (pid, name) => (name === "exe" ? (pid === 7 ? now.exe : "/usr/bin/node") : undefined),
    uid: () => 1,
    environment: () => ({}),
    descriptors: () => [],
    terminal: () => undefined,
    uptimeTicks: () => now.ticks,
    text: () => undefined,
    takeDenied: () => 0,
  }
  return { now, table: createProcessTable({ files, uid: 1, ownPid: 5 }) }
}

test("a fork that was seen before its exec is looked at again at the next glance, and an old process is not", () => {
  const { now, table } = machine()
  expect(table.read("glance").get(7)?.found).toBeUndefined()
  now.ticks = 1_030
  Object.assign(now, { comm: "2.1.330", exe: "/h/.local/share/claude/versions/2.1.330" })
  expect(table.read("glance").get(7)?.found?.identity.agent).toBe("claude")

  const other = machine()
  other.now.ticks = 90_000
  other.table.read("glance")
  const { stats } = other.now
  other.table.read("glance")
  expect(other.now.stats).toBe(stats)
})
