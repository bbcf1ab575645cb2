// Things that were once taken for agents and are not: each has misled some tool. None of them may become a session,
// except the headless ones, which are sessions of their own kind.

import { spawn } from "node:child_process"
import { link, mkdir, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { type SimSettings, SIM_ENV } from "./agent/control.ts"
import { startTicksOf } from "./agent/owner.ts"
import { CLAUDE_VERSION, CODEX_VERSION, type InstalledAgents } from "./install-agents.ts"
import type { PrivateTmux } from "./private-tmux.ts"
import { REGISTRY_DECOYS, type RegistryDecoyKind, writeRegistryDecoy } from "./registry-decoys.ts"

/** What runs, and how. Words that are paths of the home begin with `~/`. */
interface Recipe {
  /** `pane`: with a terminal in tmux; `detached`: without one. */
  readonly where: "pane" | "detached"
  readonly argv: readonly string[]
  /** Links the stand-in to this path of the home first. */
  readonly linkedAs?: string
  /** Writes this script, executable, to this path of the home first. */
  readonly script?: { readonly path: string; readonly text: string }
  readonly argv0?: string
  readonly cwd?: string
  /** The daemon is to show it, as this role. */
  readonly shownAs?: "headless"
}

const VERSION_PATH = `~/.local/share/claude/versions/${CLAUDE_VERSION}`
const SLEEPS = "while :; do sleep 5; done"

const RECIPES = {
  vim: { where: "pane", argv: ["~/tools/vim", "claude.md"], linkedAs: "tools/vim" },
  less: { where: "pane", argv: ["~/tools/less", "~/.claude/projects/notes.jsonl"], linkedAs: "tools/less" },
  tail: { where: "pane", argv: ["tail", "-F", "~/.claude/claude.log"] },
  grep: { where: "pane", argv: ["grep", "claude"] },
  watch: { where: "pane", argv: ["bash", "-c", `: claude; ${SLEEPS}`] },
  "script-named-claude": {
    where: "pane",
    argv: ["~/scripts/claude"],
    script: { path: "scripts/claude", text: `#!/bin/bash\n${SLEEPS}\n` },
  },
  "node-script-claude": {
    where: "pane",
    argv: [process.execPath, "~/scripts/claude.js"],
    script: { path: "scripts/claude.js", text: "setInterval(() => {}, 1e6)\n" },
  },
  "cwd-named-claude": { where: "pane", argv: ["bash", "-c", SLEEPS], cwd: "claude" },
  "claude-desktop": { where: "detached", argv: ["~/tools/claude-desktop"], linkedAs: "tools/claude-desktop" },
  "claude-launch": { where: "pane", argv: ["~/tools/claude-launch"], linkedAs: "tools/claude-launch" },
  "claude-code-router": { where: "pane", argv: ["~/tools/claude-code-router"], linkedAs: "tools/claude-code-router" },
  "mcp-serve": { where: "detached", argv: ["~/.local/bin/claude", "mcp", "serve"] },
  "mcp-serve-pane": { where: "pane", argv: ["~/.local/bin/claude", "mcp", "serve"] },
  "agents-view": { where: "pane", argv: ["~/.local/bin/claude", "agents"] },
  "daemon-run": { where: "detached", argv: [VERSION_PATH, "daemon", "run", "--origin", "transient", "--spawned-by", "{}"] },
  "bg-pty-host": {
    where: "detached",
    argv: [VERSION_PATH, "--bg-pty-host", "/tmp/none.sock", "200", "50", "--", VERSION_PATH, "--bg-spare", "/tmp/none.sock"],
    argv0: "claude bg-pty-host",
  },
  "bg-spare": { where: "detached", argv: [VERSION_PATH, "--bg-spare", "/tmp/none.sock"], argv0: "claude bg-spare" },
  "app-server": { where: "detached", argv: ["~/.local/bin/codex", "app-server"] },
  "codex-updater": {
    where: "detached",
    argv: [`~/.codex/packages/app-server-daemon/releases/${CODEX_VERSION}/bin/codex`, "app-server", "daemon", "pid-update-loop"],
  },
  "code-mode-host": { where: "pane", argv: ["~/tools/codex-code-mode-host"], linkedAs: "tools/codex-code-mode-host" },
  "plugin-host": {
    where: "pane",
    argv: ["~/.codex/plugins/notes/codex"],
    linkedAs: ".codex/plugins/notes/codex",
    cwd: "~/.codex/plugins/notes",
  },
  zombie: { where: "detached", argv: ["bash", "-c", `env -u ${SIM_ENV} claude 2>/dev/null & exec sleep 100000`] },
  "claude-print": { where: "detached", argv: ["~/.local/bin/claude", "-p", "Sum it up"], shownAs: "headless" },
  "codex-exec": { where: "detached", argv: ["~/.local/bin/codex", "exec", "Sum it up"], shownAs: "headless" },
  "editor-stream": {
    where: "detached",
    argv: [
      "~/.vscode/extensions/anthropic.claude-code-2.1.330-linux-x64/resources/native-binary/claude",
      "--output-format",
      "stream-json",
      "--input-format",
      "stream-json",
    ],
    shownAs: "headless",
  },
} as const satisfies Record<string, Recipe>

type ProcessDecoyKind = keyof typeof RECIPES
export type DecoyKind = ProcessDecoyKind | RegistryDecoyKind

/** Every kind there is. */
export const DECOY_KINDS: readonly DecoyKind[] = [...(Object.keys(RECIPES) as ProcessDecoyKind[]), ...REGISTRY_DECOYS]

export interface Decoy {
  readonly kind: DecoyKind
  /** Absent for mere files. */
  readonly pid?: number
  readonly paneId?: string
  /** Set when the daemon is to show it. */
  readonly shownAs?: "headless"
  /** File in the agents' register, where it is one. */
  readonly path?: string
}

export interface DecoyWorld {
  readonly home: string
  readonly env: Readonly<Record<string, string>>
  readonly installed: InstalledAgents
  readonly tmux: PrivateTmux
  readonly owner: SimSettings["owner"]
  readonly seed: string
  readonly controlFolder: string
}

export async function createDecoy(kind: DecoyKind, world: DecoyWorld): Promise<Decoy> {
  const recipe: Recipe | undefined = (RECIPES as Record<string, Recipe>)[kind]
  if (recipe === undefined) return { kind, path: await writeRegistryDecoy(kind as RegistryDecoyKind, world.home) }
  const { home, tmux } = world
  const full = (word: string): string => (word.startsWith("~/") ? join(home, word.slice(2)) : word)
  const cwd =
    recipe.cwd === undefined ? join(home, "work/project") : recipe.cwd.startsWith("~/") ? full(recipe.cwd) : join(home, "work", recipe.cwd)
  await mkdir(cwd, { recursive: true })
  if (recipe.linkedAs !== undefined) await ensureLink(world.installed.claudeVersion(CLAUDE_VERSION), join(home, recipe.linkedAs))
  if (recipe.script !== undefined) {
    const path = join(home, recipe.script.path)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, recipe.script.text, { mode: 0o755 })
  }
  const settings: SimSettings = {
    owner: world.owner,
    controlPath: join(world.controlFolder, `decoy-${kind}.sock`),
    seed: world.seed,
    pace: 1,
    story: "none",
    version: kind.startsWith("codex") ? CODEX_VERSION : CLAUDE_VERSION,
    historyMs: 0,
  }
  const env = { [SIM_ENV]: JSON.stringify(settings) }
  const argv = recipe.argv.map(full)
  const shown = recipe.shownAs === undefined ? {} : { shownAs: recipe.shownAs }
  if (recipe.where === "pane") {
    const pane = await tmux.open({ server: "default", session: "decoys", window: kind, cwd, env, argv: ["/usr/bin/env", ...argv] })
    return { kind, pid: pane.panePid, paneId: pane.paneId, ...shown }
  }
  const [program = "", ...args] = argv
  const child = spawn(program, args, {
    cwd,
    detached: true,
    stdio: "ignore",
    env: { ...world.env, ...env },
    ...(recipe.argv0 === undefined ? {} : { argv0: recipe.argv0 }),
  })
  await new Promise<void>((resolve, reject) => child.once("spawn", resolve).once("error", reject))
  child.unref()
  const pid = child.pid ?? 0
  if (kind === "bg-spare") await writeSpareEntry(home, pid)
  return { kind, pid, ...shown }
}

async function ensureLink(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  await link(from, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error
  })
}

/** Pre-warmed spares are in the register like sessions, but for one member. */
async function writeSpareEntry(home: string, pid: number): Promise<void> {
  const folder = join(home, ".claude/sessions")
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const entry = {
    pid,
    sessionId: "5a5a5a5a-0000-4000-8000-000000000000",
    cwd: home,
    startedAt: Date.now(),
    procStart: startTicksOf(pid),
    kind: "bg",
    spare: true,
    status: "idle",
  }
  await writeFile(join(folder, `${pid}.json`), JSON.stringify(entry), { mode: 0o600 })
}
