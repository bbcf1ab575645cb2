// Lines of a Claude Code transcript: the envelope that message-like lines share, chained by parentUuid.

import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { appendLine } from "../append-line.ts"
import type { Clock } from "../clock.ts"
import type { Context } from "../context.ts"
import type { Teammate } from "../launch.ts"
import type { Random } from "../random.ts"

/** A call that has no result yet. */
export interface OpenCall {
  readonly callId: string
  readonly name: string
  readonly input: Readonly<Record<string, unknown>>
  readonly lineUuid: string
  readonly startedMs: number
  /** A person was asked and said yes, after so long. */
  allowedAfterMs?: number
}

/** One file being written: the main agent's or a subagent's. */
export interface Lane {
  readonly subagentId?: string
  readonly path: string
  readonly sessionId: string
  readonly context: Context
  model: string
  parentUuid: string | null
  /** Shared by a prompt, its tool results and its subagents. */
  promptId: string
  promptText: string
  lastRequestId?: string
  turnStartedMs: number
  /** Part of the turn that went by waiting for a person. */
  turnWaitedMs: number
  lines: number
  readonly open: Map<string, OpenCall>
  abort: AbortController
}

export interface Transcript {
  /** Appends a message-like line and moves the chain; answers its uuid. */
  chained(
    lane: Lane,
    before: Record<string, unknown>,
    after?: Record<string, unknown>,
    at?: { timeMs?: number; parentUuid?: string | null },
  ): string
  /** Appends a line of metadata. */
  plain(lane: Lane, line: Record<string, unknown>): void
}

export function createTranscript(options: {
  clock: Clock
  random: Random
  cwd: string
  version: string
  entrypoint: string
  gitBranch: string
  firstSessionId: () => string | undefined
  teammate: Teammate | undefined
}): Transcript {
  const { teammate } = options
  return {
    chained(lane, before, after = {}, at = {}) {
      const uuid = options.random.uuid()
      const firstSessionId = options.firstSessionId()
      appendLine(lane.path, {
        parentUuid: at.parentUuid === undefined ? lane.parentUuid : at.parentUuid,
        isSidechain: lane.subagentId !== undefined,
        ...(lane.subagentId === undefined ? {} : { agentId: lane.subagentId }),
        ...before,
        uuid,
        timestamp: new Date(at.timeMs ?? options.clock.now()).toISOString(),
        ...after,
        ...(firstSessionId === undefined ? {} : { session_id: firstSessionId }),
        userType: "external",
        entrypoint: options.entrypoint,
        cwd: options.cwd,
        sessionId: lane.sessionId,
        version: options.version,
        gitBranch: options.gitBranch,
        ...(teammate === undefined ? {} : { teamName: teammate.team, agentName: teammate.name }),
      })
      lane.parentUuid = uuid
      lane.lines++
      return uuid
    },
    plain: (lane, line) => appendLine(lane.path, line),
  }
}

/** Folder of a project: every UTF-16 unit that is not a letter or digit becomes a dash; long paths get a hash of the original. */
export function projectFolder(cwd: string): string {
  const encoded = cwd.replace(/[^A-Za-z0-9]/gu, (character) => "-".repeat(character.length))
  if (encoded.length <= 200) return encoded
  let hash = 0
  for (let index = 0; index < cwd.length; index++) hash = (Math.imul(hash, 31) + cwd.charCodeAt(index)) | 0
  return `${encoded.slice(0, 200)}-${Math.abs(hash).toString(36)}`
}

export function transcriptPath(configDir: string, cwd: string, sessionId: string): string {
  return join(configDir, "projects", projectFolder(cwd), `${sessionId}.jsonl`)
}

/** Uuid of the last chained line of a file, so that a resumed conversation goes on where it stopped. */
export function lastUuid(path: string): string | null {
  if (!existsSync(path)) return null
  for (const line of readFileSync(path, "utf8").split("\n").toReversed()) {
    const uuid = /"uuid":"([0-9a-f-]{36})"/.exec(line)?.[1]
    if (uuid !== undefined) return uuid
  }
  return null
}
