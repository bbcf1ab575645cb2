// `npm run demo` as a newcomer meets it: it says where to look, shows agents at work, and leaves nothing behind.

import { type ChildProcess, execFile, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { createInterface } from "node:readline"
import { join } from "node:path"
import { promisify } from "node:util"
import { createClient } from "@connectrpc/connect"
import { createConnectTransport } from "@connectrpc/connect-node"
import { type HierarchyNode, type NodeFigures, PatternKind } from "@vibecraft/shared/gen/vibecraft/v1/hierarchy_pb"
import { MetricsService } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import { Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { type Hierarchy, SessionService } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import { afterEach, beforeEach, expect, test } from "vitest"
import { until } from "./until.ts"

const ROOT = join(import.meta.dirname, "..", "..")
const run = promisify(execFile)

let home: string
/** Where the command line keeps compiled code, which is not the demo's to clean up. */
let cache: string
beforeEach(() => {
  home = mkdtempSync("/tmp/vcd-")
  cache = mkdtempSync("/tmp/vcc-")
})
/** A test that fails leaves none behind. */
const demos: { readonly child: ChildProcess; readonly ended: Promise<unknown> }[] = []
afterEach(async () => {
  for (const { child, ended } of demos.splice(0)) {
    child.kill("SIGINT")
    await ended
  }
  for (const folder of [home, cache]) rmSync(folder, { recursive: true, force: true })
})

function startDemo(path = process.env["PATH"]) {
  const env = { HOME: home, PATH: path, LANG: "C.UTF-8", VIBECRAFT_PORT: "0" }
  const child = spawn(process.execPath, [join(ROOT, "daemon/simulator/demo.ts")], { env, stdio: ["ignore", "pipe", "pipe"] })
  let stdout = ""
  let stderr = ""
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text))
  const ended = once(child, "close").then(([code]) => ({ code: code as number, stdout, stderr }))
  const greeted = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      stdout += `${line}\n`
      if (line.startsWith("Ctrl-C")) resolve(stdout)
    })
    ended.then(() => reject(new Error(`the demo ended: ${stdout}${stderr}`)), reject)
  })
  greeted.catch(() => {})
  demos.push({ child, ended })
  return { child, env, ended, greeted }
}

test("says where to look, shows a fleet to page and command line, and cleans up on Ctrl-C", async () => {
  const demo = startDemo()
  const text = await demo.greeted
  const url = /Page\s+(http:\S+)/u.exec(text)?.[1] ?? ""
  const folder = /TMUX_TMPDIR=(\S+)\/t /u.exec(text)?.[1] ?? ""
  expect(await (await fetch(url)).text()).toContain("<!doctype html>")
  expect(text).toMatch(/npx vibecraft ls$/mu)
  type Listed = { sessions: { agent: string; status: string; role: string }[] }
  let listed: Listed = { sessions: [] }
  while (listed.sessions.length < 10) {
    const { stdout } = await run(process.execPath, [join(ROOT, "cli/bin/vibecraft.js"), "ls", "--json"], {
      env: { ...demo.env, XDG_CACHE_HOME: cache },
    })
    listed = JSON.parse(stdout) as Listed
  }
  expect(new Set(listed.sessions.map(({ agent }) => agent))).toEqual(new Set(["AGENT_CLAUDE", "AGENT_CODEX"]))
  expect(listed.sessions.some(({ role }) => role === "ROLE_HEADLESS")).toBe(true)

  demo.child.kill("SIGINT")
  expect(await demo.ended).toMatchObject({ code: 0, stderr: "" })
  expect(existsSync(folder)).toBe(false)
  expect(readdirSync(home)).toEqual([])
})

const PATTERNS = Object.values(PatternKind).filter((kind) => typeof kind === "number" && kind !== PatternKind.UNSPECIFIED)

/** The share of failed calls that no tool of a working agent comes near. */
const FAILING = 0.25

