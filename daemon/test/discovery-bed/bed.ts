// A small world of its own for tests of discovery: a temp home, private tmux servers, programs that look like agents, and a discovery
// confined to them by a scope, so that neither the user's agents nor another test's are ever seen.

import { execFileSync, spawn, type ChildProcess } from "node:child_process"
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import type { AgentGone, AgentSeen, PresenceFact } from "../../src/domain/facts.ts"
import { Diagnostics } from "../../src/model/diagnostics.ts"
import { createDiscovery, type Discovery } from "../../src/observe/discovery/discovery.ts"
import { createScanPool } from "../../src/observe/discovery/scan-pool.ts"
import { writeIdleProgram } from "./idle-program.ts"

export interface Pane {
  readonly server: Server
  readonly paneId: string
  /** The process in it. */
  readonly pid: number
}

export interface Server {
  readonly socket: string
  readonly pid: number
  tmux(...args: string[]): string
  /** Runs a program in a new window, or in a split of a pane. */
  run(
    argv: readonly string[],
    where?: { readonly split?: Pane; readonly name?: string; readonly cwd?: string; readonly env?: Record<string, string> },
  ): Pane
}

export interface Bed {
  readonly folder: string
  readonly home: string
  readonly scope: string
  readonly diagnostics: Diagnostics
  /** What is published now, by pid. */
  readonly seen: ReadonlyMap<number, AgentSeen>
  readonly gone: readonly AgentGone[]
  readonly facts: readonly PresenceFact[]
  /** Paths of the programs. */
  readonly claude: string
  readonly codex: string
  program(path: string): string
  server(options?: { readonly socket?: string; readonly session?: string; readonly env?: Record<string, string> }): Server
  /** Starts a program outside tmux, without a terminal. */
  spawn(
    path: string,
    args: readonly string[],
    options?: { readonly argv0?: string; readonly env?: Record<string, string>; readonly cwd?: string },
  ): ChildProcess & { pid: number }
  /** Writes the registry file of a Claude process. */
  register(pid: number, fields?: Record<string, unknown>): string
  discover(options?: { readonly env?: Record<string, string>; readonly tmux?: string }): Discovery
  /** Waits until a condition holds; fails with what is published when it never does. Answers how long it took, in ms. */
  until(what: string, holds: () => boolean, ceilingMs?: number): Promise<number>
  kill(pid: number, signal?: NodeJS.Signals): void
  /** Ends every process of the bed and waits until none is left. */
  close(): Promise<void>
}

/** Field 22 of a process's stat line. */
export const startTicksOf = (pid: number): string => {
  const line = readFileSync(`/proc/${pid}/stat`, "utf8")
  return line.slice(line.lastIndexOf(")") + 2).split(" ")[19] ?? ""
}

const firstLine = (path: string): string => readFileSync(path, "utf8").split("\n")[0]?.trim() ?? ""

