// A world of its own for tests and the demo: a temp home with installed agents, private tmux servers, and agents that do
// as they are told or as a seeded story goes. Nothing of the user's is touched, and nothing outlives it.

import { spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"
import { mkdir, mkdtemp, rm } from "node:fs/promises"
import { isAbsolute, join } from "node:path"
import type { AgentKind } from "../src/domain/agent.ts"
import { type SimSettings, SIM_ENV, type StoryKind } from "./agent/control.ts"
import { startTicksOf } from "./agent/owner.ts"
import { createRandom } from "./agent/random.ts"
import { connectControl } from "./control-client.ts"
import { type Decoy, type DecoyKind, createDecoy } from "./decoys.ts"
import { CLAUDE_SCRIPT_VERSION, CLAUDE_VERSION, CODEX_VERSION, type InstalledAgents, installAgents } from "./install-agents.ts"
import { endMarked, MARK_ENV, markedPids, startGuard } from "./marked-processes.ts"
import { createPrivateTmux, type Pane, type PrivateTmux } from "./private-tmux.ts"
import { createSimAgent, type SimAgent } from "./sim-agent.ts"

export interface SimulatorOptions {
  readonly seed: string
  /** Factor on every wait of an agent: "human" is 1, "fast" 0.02. Default "fast". */
  readonly pace?: "human" | "fast" | number
  /** Value of VIBECRAFT_SCOPE; default a new one. */
  readonly scope?: string
  /** Short folder for everything; default a new one under /tmp. Removed on close either way. */
  readonly folder?: string
}

/**
 * How an agent is started. `direct`: the pane's own process, found by PATH. `shell`: typed into an interactive bash. `version`: by the
 * absolute path of its version, as it restarts itself. `npm`: by `node_modules/.bin`. `script`: by Node (`cli.js`, `codex.js`).
 * `wrapped`: below `timeout`, as scripts do.
 * `own-pty`: below a program that makes a terminal of its own, as sandboxes and recorders do; outside tmux that is a plain terminal.
 * `orphan`: on the pane's terminal, though whoever started it is gone.
 */
export type LaunchKind = "direct" | "shell" | "version" | "npm" | "script" | "wrapped" | "own-pty" | "orphan"

export interface StartOptions {
  readonly agent: AgentKind
  readonly version?: string
  /** Absolute, or a folder below `~/work`; made when it is not there. Default "project". */
  readonly cwd?: string
  /** tmux session; default "main". */
  readonly session?: string
  /** Name of the tmux server, or the absolute path of its socket. */
  readonly server?: string
  readonly window?: string
  readonly split?: boolean
  /** No tmux and no terminal, as an editor or a script starts it. */
  readonly outsideTmux?: boolean
  readonly launch?: LaunchKind
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly model?: string
  readonly effort?: string
  readonly gitBranch?: string
  readonly topic?: string
  /** Its first prompt, where the topic does not choose it. */
  readonly task?: string
  /** Default "none": it waits for commands. */
  readonly story?: StoryKind
  readonly pace?: number
  /** Past to write before it appears, in milliseconds; it then starts as a resumed conversation. */
  readonly historyMs?: number
  readonly trust?: boolean
  readonly toolProcesses?: boolean
}

export interface Simulator {
  readonly scope: string
  readonly home: string
  readonly folder: string
  /** All that a daemon or a CLI needs to see this world and no other. */
  readonly env: Readonly<Record<string, string>>
  readonly installed: InstalledAgents
  readonly tmux: PrivateTmux
  readonly agents: readonly SimAgent[]
  /** Resolves when the agent answers; it is visible to others at that time or a moment later. */
  start(options: StartOptions): Promise<SimAgent>
  startDecoy(kind: DecoyKind): Promise<Decoy>
  /** Pids of everything that runs in it, a daemon started with `env` included. */
  pids(): number[]
  /** Ends every process of it and removes its folder. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const PACES = { human: 1, fast: 0.02 } as const

/** Throws AgentBuildError or TmuxError where the machine lacks something. Linux only: it needs /proc. */
export async function createSimulator(options: SimulatorOptions): Promise<Simulator> {
  const folder = options.folder ?? (await mkdtemp("/tmp/vc-"))
  const mark = randomBytes(8).toString("hex")
  const guard = startGuard(mark, folder)
  const home = join(folder, "home")
  const folders = { tmux: join(folder, "t"), control: join(folder, "c"), run: join(folder, "run") }
  for (const path of [home, ...Object.values(folders)]) await mkdir(path, { recursive: true, mode: 0o700 })
  const installed = await installAgents(home)
  const scope = options.scope ?? `sim-${mark}`
  const env: Readonly<Record<string, string>> = {
    HOME: home,
    PATH: `${installed.bin}:${process.env["PATH"] ?? "/usr/bin:/bin"}`,
    LANG: "C.UTF-8",
    TERM: "xterm-256color",
    SHELL: "/bin/bash",
    TMUX_TMPDIR: folders.tmux,
    XDG_RUNTIME_DIR: folders.run,
    VIBECRAFT_SCOPE: scope,
    [MARK_ENV]: mark,
    ...(process.env["TZ"] === undefined ? {} : { TZ: process.env["TZ"] }),
  }
  const tmux = createPrivateTmux({ folder: folders.tmux, env })
  const owner = { pid: process.pid, startTicks: startTicksOf("self") ?? "" }
  const defaultPace = typeof options.pace === "number" ? options.pace : PACES[options.pace ?? "fast"]
  const ids = createRandom(`${options.seed}/ids`)
  const agents: SimAgent[] = []
  const decoys: Decoy[] = []
  let started = 0
  let isClosed = false

  const folderOf = async (cwd: string): Promise<string> => {
    const path = isAbsolute(cwd) ? cwd : join(home, "work", cwd)
    await mkdir(path, { recursive: true })
    return path
  }
  const settingsOf = (start: StartOptions, index: number): SimSettings => ({
    owner,
    controlPath: join(folders.control, `${index}.sock`),
    seed: `${options.seed}/${index}`,
    pace: start.pace ?? defaultPace,
    story: start.story ?? "none",
    version: versionOf(start),
    historyMs: start.historyMs ?? 0,
    ...pick(start, ["model", "effort", "gitBranch", "topic", "task", "trust", "toolProcesses"]),
  })

  const start = async (request: StartOptions): Promise<SimAgent> => {
    const index = ++started
    const settings = settingsOf(request, index)
    const resumed = resumeArgs(request, ids)
    const cwd = await folderOf(request.cwd ?? "project")
    const words = [...programOf(request, installed), ...resumed, ...(request.args ?? [])]
    const argv = below(request.launch, words)
    const agentEnv = { ...request.env, [SIM_ENV]: JSON.stringify(settings) }
    let pane: Pane | undefined
    let firstPid: number | undefined
    if (request.outsideTmux === true) {
      const [program = "", ...args] = argv
      const child = spawn(program, args, { cwd, detached: true, stdio: "ignore", env: { ...env, ...agentEnv } })
      child.on("error", () => {})
      child.unref()
      firstPid = child.pid
    } else {
      const isTyped = request.launch === "shell"
      const place = {
        server: request.server ?? "default",
        session: request.session ?? "main",
        cwd,
        env: agentEnv,
        ...pick(request, ["window", "split"]),
      }
      // With two words or more tmux starts the program itself; `env` makes the second word the name that it is found by.
      pane = await tmux.open({ ...place, argv: isTyped ? ["/bin/bash", "--norc", "--noprofile", "-i"] : ["/usr/bin/env", ...argv] })
      firstPid = pane.panePid
      if (isTyped) await tmux.command(["send-keys", "-t", pane.paneId, argv.map(quote).join(" "), "Enter"], place.server)
    }
    const ticks = firstPid === undefined ? undefined : startTicksOf(firstPid)
    const isGone = (): string | undefined => {
      if (firstPid !== undefined && ticks !== undefined && startTicksOf(firstPid) === ticks) return undefined
      const errorPath = `${settings.controlPath}.error`
      return existsSync(errorPath) ? readFileSync(errorPath, "utf8") : `${argv.join(" ")} ended at once`
    }
    const control = await connectControl(settings.controlPath, isGone)
    const agent = await createSimAgent({ agent: request.agent, control, controlPath: settings.controlPath, cwd, pane })
    agents.push(agent)
    return agent
  }

  const close = async (): Promise<void> => {
    if (isClosed) return
    isClosed = true
    for (const agent of agents) agent.disconnect()
    await endMarked(mark)
    guard.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  return {
    scope,
    home,
    folder,
    env,
    installed,
    tmux,
    agents,
    start,
    async startDecoy(kind) {
      const decoy = await createDecoy(kind, {
        home,
        env,
        installed,
        tmux,
        owner,
        seed: `${options.seed}/decoy-${decoys.length}`,
        controlFolder: folders.control,
      })
      decoys.push(decoy)
      return decoy
    },
    pids: () => markedPids(mark),
    close,
    [Symbol.asyncDispose]: close,
  }
}

function versionOf(start: StartOptions): string {
  if (start.version !== undefined) return start.version
  if (start.agent === "codex") return CODEX_VERSION
  return start.launch === "script" ? CLAUDE_SCRIPT_VERSION : CLAUDE_VERSION
}

/** The words before the agent's own arguments. */
function programOf(start: StartOptions, installed: InstalledAgents): string[] {
  const isClaude = start.agent === "claude"
  const name = isClaude ? "claude" : "codex"
  switch (start.launch ?? "direct") {
    case "version":
      return [isClaude ? installed.claudeVersion(versionOf(start)) : installed.codex]
    case "npm":
      return [isClaude ? installed.claudeNpm : installed.codex]
    case "script":
      return [process.execPath, isClaude ? installed.claudeScript : installed.codexScript]
    case "own-pty":
    case "orphan":
      return [name]
    case "wrapped":
      return ["timeout", "86400", name]
    default:
      return isClaude && start.version !== undefined && start.version !== CLAUDE_VERSION ? [installed.claudeVersion(start.version)] : [name]
  }
}

/** The words with what stands between them and the terminal. */
function below(launch: LaunchKind | undefined, words: readonly string[]): readonly string[] {
  const line = words.map(quote).join(" ")
  if (launch === "own-pty") return ["script", "-qfc", `exec ${line}`, "/dev/null"]
  return launch === "orphan" ? ["/bin/sh", "-c", `(exec ${line} </dev/tty >/dev/tty &); exec sleep 86400`] : words
}

/** A conversation with a past starts as a resumed one, because a process cannot be younger than what it wrote. */
function resumeArgs(start: StartOptions, ids: ReturnType<typeof createRandom>): string[] {
  if (start.historyMs === undefined || start.historyMs <= 0) return []
  return start.agent === "claude" ? ["--resume", ids.uuid()] : ["resume", ids.uuid7(Date.now() - start.historyMs)]
}

function quote(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`
}

function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]])) as Pick<T, K>
}
