// What happens to agents, against real tmux servers and real processes: they start, stop, die and fall silent, and it is noticed.

import { execFileSync } from "node:child_process"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { AgentSeen } from "../src/domain/facts.ts"
import { type Bed, createBed, type Pane, type Server } from "./discovery-bed/bed.ts"
import { reportLag } from "./discovery-bed/report-lag.ts"

let bed: Bed

beforeEach(() => {
  bed = createBed()
})

afterEach(() => bed.close())

const at = (pane: Pane) => ({ socket: pane.server.socket, serverPid: pane.server.pid, paneId: pane.paneId })
const seenAt = (pane: Pane): AgentSeen | undefined => bed.seen.get(pane.pid)
const isSeen = (pane: Pane): boolean => seenAt(pane)?.pane?.paneId === pane.paneId
const healthOf = ({ socket }: Server) => bed.diagnostics.sources().find(({ name }) => name === socket)?.health
const isNewest = (panes: readonly Pane[]) => panes.every(isSeen)

describe("what happens to them", () => {
  test("Ctrl-Z, kill -9, a pane and a server that close, a clean exit", async () => {
    const [server, doomed] = [bed.server(), bed.server()]
    // A shell between them: tmux wakes its own children when they are stopped.
    const suspended = server.run(["/bin/sh", "-c", `${bed.claude} --model s; cat`])
    const killed = server.run(["/bin/sh", "-c", `${bed.claude} --model k; cat`])
    const closed = server.run(["/bin/sh", "-c", `${bed.codex} --search; cat`])
    const polite = server.run(["/bin/sh", "-c", `${bed.claude} --model p; cat`])
    const orphaned = doomed.run([bed.claude, "--model", "x"])
    bed.discover()
    await bed.until("all five", () => bed.seen.size === 5)
    const inPane = (pane: Pane) =>
      [...bed.seen.values()].find((seen) => seen.pane?.paneId === pane.paneId && seen.pane.socket === pane.server.socket)
    const [k, c, p, s] = [inPane(killed), inPane(closed), inPane(polite), inPane(suspended)]
    if (k === undefined || c === undefined || p === undefined || s === undefined) throw new Error("not all were found in their panes")
    bed.register(k.pid)
    const politeFile = bed.register(p.pid)
    await bed.until("their files", () => inPane(killed)?.registry !== undefined && inPane(polite)?.registry !== undefined)

    bed.kill(s.pid, "SIGSTOP")
    await bed.until("suspended", () => bed.seen.get(s.pid)?.suspended === true)
    bed.kill(s.pid, "SIGCONT")
    await bed.until("running again", () => bed.seen.get(s.pid)?.suspended === false)

    const reasonOf = ({ sessionId }: AgentSeen) => bed.gone.find((fact) => fact.sessionId === sessionId)?.reason
    bed.kill(k.pid)
    await bed.until("killed", () => reasonOf(k) === "killed")
    rmSync(politeFile)
    bed.kill(p.pid, "SIGTERM")
    await bed.until("exited", () => reasonOf(p) === "exited")
    server.tmux("kill-pane", "-t", closed.paneId)
    await bed.until("its pane closed", () => reasonOf(c) === "pane closed")
    const orphan = seenAt(orphaned)
    doomed.tmux("kill-server")
    await bed.until("the server closed", () => orphan !== undefined && reasonOf(orphan) === "pane closed")
    expect([...bed.seen.keys()]).toEqual([s.pid])
  })

  test("one that starts and one that is killed are noticed within a moment", async () => {
    const server = bed.server()
    bed.discover()
    const [starts, ends, quietEnds]: [number[], number[], number[]] = [[], [], []]
    for (let round = 0; round < 6; round += 1) {
      const pane = server.run([bed.claude, "--model", "x"])
      bed.register(pane.pid)
      starts.push(await bed.until("it is there", () => isSeen(pane)))
      await bed.until("its registry file is read", () => seenAt(pane)?.registry !== undefined)
      bed.kill(pane.pid)
      ends.push(await bed.until("it is gone", () => !bed.seen.has(pane.pid)))
      const quiet = bed.spawn(bed.claude, ["-p", "x"])
      await bed.until("the quiet one is there", () => bed.seen.has(quiet.pid))
      bed.kill(quiet.pid)
      quietEnds.push(await bed.until("the quiet one is gone", () => !bed.seen.has(quiet.pid)))
    }
    reportLag("new pane with an agent -> AgentSeen", starts)
    reportLag("kill -9 in a pane -> AgentGone", ends)
    reportLag("kill -9 outside tmux -> AgentGone", quietEnds)
    expect(new Set(bed.gone.map(({ sessionId }) => sessionId)).size).toBe(12)
    expect(new Set(bed.gone.map(({ reason }) => reason))).toEqual(new Set(["killed", "process gone"]))
  })

  test("a program that takes the agent's place ends it", async () => {
    const server = bed.server()
    const stand = join(bed.home, ".local/share/claude/versions/2.1.201")
    writeFileSync(stand, readFileSync("/bin/bash"), { mode: 0o755 })
    const go = join(bed.folder, "go")
    const job = join(bed.folder, "job")
    writeFileSync(job, `read line < ${go}\nexec ${bed.program("keep/idle")} on\n`)
    execFileSync("mkfifo", [go])
    const pane = server.run([stand, job])
    bed.discover()
    await bed.until("the agent", () => isSeen(pane))
    writeFileSync(go, "now\n")
    await bed.until("it is another program", () => bed.gone.some(({ reason }) => reason.includes("another program")))
    expect(bed.seen.size).toBe(0)
  })

  test("a server that does not answer holds up nobody and loses nobody", async () => {
    const [wedged, well] = [bed.server(), bed.server()]
    const [held, free] = [wedged.run([bed.claude, "--model", "x"]), well.run([bed.claude, "--model", "x"])]
    const discovery = bed.discover()
    await bed.until("both", () => isNewest([held, free]))
    bed.kill(wedged.pid, "SIGSTOP")
    try {
      const lags: number[] = []
      for (let round = 0; round < 6; round += 1) {
        const pane = well.run([bed.claude, "--model", `${round}`])
        lags.push(await bed.until("a new one elsewhere", () => isSeen(pane)))
        if (round === 0) expect(healthOf(wedged)).toBe("ok")
      }
      reportLag("new agent beside a stopped tmux server -> AgentSeen", lags)
      await bed.until("the failure is named", () => healthOf(wedged) === "failed")
      expect((await discovery.scanNow()).failures.join()).toContain(wedged.socket)
      expect(seenAt(held)?.pane).toMatchObject(at(held))
      const heldId = seenAt(held)?.sessionId
      bed.kill(held.pid)
      await bed.until("a death in the stopped server", () => bed.gone.some(({ sessionId }) => sessionId === heldId))
      expect(bed.gone).toHaveLength(1)
    } finally {
      bed.kill(wedged.pid, "SIGCONT")
    }
    await bed.until("it answers again", () => healthOf(wedged) === "ok", 40_000)
  })

  test("a screen is read where nothing else speaks, and a title where it does", async () => {
    const server = bed.server()
    const trust = server.run([
      "bash",
      "-c",
      `printf ' Do you trust?\\n > 1. No, exit\\n   2. Yes, I trust this folder\\n'; exec ${bed.claude} --model x`,
    ])
    const spinning = server.run(["bash", "-c", `printf '› Ask anything\\n'; exec ${bed.codex} --search`])
    server.tmux("select-pane", "-t", spinning.paneId, "-T", "⠦ work")
    bed.discover()
    await bed.until("the dialog", () => seenAt(trust)?.screen?.state === "trust")
    await bed.until("the title", () => seenAt(spinning)?.paneTitle === "⠦ work" && seenAt(spinning)?.screen === undefined)
    const before = bed.facts.length
    bed.register(trust.pid, { status: "idle" })
    await bed.until("the screen is no longer asked", () => seenAt(trust)?.screen === undefined && seenAt(trust)?.registry !== undefined)
    const later = bed.facts.slice(before).filter((fact) => fact.kind === "agent-seen" && fact.pid === spinning.pid)
    expect(later.filter((fact) => "screen" in fact)).toEqual([])
  })

  test("quiet agents make no news", async () => {
    const pane = bed.server().run([bed.claude, "--model", "x"])
    bed.register(pane.pid)
    const discovery = bed.discover()
    await bed.until("the agent with its registry", () => isSeen(pane) && seenAt(pane)?.registry !== undefined)
    const before = bed.facts.length
    for (let scans = 0; scans < 5; scans += 1) await discovery.scanNow()
    expect(bed.facts.length).toBe(before)
  })

  test("without a tmux program the server's own is used; without any server the rest goes on", async () => {
    const bare = bed.spawn(bed.claude, ["-p", "x"])
    bed.discover({ tmux: "/nonexistent/tmux" })
    await bed.until("an agent outside tmux", () => bed.seen.has(bare.pid))
    expect(bed.diagnostics.sources()).toContainEqual(expect.objectContaining({ kind: "tmux", health: "absent" }))
    const pane = bed.server().run([bed.claude, "--model", "x"])
    await bed.until("an agent in tmux", () => isSeen(pane))
  })
})
