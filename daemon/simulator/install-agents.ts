// Lays the simulated agent out in a home as the real installers lay out the real programs, one hard link under each name.

import { copyFile, link, mkdir, rm, symlink, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { type AgentBuild, agentBuild } from "./executable.ts"

/** Newest known versions: what `start` takes by default. */
export const CLAUDE_VERSION = "2.1.330"
export const CODEX_VERSION = "0.169.0"
/** Versions with habits of their own that are installed beside the newest. */
export const CLAUDE_VERSIONS = ["2.1.76", "2.1.145", "2.1.200", "2.1.240", CLAUDE_VERSION] as const
/** A version that Node runs as a script. */
export const CLAUDE_SCRIPT_VERSION = "2.1.112"
const CODEX_TRIPLE = process.arch === "arm64" ? "aarch64-unknown-linux-musl" : "x86_64-unknown-linux-musl"

export interface InstalledAgents {
  /** Folder for PATH: `claude` and `codex`. */
  readonly bin: string
  /** `~/.local/bin/claude`, a symlink to the newest version. */
  readonly claude: string
  /** `~/.local/share/claude/versions/<version>`. */
  claudeVersion(version: string): string
  /** `node_modules/.bin/claude`, a symlink to `@anthropic-ai/claude-code/bin/claude.exe`. */
  readonly claudeNpm: string
  /** `cli.js` of a version that Node runs: start it as `node <this>`. */
  readonly claudeScript: string
  /** The editor extension's own binary. */
  readonly claudeEditor: string
  readonly codex: string
  /** `codex.js`, which Node runs and which starts the binary as its child. */
  readonly codexScript: string
}

/** Needs a home on any file system; across file systems the executable is copied once and linked from there. */
export async function installAgents(home: string): Promise<InstalledAgents> {
  const build = await agentBuild()
  const place = await linker(build, home)
  const bin = join(home, ".local/bin")
  const versions = join(home, ".local/share/claude/versions")
  const packages = join(home, ".local/lib/node_modules")
  const codexBinary = join(packages, `@openai/codex/node_modules/@openai/codex-linux/vendor/${CODEX_TRIPLE}/bin/codex`)
  const codexScript = join(packages, "@openai/codex/bin/codex.js")
  const claudeExe = join(packages, "@anthropic-ai/claude-code/bin/claude.exe")
  const claudeScript = join(packages, "claude-old/node_modules/@anthropic-ai/claude-code/cli.js")
  const claudeEditor = join(home, ".vscode/extensions/anthropic.claude-code-2.1.330-linux-x64/resources/native-binary/claude")

  for (const version of CLAUDE_VERSIONS) await place(join(versions, version))
  for (const path of [claudeExe, claudeEditor, codexBinary]) await place(path)
  await place(join(home, `.codex/packages/app-server-daemon/releases/${CODEX_VERSION}/bin/codex`))
  await write(claudeScript, `process.title = "claude"\nrequire(${JSON.stringify(build.script)})\n`)
  await write(
    codexScript,
    `const { spawn } = require("node:child_process")\nconst child = spawn(${JSON.stringify(codexBinary)}, process.argv.slice(2), { stdio: "inherit" })\nfor (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal))\nchild.on("exit", (code) => process.exit(code ?? 1))\n`,
  )
  await alias(join(versions, CLAUDE_VERSION), join(bin, "claude"))
  await alias(codexBinary, join(bin, "codex"))
  await alias(claudeExe, join(packages, ".bin/claude"))
  return {
    bin,
    claude: join(bin, "claude"),
    claudeVersion: (version) => join(versions, version),
    claudeNpm: join(packages, ".bin/claude"),
    claudeScript,
    claudeEditor,
    codex: join(bin, "codex"),
    codexScript,
  }
}

async function linker(build: AgentBuild, home: string): Promise<(path: string) => Promise<void>> {
  let source = build.executable
  const local = join(home, ".local/share/.agent")
  return async (path) => {
    await mkdir(dirname(path), { recursive: true })
    await rm(path, { force: true })
    await link(source, path).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "EXDEV" && error.code !== "EPERM" && error.code !== "EMLINK") throw error
      await mkdir(dirname(local), { recursive: true })
      await copyFile(source, local)
      source = local
      await link(source, path)
    })
  }
}

async function write(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
}

async function alias(target: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await rm(path, { force: true })
  await symlink(target, path)
}
