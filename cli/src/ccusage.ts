// ccusage, the tool that many count with: found where it is installed, run as the program it is, and asked for its tokens by conversation.

import { execFile } from "node:child_process"
import { accessSync, constants, existsSync } from "node:fs"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { CommandError } from "./command-error.ts"

/** Tokens as ccusage classes them. */
export interface CcusageTokens {
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  readonly cacheWrite: number
}

export interface CcusageReport {
  /** As it says itself, for example "ccusage 20.0.24". Untrusted text. */
  readonly version: string
  /** By the agent's own id of the conversation. */
  readonly conversations: ReadonlyMap<string, CcusageTokens>
}

const MAX_OUTPUT_BYTES = 512 << 20
const TIMEOUT_MS = 300_000
const run = promisify(execFile)

/** On the PATH, else beside this program. Undefined where it is not installed. */
export function findCcusage(env: NodeJS.ProcessEnv): string | undefined {
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder.startsWith("/"))
  const own = fileURLToPath(new URL("../../node_modules/.bin", import.meta.url))
  return [...folders, own].map((folder) => join(folder, "ccusage")).find(isProgram)
}

/** Counts what lies in these homes of both agents. Throws CommandError where the program fails. */
export async function runCcusage(program: string, homes: readonly string[], env: NodeJS.ProcessEnv): Promise<CcusageReport> {
  const claude = homes.filter((home) => existsSync(join(home, "projects")))
  const codex = homes.filter((home) => existsSync(join(home, "sessions")) || existsSync(join(home, "archived_sessions")))
  const ask = async (...args: string[]): Promise<string> => {
    const childEnv = { ...env, CLAUDE_CONFIG_DIR: claude.join(","), CODEX_HOME: codex.join(",") }
    try {
      const { stdout } = await run(program, args, { env: childEnv, maxBuffer: MAX_OUTPUT_BYTES, timeout: TIMEOUT_MS })
      return stdout
    } catch (error) {
      throw new CcusageError(error)
    }
  }
  const sessions = async (agent: string, found: readonly string[]): Promise<readonly [string, CcusageTokens][]> =>
    found.length === 0 ? [] : readSessions(await ask(agent, "session", "--json", "--offline", "-z", "UTC"))
  const [version, ...counted] = await Promise.all([ask("--version"), sessions("claude", claude), sessions("codex", codex)])
  return { version: version.trim(), conversations: new Map(counted.flat()) }
}

class CcusageError extends CommandError {
  constructor(cause: unknown) {
    const stderr = cause instanceof Error && "stderr" in cause ? String(cause.stderr).trim().split("\n").at(-1) : ""
    super(`ccusage failed: ${stderr || (cause instanceof Error ? cause.message : String(cause))}`, { cause })
  }
}

/** The sessions of a report; what is not as expected is left out. */
export function readSessions(json: string): readonly [string, CcusageTokens][] {
  let report: unknown
  try {
    report = JSON.parse(json)
  } catch (error) {
    throw new CcusageError(error)
  }
  const sessions = isObject(report) && Array.isArray(report["sessions"]) ? report["sessions"] : []
  return sessions.filter(isObject).flatMap((session): [string, CcusageTokens][] => {
    const { sessionId, sessionFile } = session
    const id = typeof sessionFile === "string" ? sessionFile.slice(-UUID_LENGTH) : sessionId
    if (typeof id !== "string") return []
    return [
      [
        id,
        {
          input: count(session["inputTokens"]),
          output: count(session["outputTokens"]),
          cacheRead: count(session["cacheReadTokens"]),
          cacheWrite: count(session["cacheCreationTokens"]),
        },
      ],
    ]
  })
}

/** A rollout's name ends with the thread's id. */
const UUID_LENGTH = 36

function count(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
