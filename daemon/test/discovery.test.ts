// Discovery against real tmux servers and real processes: every agent is found, nothing else is, and what happens to them is noticed.

import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { AgentSeen } from "../src/domain/facts.ts"
import { type Bed, createBed, type Pane, startTicksOf } from "./discovery-bed/bed.ts"
import { reportLag } from "./discovery-bed/report-lag.ts"

let bed: Bed

beforeEach(() => {
  bed = createBed()
})

afterEach(() => bed.close())

const at = (pane: Pane) => ({ socket: pane.server.socket, serverPid: pane.server.pid, paneId: pane.paneId })
const seenAt = (pane: Pane): AgentSeen | undefined => bed.seen.get(pane.pid)
const isSeen = (pane: Pane): boolean => seenAt(pane)?.pane?.paneId === pane.paneId
const evidenceOf = (seen: AgentSeen | undefined, field: string) => seen?.evidence.find((one) => one.field === field)
const isNewest = (panes: readonly Pane[]) => panes.every(isSeen)

describe("what is found", () => {
  test("agents in every window of every session of every server", async () => {
    const standard = join(bed.folder, `tmux-${process.getuid?.()}`, "default")
    const servers = [bed.server({ socket: standard }), bed.server(), bed.server({ socket: join(bed.folder, "odd", "place") })]
    const panes: Pane[] = []
    for (const server of servers) {
      server.tmux("new-session", "-d", "-s", "second", "--", bed.program("keep/keeper"), "wait")
      const first = server.run([bed.claude, "--model", "opus"])
      panes.push(first, server.run([bed.codex, "--search"], { split: first }), server.run([bed.claude, "fix it"], { name: "third" }))
    }
    bed.discover()
    await bed.until("nine agents in their panes", () => isNewest(panes))
    expect(bed.seen.size).toBe(9)
    for (const pane of panes) {
      expect(seenAt(pane)).toMatchObject({ role: "interactive", pane: at(pane), suspended: false })
      expect(["agent", "role", "pane", "conversation", "parent"].map((field) => evidenceOf(seenAt(pane), field)?.field)).not.toContain(
        undefined,
      )
    }
  })

  test("agents under shells and wrappers, behind links, and no decoy", async () => {
    const server = bed.server()
    const home = bed.home
    const npm = bed.program("home/node_modules/@anthropic-ai/claude-code/bin/claude.exe")
    const link = join(home, "bin/claude")
    mkdirSync(join(home, "bin"), { recursive: true })
    symlinkSync(bed.claude, link)
    const wrapper = join(home, "wrapper/claude")
    mkdirSync(join(home, "wrapper"))
    writeFileSync(wrapper, `#!/bin/sh\nexec ${bed.claude} "$@"\n`, { mode: 0o755 })
    const spaced = bed.program("home/.local/share/claude/versions/2.1.240")
    const truth = new Map<Pane | { pid: number }, { agent: string; role: string }>()
    const expected = (pane: Pane | { pid: number }, agent: string, role: string) => truth.set(pane, { agent, role })
    expected(server.run([link, "--name", "agents"]), "claude", "interactive")
    expected(server.run([npm, "--add-dir", "a", "mcp"]), "claude", "interactive")
    expected(server.run([wrapper, "hello"]), "claude", "interactive")
    expected(server.run([bed.codex, "--cd", "app-server"]), "codex", "interactive")
    expected(server.run([bed.codex, "mcp-server"]), "codex", "interactive")
    expected(server.run([bed.codex, "exec", "do it"]), "codex", "headless")
    expected(server.run([spaced, "-p", "hi"]), "claude", "headless")
    expected(
      server.run([spaced, "--agent-id", "a@t", "--team-name", "t", "--parent-session-id", crypto.randomUUID()]),
      "claude",
      "teammate",
    )
    expected(server.run([bed.claude, "attach", "x"]), "claude", "attach-view")
    expected(
      bed.spawn(bed.claude, ["--output-format", "stream-json", "--input-format", "stream-json"], { argv0: "claude" }),
      "claude",
      "headless",
    )
    const shelled = server.run(["/bin/sh", "-c", `${bed.claude} --model x; :`])
    const timed = server.run(["timeout", "1000", bed.claude, "--model", "x"])

    const sleeper = bed.program("decoys/idle")
    const script = join(bed.folder, "decoys/claude")
    writeFileSync(script, `#!/bin/sh\n${sleeper} in a script called claude\n:`, { mode: 0o755 })
    mkdirSync(join(bed.folder, "claude"))
    const decoys: readonly (readonly string[])[] = [
      [script, "claude"],
      ["tail", "-f", script],
      ["watch", "-n", "100", "echo", "claude"],
      [bed.program("decoys/claude-desktop"), "claude"],
      [bed.program("decoys/claude-launch"), "claude"],
      [bed.program("decoys/claude-code-router"), "start"],
      [bed.program("decoys/codex-code-mode-host"), "codex"],
      [bed.program("decoys/vim"), "claude.md"],
      [bed.claude, "mcp", "serve"],
      [bed.claude, "agents"],
      [bed.claude, "daemon", "run", "--origin", "transient"],
      [bed.claude, "--bg-pty-host", "/s", "200", "50", "--", bed.claude, "--bg-spare", "/s"],
      ["bash", "-c", `exec -a 'claude bg-spare' ${bed.claude} --resume x`],
      [bed.codex, "app-server", "--listen", "unix://"],
      [bed.codex, "app-server", "daemon", "pid-update-loop"],
      [bed.program("home/.codex/plugins/p/bin/codex"), "serve"],
    ]
    const decoyPanes = decoys.map((argv) => server.run(argv, { cwd: join(bed.folder, "claude") }))
    bed.spawn(bed.codex, ["mcp-server"])
    expect(decoyPanes.length).toBe(decoys.length)

    const discovery = bed.discover()
    await bed.until("all agents", () => bed.seen.size >= truth.size + 2)
    expect((await discovery.scanNow()).failures).toEqual([])
    for (const [{ pid }, { agent, role }] of truth) expect.soft(bed.seen.get(pid), `${pid}`).toMatchObject({ agent, role })
    for (const pane of [shelled, timed]) {
      const found = [...bed.seen.values()].filter((seen) => seen.pane?.paneId === pane.paneId)
      expect(found).toHaveLength(1)
      expect(found[0]).toMatchObject({ agent: "claude", role: "interactive" })
    }
    expect(bed.seen.size).toBe(truth.size + 2)
  })

  test("two agents in one folder are two, and hostile names stay text", async () => {
    const names = ["$(touch x)", "#{pane_pid}", "-dash", "=x", "%5", "a\tb", "a\nb", "émoji 🦊", "'; rm -rf /"]
    const panes = names.map((name) => {
      const server = bed.server({ session: "main" })
      const script = `printf '\\033]2;%s title\\007' "$NAME"; exec ${bed.claude} --model x`
      const pane = server.run(["bash", "-c", script], { name, env: { NAME: name } })
      server.tmux("rename-session", "-t", "main:", "--", name)
      return pane
    })
    bed.discover()
    await bed.until("all of them with their names", () =>
      panes.every((pane) => isSeen(pane) && (seenAt(pane)?.paneTitle ?? "").includes("title")),
    )
    expect(bed.seen.size).toBe(names.length)
    for (const [index, pane] of panes.entries()) {
      const shown = (field: string) => pane.server.tmux("display-message", "-p", "-t", pane.paneId, `#{${field}}`)
      expect(seenAt(pane)?.pane).toMatchObject({ sessionName: shown("session_name"), windowName: shown("window_name") })
      if (!/[\t\n]/.test(names[index] ?? "")) expect(seenAt(pane)?.paneTitle).toBe(`${names[index]} title`)
    }
  })

  test("a pane shown in several sessions is one agent, a dead pane none", async () => {
    const server = bed.server()
    const pane = server.run([bed.claude, "--model", "x"])
    server.tmux("new-session", "-d", "-t", "main", "-s", "grouped")
    const dying = server.run([bed.claude, "--model", "y"])
    server.tmux("set-option", "-t", dying.paneId, "remain-on-exit", "on")
    bed.kill(dying.pid)
    bed.discover()
    await bed.until("the living one", () => isSeen(pane))
    expect([...bed.seen.keys()]).toEqual([pane.pid])
  })

  test("nothing outside the scope", async () => {
    const other = createBed()
    try {
      const foreign = other.server({ socket: join(bed.folder, "foreign") }).run([other.claude, "--model", "x"])
      const own = bed.server().run([bed.claude, "--model", "x"])
      const discovery = bed.discover()
      await bed.until("its own agent", () => isSeen(own))
      await discovery.scanNow()
      expect(bed.seen.has(foreign.pid)).toBe(false)
      expect(bed.diagnostics.sources().map(({ name }) => name)).not.toContain(foreign.server.socket)
    } finally {
      await other.close()
    }
  })
})

