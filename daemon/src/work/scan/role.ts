// How an agent process is run, told by its arguments and its terminal. Helpers get the role `infra` and are never published.

import type { AgentKind, AgentRole } from "../../domain/agent.ts"
import { parseArguments } from "./argument-words.ts"
import { CLAUDE_OPTIONS, CODEX_OPTIONS } from "./option-tables.ts"

export interface RoleReading {
  readonly role: AgentRole | "infra"
  readonly detail: string
  /** The sub-command, where there is one. */
  readonly subcommand?: string
  /** Conversation that the command line names: --session-id, --resume, `resume <id>`. True at the start, stale after /clear. */
  readonly namedConversation?: string
  readonly teammate?: TeammateArguments
}

export interface TeammateArguments {
  readonly agentId: string
  readonly teamName: string
  /** Conversation of the lead when the teammate was started. */
  readonly leadConversationId?: string
}

export interface RoleQuestion {
  readonly agent: AgentKind
  readonly argv: readonly string[]
  readonly exe: string
  readonly cwd: string | undefined
  readonly hasTerminal: boolean
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/))
const CLAUDE_HELPER_OPTIONS = ["--bg-pty-host", "--bg-spare", "--daemon-worker", "--chrome-native-host", "--claude-in-chrome-mcp"]
const CLAUDE_ANSWERS = ["-v", "--version", "-h", "--help"]
const CODEX_ANSWERS = ["-V", "--version", "-h", "--help"]
const CLAUDE_HELPERS = words(
  "mcp agents daemon doctor update upgrade install uninstall config setup-token auth plugin plugins logs stop kill rm respawn migrate-installer remote-control rc auto-mode gateway server project",
)
const CLAUDE_HEADLESS_OPTIONS = ["-p", "--print", "--output-format", "--input-format"]
const CODEX_HELPERS = words(
  "app-server app mcp login logout completion update doctor sandbox debug apply a exec-server remote-control features cloud cloud-tasks execpolicy responses-api-proxy stdio-to-uds generate-ts plugin",
)
const CODEX_HEADLESS = words("exec e review")
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether a text is an id as both agents write them. */
export const isConversationId = (text: string | undefined): text is string => text !== undefined && UUID.test(text)

/** Reads the role. The registry may overrule it later. */
export const roleOf = (question: RoleQuestion): RoleReading => (question.agent === "claude" ? claudeRole(question) : codexRole(question))

const claudeRole = ({ argv, hasTerminal }: RoleQuestion): RoleReading => {
  const own = argv[0] ?? ""
  if (/(^|\/)claude bg-/.test(own)) return { role: "infra", detail: `calls itself ${own}` }
  const script = (argv[1] ?? "").endsWith("/cli.js") ? 2 : 1
  const args = argv.slice(script)
  const { words: found, options } = parseArguments(args, CLAUDE_OPTIONS)
  const helper = [...CLAUDE_HELPER_OPTIONS, ...CLAUDE_ANSWERS].find((name) => options.has(name))
  if (helper !== undefined) return { role: "infra", detail: `option ${helper}` }
  const named = [options.get("--session-id"), options.get("--resume"), options.get("-r")].find(isConversationId)
  const conversation = named === undefined ? {} : { namedConversation: named }
  const agentId = options.get("--agent-id")
  const teamName = options.get("--team-name")
  if (agentId !== undefined && teamName !== undefined) {
    const lead = options.get("--parent-session-id")
    const teammate: TeammateArguments = { agentId, teamName, ...(isConversationId(lead) ? { leadConversationId: lead } : {}) }
    return { role: "teammate", detail: `options --agent-id and --team-name`, teammate, ...conversation }
  }
  const headless = CLAUDE_HEADLESS_OPTIONS.find((name) => options.has(name))
  if (headless !== undefined) return { role: "headless", detail: `option ${headless}`, ...conversation }
  const [first] = found
  if (first !== undefined && CLAUDE_HELPERS.has(first)) return { role: "infra", detail: `sub-command ${first}`, subcommand: first }
  if (first === "attach") return { role: "attach-view", detail: "sub-command attach", subcommand: first }
  return { ...byTerminal(hasTerminal), ...conversation }
}

const codexRole = ({ argv, exe, cwd, hasTerminal }: RoleQuestion): RoleReading => {
  if (/\/\.codex\/plugins\//.test(exe) || /\/\.codex\/plugins\//.test(`${cwd ?? ""}/`))
    return { role: "infra", detail: "lives among Codex's plugins" }
  const { words: found, options } = parseArguments(beforeDashes(argv.slice(1)), CODEX_OPTIONS)
  const answer = CODEX_ANSWERS.find((name) => options.has(name))
  if (answer !== undefined) return { role: "infra", detail: `option ${answer}` }
  const [first, second] = found
  if (first !== undefined && CODEX_HELPERS.has(first)) return { role: "infra", detail: `sub-command ${first}`, subcommand: first }
  // Newer builds know no such sub-command and take the word for a prompt.
  if (first === "mcp-server" && !hasTerminal)
    return { role: "infra", detail: "sub-command mcp-server without a terminal", subcommand: first }
  if (first !== undefined && CODEX_HEADLESS.has(first)) {
    const resumed = second === "resume" ? found.find(isConversationId) : undefined
    return { role: "headless", detail: `sub-command ${first}`, subcommand: first === "e" ? "exec" : first, ...named(resumed) }
  }
  if (first === "agents") return { role: "attach-view", detail: "sub-command agents", subcommand: first }
  // A fork starts a conversation of its own, so the id on its command line is not its own.
  if (first === "resume") return { ...byTerminal(hasTerminal), subcommand: first, ...named(isConversationId(second) ? second : undefined) }
  if (first === "fork") return { ...byTerminal(hasTerminal), subcommand: first }
  return byTerminal(hasTerminal)
}

/** Codex takes nothing behind a double dash for a sub-command. */
const beforeDashes = (args: readonly string[]): readonly string[] => {
  const dashes = args.indexOf("--")
  return dashes < 0 ? args : args.slice(0, dashes)
}

const named = (id: string | undefined) => (id === undefined ? {} : { namedConversation: id })

const byTerminal = (hasTerminal: boolean): { role: AgentRole; detail: string } =>
  hasTerminal
    ? { role: "interactive", detail: "no sub-command, on a terminal" }
    : { role: "headless", detail: "no sub-command and no terminal" }