export const createBed = (): Bed => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "vd-")))
  const home = join(folder, "home")
  const scope = `test-${process.pid}-${folder.slice(-6)}`
  const environment = {
    PATH: process.env["PATH"] ?? "/usr/bin:/bin",
    HOME: home,
    LANG: "C.UTF-8",
    VIBECRAFT_SCOPE: scope,
    SHELL: "/bin/sh",
  }
  mkdirSync(join(home, ".claude", "sessions"), { recursive: true })
  const diagnostics = new Diagnostics()
  const facts: PresenceFact[] = []
  const seen = new Map<number, AgentSeen>()
  const gone: AgentGone[] = []
  const waiting = new Set<() => void>()
  const started = new Set<number>()
  const servers: Server[] = []
  const closers: (() => Promise<void>)[] = []

  const apply = (news: readonly PresenceFact[]) => {
    for (const fact of news) {
      facts.push(fact)
      if (fact.kind === "agent-seen") seen.set(fact.pid, fact)
      else {
        gone.push(fact)
        for (const [pid, one] of seen) if (one.sessionId === fact.sessionId) seen.delete(pid)
      }
    }
    for (const wake of waiting) wake()
  }

  const kill = (pid: number, signal: NodeJS.Signals = "SIGKILL") => {
    try {
      process.kill(pid, signal)
    } catch {
      // It is gone already.
    }
  }

  const summary = (): string =>
    [
      ...[...seen.values()].map(
        ({ pid, agent, role, pane, evidence }) =>
          `${pid} ${agent} ${role} ${pane?.socket} ${pane?.paneId} ${evidence.map(({ field, detail }) => `${field}: ${detail}`).join("; ")}`,
      ),
      ...gone.map(({ sessionId, reason }) => `gone ${sessionId} ${reason}`),
      ...diagnostics.sources().map(({ kind, name, health, detail }) => `source ${kind} ${name} ${health} ${detail}`),
      ...diagnostics.problems().map(({ kind, subject, detail }) => `problem ${kind} ${subject} ${detail}`),
    ].join("\n")

  const bed: Bed = {
    folder,
    home,
    scope,
    diagnostics,
    seen,
    gone,
    facts,
    claude: writeIdleProgram(join(home, ".local/share/claude/versions/2.1.330")),
    codex: writeIdleProgram(join(home, "npm/@openai/codex/vendor/x86_64-unknown-linux-musl/bin/codex")),
    program: (path) => writeIdleProgram(join(folder, path)),
    server: ({ socket = join(folder, `s${servers.length}`), session = "main", env = {} } = {}) => {
      mkdirSync(dirname(socket), { recursive: true })
      chmodSync(dirname(socket), 0o700)
      const tmux = (...args: string[]): string =>
        execFileSync("tmux", ["-u", "-S", socket, "-f", "/dev/null", ...args], {
          encoding: "utf8",
          env: { ...environment, ...env },
          cwd: folder,
          stdio: ["ignore", "pipe", "pipe"],
        }).trim()
      tmux("new-session", "-d", "-x", "200", "-y", "50", "-s", session, "--", bed.program("keep/keeper"), "wait")
      const server: Server = {
        socket,
        pid: Number(tmux("display-message", "-p", "#{pid}")),
        tmux,
        run: (argv, { split, name, cwd = folder, env: own = {} } = {}) => {
          const place =
            split === undefined ? ["new-window", "-d", "-t", `${session}:`] : ["split-window", "-d", "-l", "3", "-t", split.paneId]
          const variables = Object.entries(own).flatMap(([key, value]) => ["-e", `${key}=${value}`])
          const title = name === undefined || split !== undefined ? [] : ["-n", name]
          // A single word goes to a shell; two or more tmux runs itself.
          const words = argv.length === 1 ? ["/usr/bin/env", ...argv] : argv
          const answer = tmux(...place, ...title, ...variables, "-c", cwd, "-P", "-F", "#{pane_id} #{pane_pid}", "--", ...words)
          const [paneId = "", pid = ""] = answer.split(" ")
          return { server, paneId, pid: Number(pid) }
        },
      }
      servers.push(server)
      return server
    },
    spawn: (path, args, { argv0, env = {}, cwd = folder } = {}) => {
      const child = spawn(path, args, {
        env: { ...environment, ...env },
        cwd,
        stdio: "ignore",
        detached: true,
        ...(argv0 === undefined ? {} : { argv0 }),
      })
      const { pid } = child
      if (pid === undefined) throw new Error(`${path} does not start`)
      started.add(pid)
      return Object.assign(child, { pid })
    },
    register: (pid, fields = {}) => {
      const path = join(home, ".claude/sessions", `${pid}.json`)
      const pidDomain = `linux:${firstLine("/etc/machine-id")}:${execFileSync("readlink", ["/proc/self/ns/pid"], { encoding: "utf8" }).trim()}`
      const base = {
        pid,
        sessionId: crypto.randomUUID(),
        cwd: folder,
        startedAt: Date.now(),
        procStart: startTicksOf(pid),
        version: "2.1.330",
        peerProtocol: 1,
        kind: "interactive",
        entrypoint: "cli",
        status: "idle",
        updatedAt: Date.now(),
        pidDomain,
      }
      writeFileSync(path, JSON.stringify({ ...base, ...fields }))
      return path
    },
    discover: ({ env = {}, tmux } = {}) => {
      const pool = createScanPool()
      const discovery = createDiscovery({
        env: { HOME: home, TMUX_TMPDIR: folder, VIBECRAFT_SCOPE: scope, ...env },
        home,
        pool,
        apply,
        diagnostics,
        onRoot: () => undefined,
        now: Date.now,
        ...(tmux === undefined ? {} : { tmux }),
      })
      closers.push(async () => {
        discovery.close()
        await pool.close()
      })
      return discovery
    },
    until: async (what, holds, ceilingMs = 20_000) => {
      const startedMs = performance.now()
      while (!holds()) {
        const leftMs = ceilingMs - (performance.now() - startedMs)
        if (leftMs <= 0) throw new Error(`never: ${what}\n${summary()}`)
        const woken = Promise.withResolvers<void>()
        const timer = setTimeout(woken.resolve, Math.min(leftMs, 100))
        waiting.add(woken.resolve)
        await woken.promise
        waiting.delete(woken.resolve)
        clearTimeout(timer)
      }
      return performance.now() - startedMs
    },
    kill,
    close: async () => {
      for (const close of closers) await close()
      for (let left = ownProcesses(scope); left.length > 0; left = ownProcesses(scope)) {
        for (const pid of left) kill(pid)
        await new Promise((resolve) => setImmediate(resolve))
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return bed
}

/** All processes that carry a scope, and therefore belong to one bed alone. */
const ownProcesses = (scope: string): number[] => {
  const mark = Buffer.from(`\0VIBECRAFT_SCOPE=${scope}\0`)
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const environ = Buffer.concat([Buffer.of(0), readFileSync(`/proc/${pid}/environ`), Buffer.of(0)])
        return pid !== process.pid && environ.includes(mark)
      } catch {
        return false
      }
    })
}
