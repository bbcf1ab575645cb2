// Where the agents keep their transcripts, as their own variables say.

import { basename, dirname, join, resolve } from "node:path"
import type { AgentKind } from "../../domain/agent.ts"

/** One agent's home: a folder with `projects/` (Claude Code) or `sessions/` and `archived_sessions/` (Codex). It need not exist yet. */
export interface Root {
  readonly agent: AgentKind
  readonly path: string
}

/**
 * Claude Code: `CLAUDE_CONFIG_DIR` (several, separated by commas), else `$XDG_CONFIG_HOME/claude` and `~/.claude`.
 * Codex: `CODEX_HOME`, else `~/.codex`.
 */
export function defaultRoots(env: Readonly<Record<string, string | undefined>>, home: string): readonly Root[] {
  const claude = pathsOf(env["CLAUDE_CONFIG_DIR"], home) ?? [
    join(nonEmpty(env["XDG_CONFIG_HOME"]) ?? join(home, ".config"), "claude"),
    join(home, ".claude"),
  ]
  const codex = pathsOf(env["CODEX_HOME"], home) ?? [join(home, ".codex")]
  // Other tools accept the folder with the projects itself.
  const homes = claude.map((path) => (basename(path) === "projects" ? dirname(path) : path))
  return [
    ...[...new Set(homes)].map((path): Root => ({ agent: "claude", path })),
    ...[...new Set(codex)].map((path): Root => ({ agent: "codex", path })),
  ]
}

function pathsOf(list: string | undefined, home: string): readonly string[] | undefined {
  const paths = (list ?? "")
    .split(",")
    .map((path) => path.trim())
    .filter((path) => path !== "")
    .map((path) => resolve(path === "~" || path.startsWith("~/") ? join(home, path.slice(1)) : path))
  return paths.length === 0 ? undefined : paths
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value === "" ? undefined : value
}
