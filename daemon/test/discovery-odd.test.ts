// Discovery where things are odd: clients of another version than the server, locales without UTF-8, names made to do harm, and a listener
// that must leave no trace on the server it listens to.

import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { type Bed, createBed, type Pane } from "./discovery-bed/bed.ts"

let bed: Bed

beforeEach(() => {
  bed = createBed()
})
afterEach(() => bed.close())

const isSeen = (pane: Pane): boolean => bed.seen.get(pane.pid)?.pane?.paneId === pane.paneId

/** A client of another version: the script decides what becomes of a question. */
function fakeTmux(script: string): string {
  const path = join(bed.folder, "old", "tmux")
  mkdirSync(join(bed.folder, "old"), { recursive: true })
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

test.each([
  ["server exited unexpectedly", "an older one"],
  ["protocol version mismatch (client 7, server 8)", "a much older one"],
  ["lost server", "one that gives up"],
])("a client that says %j (%s) is replaced by the server's own", async (words) => {
  const pane = bed.server().run([bed.claude, "--model", "x"])
  bed.discover({ tmux: fakeTmux(`echo "${words}" >&2; exit 1`) })
  await bed.until("the agent in its pane", () => isSeen(pane))
  expect(bed.diagnostics.sources()).toContainEqual(expect.objectContaining({ kind: "tmux", name: pane.server.socket, health: "ok" }))
})

test("a client that fails for any other reason concludes nothing: the agent is there, its pane unknown, and the failure is said", async () => {
  const pane = bed.server().run([bed.claude, "--model", "x"])
  const discovery = bed.discover({ tmux: fakeTmux(`echo "open terminal failed" >&2; exit 1`) })
  await bed.until("the agent", () => bed.seen.has(pane.pid))
  expect((await discovery.scanNow()).failures.join()).toContain("open terminal failed")
  expect(bed.seen.get(pane.pid)).toMatchObject({ role: "interactive" })
  expect(bed.seen.get(pane.pid)?.pane).toBeUndefined()
  expect(bed.diagnostics.checks().find(({ name }) => name === "tmux-servers")).toMatchObject({ state: "warning" })
  expect(bed.gone).toEqual([])
})

test("names made to do harm stay text wherever they come from, under any locale", async () => {
  const names = [
    "$(touch x)",
    "`id`",
    "#{pane_pid}",
    "%5",
    "-dash",
    "a\tb",
    "émoji 🦊",
    "\u202egnp.exe",
    "'; rm -rf /",
    `long${"x".repeat(4_092)}`,
  ]
  const server = bed.server({ env: { LANG: "C", LC_ALL: "C" } })
  const panes: Pane[] = []
  for (const name of names) {
    const cwd = Buffer.from(join(bed.folder, `d ${name.slice(0, 100).replaceAll("/", "_")}`))
    mkdirSync(cwd, { recursive: true })
    const pane = server.run([bed.claude, "--name", name, "--model", name], { cwd: cwd.toString(), name })
    bed.register(pane.pid, { name, cwd: cwd.toString() })
    panes.push(pane)
  }
  // A folder whose name is no text at all.
  const broken = Buffer.concat([Buffer.from(`${bed.folder}/bad-`), Buffer.of(0xff, 0xfe, 0x0a, 0x1b)])
  mkdirSync(broken)
  const job = join(bed.folder, "job")
  writeFileSync(job, Buffer.concat([Buffer.from("cd '"), broken, Buffer.from(`' && exec ${bed.claude} --model bad\n`)]))
  const inBroken = server.run(["/bin/sh", job])
  bed.discover({ env: { LANG: "C", LC_ALL: "C" } })
  await bed.until("all of them", () => [...panes, inBroken].every(isSeen))
  for (const [index, pane] of panes.entries()) {
    expect(bed.seen.get(pane.pid)).toMatchObject({ role: "interactive", registry: { name: names[index] } })
    expect(bed.seen.get(pane.pid)?.pane?.windowName).toBe(server.tmux("display-message", "-p", "-t", pane.paneId, "#{window_name}"))
  }
  expect(bed.seen.get(inBroken.pid)?.cwd).toContain("/bad-")
  expect(bed.seen.size).toBe(names.length + 1)
})

test("listening leaves no trace: nobody is attached, nothing is focused, and it ends with the daemon", async () => {
  const server = bed.server()
  server.tmux("set-option", "-s", "focus-events", "on")
  const heard = join(bed.folder, "heard")
  const pane = server.run(["bash", "-c", `stty raw -echo; printf '\\033[?1004h'; exec cat > ${heard}`])
  const look = () =>
    [
      server.tmux("list-clients"),
      server.tmux("list-sessions", "-F", "#{session_name} #{session_attached} #{session_last_attached} #{session_activity}"),
      server.tmux("list-panes", "-a", "-F", "#{pane_id} #{pane_active} #{window_active} #{pane_width}x#{pane_height}"),
    ].join("\n")
  await bed.until("the pane listens", () => server.tmux("display-message", "-p", "-t", pane.paneId, "#{pane_current_command}") === "cat")
  const before = look()
  const discovery = bed.discover()
  await discovery.scanNow()
  expect(waiters(server.socket)).toBe(1)
  const hints = bed.diagnostics.counters.hints
  server.tmux("rename-session", "-t", "main:", "other")
  await bed.until("the rename is heard of", () => bed.diagnostics.counters.hints > hints)
  server.tmux("rename-session", "-t", "other:", "main")
  await discovery.scanNow()
  expect(look()).toBe(before)
  // Focus that comes in is what an attached client would cause; that it is out, tmux says to whoever asks.
  expect(readFileSync(heard, "utf8")).not.toContain("\u001b[I")
  discovery.close()
  await bed.until("nobody waits at the server any more", () => waiters(server.socket) === 0)
})

/**
 * Processes of this daemon's that wait at a server, by their command lines. A daemon of the user's that is confined to no scope listens to every
 * server of the machine, this one too.
 */
function waiters(socket: string): number {
  const own = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && parentOf(name) === process.pid)
  const commandLines = own.map((name) => textOf(`/proc/${name}/cmdline`).split("\0"))
  return commandLines.filter((argv) => argv.includes(socket) && argv.includes("wait-for")).length
}

/** The second field behind a name that may hold anything; NaN for a process that is gone. */
function parentOf(pid: string): number {
  const stat = textOf(`/proc/${pid}/stat`)
  return Number(stat.slice(stat.lastIndexOf(")")).split(" ")[2])
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return ""
  }
}
