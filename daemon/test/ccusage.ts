// ccusage, the peer that our counts and our speed are held against, where it is installed for this machine.

import { execFileSync } from "node:child_process"
import { chmodSync, copyFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import type { AgentKind } from "../src/domain/agent.ts"

/** The classes that ccusage tells apart. */
export interface Tokens {
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  readonly cacheWrite: number
}

/** Tokens as ccusage writes them. */
export interface CcusageTokens {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cacheReadTokens: number
  readonly cacheCreationTokens: number
}

interface CcusageSession extends CcusageTokens {
  readonly sessionId: string
  /** Codex: the rollout's name, which ends with the thread's id. */
  readonly sessionFile?: string
}

/** Copies the program to `folder`, because the package carries it without the right to be run; undefined where it is not installed. */
export function ccusageProgram(folder: string): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve("@ccusage/ccusage-linux-x64/package.json")
    const copy = join(folder, "ccusage")
    copyFileSync(join(dirname(manifest), "bin", "ccusage"), copy)
    chmodSync(copy, 0o755)
    return copy
  } catch {
    return undefined
  }
}

/** Runs a report on the home of an agent and answers its JSON; throws with what the program said where it fails. */
export function ccusageReport(program: string, report: "session" | "daily", home: string, agent: AgentKind, zone = "UTC"): unknown {
  const env = { PATH: process.env["PATH"] ?? "", HOME: dirname(program), CLAUDE_CONFIG_DIR: home, CODEX_HOME: home }
  return JSON.parse(execFileSync(program, [agent, report, "--json", "--offline", "-z", zone], { env, encoding: "utf8" }))
}

/** What it counts, by conversation. */
export function ccusageTokens(program: string, home: string, agent: AgentKind): Map<string, Tokens> {
  const { sessions } = ccusageReport(program, "session", home, agent) as { readonly sessions: readonly CcusageSession[] }
  return new Map(sessions.map((session) => [session.sessionFile?.slice(-36) ?? session.sessionId, tokensOf(session)]))
}

export function tokensOf({ inputTokens, outputTokens, cacheReadTokens, cacheCreationTokens }: CcusageTokens): Tokens {
  return { input: inputTokens, output: outputTokens, cacheRead: cacheReadTokens, cacheWrite: cacheCreationTokens }
}
