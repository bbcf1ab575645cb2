// Which agent a process is, told by its executable and never by a word in its command line: editors, pagers, shells and
// scripts that merely mention an agent are none.

import { basename } from "node:path"
import type { AgentKind, Confidence } from "../../domain/agent.ts"

export interface Identity {
  readonly agent: AgentKind
  readonly detail: string
  readonly confidence: Confidence
}

export interface ProcessLook {
  /** Target of /proc/<pid>/exe; undefined when it may not be read. */
  readonly exe: string | undefined
  readonly comm: string
  readonly argv: readonly string[]
}

const CLAUDE_VERSION = /\/claude\/versions\/\d+\.\d+\.\d+[^/]*$/
const CLAUDE_PACKAGE = /\/@anthropic-ai\/claude-code[^/]*\/(bin\/)?claude(\.exe)?$/
const CLAUDE_SCRIPT = /\/@anthropic-ai\/claude-code\/cli\.js$/
const CODEX_TARGET = /^codex-(x86_64|aarch64|arm64|armv7|i686|riscv64gc)-[a-z0-9_-]+$/
const INTERPRETER = /^(node|nodejs|bun|deno)([-.]?\d[\d.]*)?$/

/** The updater replaces an executable under a running process; the kernel then adds a mark to its path. */
export const withoutDeletedMark = (exe: string): string => exe.replace(/ \(deleted\)$/, "")

/** Whether an executable could be an agent at all, so that its command line is worth reading. */
export const mayBeAgent = (exe: string): boolean => {
  const path = withoutDeletedMark(exe)
  return agentOfPath(path) !== undefined || INTERPRETER.test(basename(path))
}

/** Tells the agent, or undefined for every other program. */
export const identify = ({ exe, comm, argv }: ProcessLook): Identity | undefined => {
  if (argv.length === 0) return undefined
  if (exe === undefined) return identifyByArgument(argv)
  const path = withoutDeletedMark(exe)
  const agent = agentOfPath(path)
  if (agent !== undefined) return { agent, detail: `executable ${path}`, confidence: "confirmed" }
  if (!INTERPRETER.test(basename(path))) return undefined
  const script = argv[1]
  if (script !== undefined && CLAUDE_SCRIPT.test(script))
    return { agent: "claude", detail: `${basename(path)} runs ${script}`, confidence: "confirmed" }
  // Builds up to 2.1.112 overwrite their whole command line with their name.
  if (comm === "claude" && argv.join(" ").trim() === "claude") {
    return { agent: "claude", detail: `${basename(path)} that calls itself claude`, confidence: "likely" }
  }
  return undefined
}

const agentOfPath = (path: string): AgentKind | undefined => {
  const name = basename(path)
  if (name === "claude" || name === "claude.exe" || CLAUDE_VERSION.test(path) || CLAUDE_PACKAGE.test(path)) return "claude"
  if (name === "codex" || name === "codex.exe" || CODEX_TARGET.test(name)) return "codex"
  return undefined
}

/** Where the link to the executable may not be read, an absolute first argument has to do. */
const identifyByArgument = (argv: readonly string[]): Identity | undefined => {
  const path = argv[0] ?? ""
  const agent = path.startsWith("/") ? agentOfPath(path) : undefined
  return agent === undefined ? undefined : { agent, detail: `first argument ${path}; its executable may not be read`, confidence: "likely" }
}
