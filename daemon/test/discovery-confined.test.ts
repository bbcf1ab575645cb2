// The daemon where it may not see everything, made by the kernel itself: pid namespaces, a /proc that hides, a user of few rights, an agent
// of more rights than the daemon. What cannot be known is unknown, nothing wrong takes its place, and doctor says what is lacking.

import { execFileSync, spawnSync } from "node:child_process"
import { chmodSync, chownSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { Role, Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { CheckState } from "@vibecraft/shared/gen/vibecraft/v1/daemon_service_pb"
import { Status, type Session } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { afterEach, beforeEach, expect, test } from "vitest"
import { clientsOf, type DaemonProgram, startDaemon } from "./daemon-program.ts"
import { type Bed, createBed } from "./discovery-bed/bed.ts"

/** Any other user than root will do; nobody need have this number. */
const USER = 61_234
const AS_USER = ["setpriv", `--reuid=${USER}`, `--regid=${USER}`, "--clear-groups"]
/** A pid namespace that ends with the program that made it. */
const NAMESPACE = ["unshare", "--pid", "--mount", "--fork", "--kill-child"]
const PLAIN_PROC = "mount -t proc proc /proc"

const canConfine = spawnSync("unshare", ["--pid", "--mount", "--fork", "sh", "-c", `${PLAIN_PROC} && setpriv --reuid=1 true`]).status === 0

let bed: Bed
let daemons: DaemonProgram[]

beforeEach(() => {
  bed = createBed()
  daemons = []
  chmodSync(bed.folder, 0o755)
})
afterEach(async () => {
  for (const { child } of daemons) child.kill("SIGKILL")
  await Promise.all(daemons.map(({ ended }) => ended))
  await bed.close()
})

/** Runs a shell script and then the daemon in a pid namespace of their own, which ends with the shell: with `exec` the daemon as another user would outlive it. */
async function confined(script: string, env: Record<string, string> = {}, asUser: readonly string[] = []) {
  const file = join(bed.folder, "begin")
  writeFileSync(file, `${script}\n"$@"\nexit\n`)
  const around = [...NAMESPACE, "sh", "-e", file, ...asUser]
  const daemon = startDaemon(
    ["--port", "0", "--state-dir", join(bed.home, "state"), "--socket", join(bed.home, "sock")],
    { HOME: bed.home, TMUX_TMPDIR: bed.folder, ...env },
    around,
  )
  daemons.push(daemon)
  const api = await clientsOf(daemon)
  const sessions = async (): Promise<Session[]> => (await api.sessions.listSessions({ scope: Scope.LIVE })).sessions
  return {
    async until(what: string, holds: (sessions: readonly Session[]) => boolean): Promise<readonly Session[]> {
      for (const deadlineMs = Date.now() + 30_000; ; await pause(50)) {
        const now = await sessions()
        if (holds(now)) return now
        if (Date.now() > deadlineMs)
          throw new Error(`never: ${what}: ${now.map((one) => `${one.pid} ${one.name} ${one.pane?.paneId}`).join("; ")}`)
      }
    },
    sessions,
    discover: () => api.sessions.discoverSessions({}),
    async check(name: string) {
      const { checks } = await api.status.getStatus({})
      return checks.find((one) => one.name === name)
    },
  }
}

const evidenceOf = (session: Session | undefined, field: string) =>
  session?.evidence.filter((one) => one.field === field).map((one) => one.detail)

test.skipIf(!canConfine)(
  "an agent in a pid namespace is found in its pane, and no registry file of another process is taken for its own",
  async () => {
    const server = bed.server()
    // Killed with its pane: whoever made the namespace.
    const pane = server.run(["unshare", "--pid", "--fork", "--kill-child", bed.claude, "--model", "inside"])
    const outside = server.run([bed.claude, "--model", "outside"])
    bed.discover()
    await bed.until("both", () => bed.seen.size === 2)
    const inside = [...bed.seen.values()].find(({ pid }) => pid !== outside.pid)
    if (inside === undefined) throw new Error("no agent inside")
    // It knows itself as process 1, and so it names its file; the file of its number here is somebody else's word.
    bed.register(outside.pid, {})
    writeFileSync(join(bed.home, ".claude/sessions/1.json"), JSON.stringify({ pid: 1, sessionId: "inner", procStart: "1", status: "busy" }))
    await bed.until("the registry file outside", () => bed.seen.get(outside.pid)?.registry !== undefined)
    const seen = bed.seen.get(inside.pid)
    expect(seen?.registry).toBeUndefined()
    expect(seen?.pane).toMatchObject({ paneId: pane.paneId })
    expect(seen?.evidence.find(({ field }) => field === "conversation")?.detail).toContain("runs in a container")
  },
)

test.skipIf(!canConfine)("a daemon in a pid namespace sees what runs in it, and says that it sees no more", async () => {
  const outer = bed.server({ socket: join(bed.folder, "tmux-0", "outer") })
  const outside = outer.run([bed.claude, "--model", "outside"])
  bed.register(outside.pid, { sessionId: "outside" })
  const inner = join(bed.folder, "inner")
  const view = await confined(`${PLAIN_PROC}
    tmux -S ${inner} -f /dev/null new-session -d -x 80 -y 20 -- ${bed.claude} --model inside`)
  const [session, ...more] = await view.until("the agent inside in its pane", (all) => all.some(({ pane }) => pane !== undefined))
  expect(more).toEqual([])
  expect(session?.pane?.socket).toBe(inner)
  expect(session?.pid).toBeLessThan(100)
  await view.discover()
  expect((await view.sessions()).map(({ pid }) => pid)).toEqual([session?.pid])
  expect(await view.check("platform")).toMatchObject({ state: CheckState.WARNING, detail: expect.stringContaining("pid namespace") })
  // The other server answers on its socket; its panes are of processes and terminals that are others here.
  const servers = await view.check("tmux-servers")
  expect(servers).toMatchObject({ state: CheckState.WARNING, detail: expect.stringContaining("in another container") })
  expect(servers?.detail).toContain(outer.socket)
  expect((await view.check("unlisted-agents"))?.state).toBe(CheckState.OK)
})

test.skipIf(!canConfine)("a user to whom /proc shows nobody else's processes sees all of theirs", async () => {
  giveTo(USER)
  const socket = join(bed.home, "s")
  const view = await confined(
    `mount -t proc -o hidepid=2 proc /proc
    ${bed.claude} --model of-root &
    ${AS_USER.join(" ")} tmux -S ${socket} -f /dev/null new-session -d -x 80 -y 20 -- ${bed.claude} --model own`,
    {},
    AS_USER,
  )
  const all = await view.until("the agent in its pane", (sessions) => sessions.some(({ pane }) => pane !== undefined))
  expect(all).toHaveLength(1)
  expect(all[0]?.pane?.socket).toBe(socket)
  expect((await view.check("platform"))?.detail).toContain("hidepid")
  expect((await view.check("processes"))?.state).toBe(CheckState.OK)
  expect((await view.check("permissions"))?.state).toBe(CheckState.OK)
})

test.skipIf(!canConfine)("an agent with more rights than the daemon is known by arguments and ancestry, and that is said", async () => {
  giveTo(USER)
  const socket = join(bed.home, "s")
  const more = ["setpriv", `--reuid=${USER}`, `--regid=${USER}`, "--clear-groups", "--inh-caps=+net_raw", "--ambient-caps=+net_raw"]
  const view = await confined(
    `${PLAIN_PROC}
    ${more.join(" ")} ${bed.claude} -p x &
    ${AS_USER.join(" ")} tmux -S ${socket} -f /dev/null new-session -d -x 80 -y 20 -- ${bed.claude} --model own`,
    {},
    AS_USER,
  )
  const all = await view.until("both", (sessions) => sessions.length === 2)
  const closed = all.find(({ role }) => role === Role.HEADLESS)
  expect(closed?.cwd).toBeUndefined()
  expect(closed?.status).not.toBe(Status.WORKING)
  expect(evidenceOf(closed, "agent")?.join()).toMatch(/first argument .*may not be read/u)
  expect(evidenceOf(closed, "parent")?.join()).toContain("may not be read")
  const check = await view.check("permissions")
  expect(check).toMatchObject({ state: CheckState.WARNING, detail: expect.stringContaining(`process ${closed?.pid} `) })
  expect(check?.advice).not.toBe("")
})

test.skipIf(!canConfine)("without a process table nothing is concluded, the daemon serves, and doctor says why", async () => {
  const view = await confined("mount -t tmpfs none /proc")
  const { failures } = await view.discover()
  expect(failures.join()).toContain("processes")
  expect(await view.sessions()).toEqual([])
  const check = await view.check("processes")
  expect(check).toMatchObject({ state: CheckState.FAILED, advice: expect.stringContaining("/proc is mounted") })
})

/** Everything that is there. */
function giveTo(user: number): void {
  mkdirSync(join(bed.home, "state"), { recursive: true })
  chownSync(bed.home, user, user)
  execFileSync("chown", ["-R", `${user}:${user}`, bed.home])
}