describe("what they are in", () => {
  test("the registry names the conversation, its status flips are seen at once, and /clear moves on", async () => {
    const pane = bed.server().run([bed.claude, "--model", "x"])
    bed.discover()
    await bed.until("the agent", () => isSeen(pane))
    expect(seenAt(pane)?.conversationHints).toEqual([])
    const [first, second] = [crypto.randomUUID(), crypto.randomUUID()]
    bed.register(pane.pid, { sessionId: first })
    await bed.until("its conversation", () => seenAt(pane)?.conversationHints[0]?.conversationId === first)
    expect(seenAt(pane)?.conversationHints[0]).toMatchObject({ trust: "authoritative", evidence: { source: "registry" } })
    const lags: number[] = []
    for (let round = 0; round < 40; round += 1) {
      const status = round % 2 === 0 ? "busy" : "waiting"
      bed.register(pane.pid, { sessionId: first, status, waitingFor: "permission prompt" })
      lags.push(await bed.until(status, () => seenAt(pane)?.registry?.status === status))
    }
    reportLag("registry change -> AgentSeen", lags)
    bed.register(pane.pid, { sessionId: second, status: "idle" })
    await bed.until("the next conversation", () => seenAt(pane)?.conversationHints[0]?.conversationId === second)
    expect(bed.gone).toEqual([])
  })

  test("an id that is there for a moment only is never stated", async () => {
    const pane = bed.server().run([bed.claude, "--continue"])
    const [thrownAway, kept] = [crypto.randomUUID(), crypto.randomUUID()]
    bed.discover()
    await bed.until("the agent", () => isSeen(pane))
    bed.register(pane.pid, { sessionId: thrownAway })
    bed.register(pane.pid, { sessionId: kept })
    await bed.until("the id that stays", () => seenAt(pane)?.conversationHints[0]?.conversationId === kept)
    expect(JSON.stringify(bed.facts)).not.toContain(thrownAway)
  })

  test("registry files that speak of others are not believed", async () => {
    const server = bed.server()
    const panes = Array.from({ length: 6 }, () => server.run([bed.claude, "--model", "x"]))
    const [reused, container, legacy, torn, empty, other] = panes.map(({ pid }) => pid)
    const sessions = join(bed.home, ".claude/sessions")
    bed.register(reused ?? 0, { procStart: "1" })
    bed.register(container ?? 0, { pidDomain: "linux:another:pid:[1]" })
    writeFileSync(join(sessions, `${legacy}.json`), JSON.stringify({ pid: legacy, session_id: "x" }))
    writeFileSync(
      join(sessions, `pid-${legacy}.json`),
      JSON.stringify({ pid: legacy, sessionId: "x", procStart: startTicksOf(legacy ?? 0) }),
    )
    writeFileSync(join(sessions, `${torn}.json`), `{"pid":${torn},"sess`)
    writeFileSync(join(sessions, `${empty}.json`), "")
    writeFileSync(join(sessions, `${other}.key`), `{"pid":${other},"sessionId":"secret"}`)
    writeFileSync(join(sessions, "4000000.json"), JSON.stringify({ pid: 4_000_000, sessionId: "dead", procStart: "1" }))
    const discovery = bed.discover()
    await bed.until("all agents", () => isNewest(panes))
    await discovery.scanNow()
    for (const pane of panes) expect(seenAt(pane)).toMatchObject({ conversationHints: [], role: "interactive" })
    expect(panes.map((pane) => seenAt(pane)?.registry)).toEqual(panes.map(() => undefined))
    bed.register(torn ?? 0, {})
    await bed.until("the torn file once it is whole", () => bed.seen.get(torn ?? 0)?.registry !== undefined)
    expect(bed.diagnostics.problems().filter(({ kind }) => kind === "registry-file").length).toBeGreaterThanOrEqual(3)
  })

  test("spares are hidden, background sessions and an unknown schema are told", async () => {
    const server = bed.server()
    const [spare, background, odd] = [1, 2, 3].map(() =>
      server.run(["bash", "-c", `exec -a 'claude bg-spare' ${bed.claude} --bg-spare /s`]),
    )
    const plain = server.run([bed.claude, "--model", "x"])
    if (spare === undefined || background === undefined || odd === undefined) throw new Error("no panes")
    bed.register(spare.pid, { kind: "bg", spare: true })
    bed.register(background.pid, { kind: "bg" })
    bed.register(plain.pid, { status: "dreaming", sessionId: "kept" })
    const discovery = bed.discover()
    await bed.until("the two", () => bed.seen.size === 2)
    await discovery.scanNow()
    expect(bed.seen.get(background.pid)?.role).toBe("background")
    expect(bed.seen.get(plain.pid)?.registry).toMatchObject({ conversationId: "kept" })
    expect(bed.seen.get(plain.pid)?.registry).not.toHaveProperty("status")
    expect(bed.seen.size).toBe(2)
  })

  test("a nested run belongs to the agent that started it, also when orphaned; a leaked variable makes no family", async () => {
    const server = bed.server()
    const nested = `${bed.claude} -p nested`
    const parent = join(bed.home, ".local/share/claude/versions/2.1.200")
    writeFileSync(parent, readFileSync("/bin/bash"), { mode: 0o755 })
    const job = join(bed.folder, "job")
    writeFileSync(job, `setsid sh -c 'CLAUDE_PID='$$' ${nested}; :' </dev/null >/dev/null 2>&1 &\n${bed.program("keep/idle")} wait\n:\n`)
    const lead = server.run([parent, job])
    const orphan = bed.spawn(bed.claude, ["-p", "orphan"], { env: { CLAUDE_PID: String(lead.pid) } })
    const leaked = server.run([bed.claude, "--model", "x"], { env: { CLAUDE_PID: String(lead.pid) } })
    const discovery = bed.discover()
    await bed.until("all four", () => bed.seen.size === 4)
    await discovery.scanNow()
    const child = [...bed.seen.values()].find(({ pid }) => ![lead.pid, orphan.pid, leaked.pid].includes(pid))
    const leadId = seenAt(lead)?.sessionId
    expect(child).toMatchObject({ role: "headless", parentSessionId: leadId })
    expect(child?.pane).toBeUndefined()
    expect(bed.seen.get(orphan.pid)).toMatchObject({ parentSessionId: leadId })
    expect(seenAt(leaked)?.parentSessionId).toBeUndefined()
  })

  test("Codex: the newest thread of its own, and no guess between windows of a shared server", async () => {
    const server = bed.server()
    const home = join(bed.home, ".codex")
    const day = join(home, "sessions/2026/11/23")
    mkdirSync(day, { recursive: true })
    const threadAt = (ms: number, tail: string) => {
      const hex = ms.toString(16).padStart(12, "0")
      return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-${tail.padStart(12, "0")}`
    }
    const rollout = (id: string, source: unknown = "cli") => {
      const path = join(day, `rollout-2026-11-23T00-00-00-${id}.jsonl`)
      writeFileSync(path, `${JSON.stringify({ type: "session_meta", payload: { id, source } })}\n`)
      return path
    }
    const [old, current, subagent] = [threadAt(Date.now() - 9000, "1"), threadAt(Date.now() - 8000, "2"), threadAt(Date.now(), "3")]
    const files = [rollout(old), rollout(current), rollout(subagent, { subagent: { thread_spawn: {} } })]
    const inProcess = server.run(["bash", "-c", `exec 7>>${files[0]} 8>>${files[1]} 9>>${files[2]}; exec ${bed.codex} --search`])
    const discovery = bed.discover()
    await bed.until("the one in process", () => isSeen(inProcess))
    expect(seenAt(inProcess)?.conversationHints).toMatchObject([{ conversationId: current, trust: "authoritative" }])

    const window = server.run([bed.codex, "--search"])
    const shared = threadAt(Date.now() + 500, "4")
    const locks = join(home, "thread-writer-locks")
    mkdirSync(locks, { recursive: true })
    server.run(["bash", "-c", `exec 7>>${join(locks, `${shared}.lock`)}; exec ${bed.codex} app-server --listen unix://`])
    await bed.until("the only window's only thread", () => seenAt(window)?.conversationHints[0]?.conversationId === shared)
    expect(seenAt(window)?.conversationHints[0]?.trust).toBe("start")
    const second = server.run([bed.codex, "--search"])
    await bed.until("no answer for two windows", () => isSeen(second) && seenAt(window)?.conversationHints.length === 0)
    expect(evidenceOf(seenAt(window), "conversation")?.detail).toContain("2 windows")
    await discovery.scanNow()
  })
})
