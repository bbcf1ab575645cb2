// Where agents keep their files: what the daemon's own environment says, what each running agent's environment says, and
// sibling folders of the default one that hold the same things.

import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import type { AgentKind } from "../../domain/agent.ts"
import type { AgentProcess } from "../../work/scan/agent-process.ts"

export interface AgentHome {
  readonly agent: AgentKind
  readonly path: string
}

type Environment = Readonly<Record<string, string | undefined>>

const nonEmpty = (text: string | undefined): string | undefined => (text === undefined || text === "" ? undefined : text)

/** The homes to look at before any agent was seen. */
export const defaultHomes = (env: Environment, home: string): AgentHome[] => [
  { agent: "claude", path: nonEmpty(env["CLAUDE_CONFIG_DIR"]) ?? join(home, ".claude") },
  { agent: "codex", path: nonEmpty(env["CODEX_HOME"]) ?? join(home, ".codex") },
]

/** The home that a process uses. `home` stands in where its environment cannot be read. */
export const homeOfAgent = ({ agent, environment }: Pick<AgentProcess, "agent" | "environment">, home: string): AgentHome => {
  const own = nonEmpty(environment.HOME) ?? home
  if (agent === "claude") return { agent, path: nonEmpty(environment.CLAUDE_CONFIG_DIR) ?? join(own, ".claude") }
  return { agent, path: nonEmpty(environment.CODEX_HOME) ?? join(own, ".codex") }
}

/** Further homes of Claude Code beside the default one: `~/.claude-work` and the like. */
export const siblingHomes = (home: string): AgentHome[] => {
  let names: string[]
  try {
    names = readdirSync(home)
  } catch {
    return []
  }
  const paths = names.filter((name) => name.startsWith(".claude-")).map((name) => join(home, name))
  return paths
    .filter((path) => existsSync(join(path, "sessions")) && existsSync(join(path, "projects")))
    .map((path) => ({ agent: "claude", path }))
}