test("shows, by the API, who is slow, what fails, who waits, how they work together, and what each costs with all below it", async () => {
  const demo = startDemo()
  const baseUrl = /Page\s+(http:\S+)/u.exec(await demo.greeted)?.[1] ?? ""
  const transport = createConnectTransport({ baseUrl, httpVersion: "1.1" })
  const sessions = createClient(SessionService, transport)
  const metrics = createClient(MetricsService, transport)
  const list = async () => (await sessions.listSessions({})).sessions
  const isAt = (project: string) => (session: { readonly cwd?: string | undefined }) => session.cwd?.endsWith(`/${project}`) === true

  const seen = await until(
    "the one waits for a permission and the other is slow",
    list,
    (now) =>
      now.some(({ status, cwd }) => status === Status.WAITING && isAt("atlas-schema")({ cwd })) &&
      now.some((session) => session.slow && isAt("atlas-join")(session)),
  )
  expect(seen.find(isAt("atlas-schema"))).toMatchObject({ statusReason: "permission prompt", currentTool: { name: "Bash" } })
  const slow = seen.find(isAt("atlas-join"))
  expect(slow).toMatchObject({ slow: true })

  const rows = (await metrics.listMetrics({})).metrics
  const slowness = rows.find(({ sessionId }) => sessionId === slow?.id)?.slow ?? []
  expect(slowness.length).toBeGreaterThan(0)
  for (const { p95Ms, baselineP95Ms } of slowness) expect(p95Ms).toBeGreaterThan(2n * baselineP95Ms)
  const failing = rows.find(({ sessionId }) => sessionId === seen.find(isAt("atlas-import"))?.id)
  const worst = failing?.tools.filter(({ calls, failures }) => calls > 9 && failures / calls > FAILING)
  expect(worst?.length).toBeGreaterThan(0)
  for (const { name, errors } of worst ?? []) {
    expect(name).toMatch(/\S/u)
    expect(errors.length).toBeGreaterThan(0)
  }

  const trees = await until(
    "every pattern was seen, and the team is complete",
    async () => (await sessions.getHierarchy({})).trees,
    (now) =>
      new Set(now.flatMap(({ patterns }) => patterns.map(({ kind }) => kind))).size === PATTERNS.length &&
      membersOf(now).filter(({ link }) => link?.toolCallId !== undefined).length === 2,
  )
  const nodes = trees.flatMap((tree) => tree.nodes)
  expect(Math.max(...trees.map((tree) => depthOf(tree.nodes)))).toBe(4)
  for (const pattern of trees.flatMap(({ patterns }) => patterns)) {
    for (const id of [pattern.leaderId, ...pattern.memberIds]) expect(nodes.find((node) => node.id === id)?.name).toMatch(/\S/u)
  }
  expect(membersOf(trees).map(({ name }) => name)).toEqual(["backend", "tests"])

  for (const node of nodes) {
    const parts = [node.own, ...nodes.filter(({ parentId }) => parentId === node.id).map(({ total }) => total)]
    expect(figuresOf(node.total)).toEqual(parts.map(figuresOf).reduce((all, figures) => all.map((sum, at) => sum + (figures[at] ?? 0n))))
  }
  expect(trees.some(({ nodes: [root] }) => (root?.total?.cost?.nanosUsd ?? 0n) > (root?.own?.cost?.nanosUsd ?? 0n))).toBe(true)

  demo.child.kill("SIGINT")
  expect(await demo.ended).toMatchObject({ code: 0, stderr: "" })
})

/** Of the one team. */
function membersOf(trees: readonly Hierarchy[]): HierarchyNode[] {
  const team = trees.flatMap(({ patterns }) => patterns).find(({ kind }) => kind === PatternKind.TEAM)
  return trees.flatMap(({ nodes }) => nodes).filter(({ id }) => team?.memberIds.includes(id) === true)
}

function figuresOf(figures: NodeFigures | undefined): bigint[] {
  return [figures?.cost?.nanosUsd ?? 0n, figures?.tokens?.total ?? 0n, figures?.requests ?? 0n, figures?.toolCalls ?? 0n]
}

function depthOf(nodes: readonly HierarchyNode[]): number {
  const parents = new Map(nodes.map(({ id, parentId }) => [id, parentId]))
  const levels = (id: string | undefined): number => (id === undefined ? 0 : 1 + levels(parents.get(id)))
  return Math.max(...nodes.map(({ id }) => levels(id)))
}

test("says in one line how to get tmux where there is none", async () => {
  const { stdout } = await run("/bin/sh", ["-c", "command -v sh bash cat env grep sleep rm"])
  const bin = join(home, "bin")
  await run("/bin/sh", ["-c", `mkdir ${bin} && ln -s ${stdout.trim().split("\n").join(" ")} ${bin}/`])
  const { code, stderr } = await startDemo(bin).ended
  expect(code).toBe(1)
  expect(stderr).toBe("vibecraft demo: tmux is not installed; install it first, for example with: apt install tmux\n")
})
