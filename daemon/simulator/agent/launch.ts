// What this executable pretends to be, by its path and its arguments, as the real programs decide it.

import { basename } from "node:path"
import type { AgentKind } from "../../src/domain/agent.ts"

export interface Launch {
  readonly agent: AgentKind
  /** `holder`: the process that keeps Codex's files open. `helper`: runs and writes nothing, like an MCP server or a daemon. */
  readonly role: "interactive" | "headless" | "helper" | "holder"
  /** Conversation named on the command line. */
  readonly conversationId: string | undefined
  /** A member of a team: it has no registry file. */
  readonly teammate: Teammate | undefined
  readonly model: string | undefined
  readonly prompt: string | undefined
  readonly entrypoint: string
  /** Name for /proc/self/comm: the file name it was started by. */
  readonly comm: string
}

export interface Teammate {
  readonly name: string
  readonly team: string
}

const CLAUDE_HELPERS = new Set([
  "mcp",
  "agents",
  "daemon",
  "doctor",
  "update",
  "install",
  "config",
  "setup-token",
  "auth",
  "plugin",
  "attach",
])
const CODEX_HELPERS = new Set([
  "app-server",
  "mcp",
  "login",
  "logout",
  "completion",
  "update",
  "doctor",
  "sandbox",
  "debug",
  "apply",
  "exec-server",
  "agents",
])
const HELPER_FLAGS = ["--bg-pty-host", "--bg-spare", "--daemon-worker", "--chrome-native-host", "--claude-in-chrome-mcp"]
const VALUE_FLAGS = new Set([
  "--model",
  "-m",
  "--session-id",
  "--resume",
  "-r",
  "--output-format",
  "--input-format",
  "--name",
  "--cd",
  "-C",
  "--agent-id",
  "--agent-name",
  "--team-name",
  "--parent-session-id",
  "--agent-type",
  "--agent-color",
  "-c",
  "--config",
  "--permission-mode",
])

export function parseLaunch(options: { argv0: string; execPath: string; scriptPath: string; args: readonly string[] }): Launch {
  const { argv0, args } = options
  const where = options.execPath.endsWith("/node") ? options.scriptPath : options.execPath
  const name = basename(where)
  const agent: AgentKind = /codex/u.test(name) || where.includes("app-server-daemon") ? "codex" : "claude"
  // Anything else that it is linked as, an editor for one, only runs.
  const isOtherProgram = !/^(claude|claude\.exe|codex|cli\.js|\d+\.\d+\.\d+)$/u.test(name)
  const positionals: string[] = []
  const flags = new Map<string, string | undefined>()
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? ""
    if (!arg.startsWith("-")) positionals.push(arg)
    else if (arg.includes("=")) flags.set(arg.slice(0, arg.indexOf("=")), arg.slice(arg.indexOf("=") + 1))
    else if (VALUE_FLAGS.has(arg) && !(arg === "-c" && agent === "claude")) flags.set(arg, args[++index])
    else flags.set(arg, undefined)
  }
  const [first, second] = positionals
  const isStream = flags.has("--output-format") || flags.has("--input-format")
  const isPrint = flags.has("-p") || flags.has("--print") || isStream
  const base = {
    agent,
    teammate: agent === "claude" ? teammateOf(flags) : undefined,
    model: flags.get("--model") ?? flags.get("-m"),
    comm: argv0.includes(" ") ? basename(options.execPath) : basename(argv0),
  }
  if (agent === "claude") {
    const isHelper =
      isOtherProgram ||
      argv0.includes(" bg-") ||
      HELPER_FLAGS.some((flag) => flags.has(flag)) ||
      (first !== undefined && CLAUDE_HELPERS.has(first))
    const editor = isStream ? "claude-vscode" : "sdk-cli"
    return {
      ...base,
      role: isHelper ? "helper" : isPrint ? "headless" : "interactive",
      conversationId: flags.get("--session-id") ?? flags.get("--resume") ?? flags.get("-r"),
      prompt: first,
      entrypoint: isPrint ? editor : "cli",
    }
  }
  const isExec = first === "exec" || first === "e" || first === "review"
  const isHelper = isOtherProgram || (first !== undefined && CODEX_HELPERS.has(first))
  const interactive = isExec ? "headless" : "interactive"
  const resumed = first === "resume" || (isExec && second === "resume")
  return {
    ...base,
    role: isHelper ? (flags.has("--managed-daemon") ? "holder" : "helper") : interactive,
    conversationId: resumed ? positionals.find((value) => /^[0-9a-f]{8}-/u.test(value)) : undefined,
    prompt: isExec ? positionals.at(-1) : first,
    entrypoint: "cli",
  }
}

function teammateOf(flags: ReadonlyMap<string, string | undefined>): Teammate | undefined {
  const [name, team] = [flags.get("--agent-name"), flags.get("--team-name")]
  return flags.has("--agent-id") && name !== undefined && team !== undefined ? { name, team } : undefined
}
