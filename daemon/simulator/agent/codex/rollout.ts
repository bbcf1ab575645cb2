// One Codex thread and its rollout file: numbered lines of {timestamp, ordinal, type, payload}, totals that only grow.

import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { TokenUsage } from "../../../src/domain/usage.ts"
import { appendLine } from "../append-line.ts"
import type { Clock } from "../clock.ts"
import type { Context } from "../context.ts"

/** A call that has no output yet. */
export interface OpenCall {
  readonly callId: string
  readonly name: string
  readonly input: Readonly<Record<string, unknown>>
  readonly startedMs: number
  waitedMs: number
}

export interface WireUsage {
  readonly input_tokens: number
  readonly cached_input_tokens: number
  readonly cache_write_input_tokens: number
  readonly output_tokens: number
  readonly reasoning_output_tokens: number
  readonly total_tokens: number
}

/** One thread being written: the main agent's or a subagent's. */
export interface Thread {
  readonly id: string
  readonly rootId: string
  readonly path: string
  readonly context: Context
  model: string
  ordinal: number
  turnId: string
  rootTurnId: string
  turnStartedMs: number
  turnUsage: WireUsage
  total: WireUsage
  prompts: number
  readonly open: Map<string, OpenCall>
  abort: AbortController
  /** Set for a subagent. */
  readonly parent?: {
    readonly thread: Thread
    readonly callId: string
    readonly nickname: string
    readonly role: string
    readonly startedMs: number
  }
}

export const ZERO_USAGE: WireUsage = {
  input_tokens: 0,
  cached_input_tokens: 0,
  cache_write_input_tokens: 0,
  output_tokens: 0,
  reasoning_output_tokens: 0,
  total_tokens: 0,
}

export function addUsage(a: WireUsage, b: WireUsage): WireUsage {
  return Object.fromEntries(Object.entries(a).map(([key, value]) => [key, value + b[key as keyof WireUsage]])) as unknown as WireUsage
}

/** Cached and written tokens lie inside input; reasoning inside output. */
export function toWire(usage: TokenUsage): WireUsage {
  const input = usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h
  return {
    input_tokens: input,
    cached_input_tokens: usage.cacheRead,
    cache_write_input_tokens: usage.cacheWrite5m + usage.cacheWrite1h,
    output_tokens: usage.output,
    reasoning_output_tokens: usage.reasoning,
    total_tokens: input + usage.output,
  }
}

/** Appends a line to a thread's rollout. `hasOrdinal`: since about 0.150. */
export function createRolloutWriter(clock: Clock, hasOrdinal: boolean) {
  return (thread: Thread, type: string, payload: Record<string, unknown>, timeMs = clock.now()): void => {
    const ordinal = thread.ordinal++
    appendLine(thread.path, { timestamp: new Date(timeMs).toISOString(), ...(hasOrdinal ? { ordinal } : {}), type, payload })
  }
}
export type WriteLine = ReturnType<typeof createRolloutWriter>

const two = (value: number): string => String(value).padStart(2, "0")

/** `sessions/YYYY/MM/DD/rollout-<local time>-<id>.jsonl` of a thread made at `timeMs`. */
export function rolloutPath(codexHome: string, id: string, timeMs: number): string {
  const date = new Date(timeMs)
  const day = [String(date.getFullYear()), two(date.getMonth() + 1), two(date.getDate())]
  const time = [two(date.getHours()), two(date.getMinutes()), two(date.getSeconds())].join("-")
  return join(codexHome, "sessions", ...day, `rollout-${day.join("-")}T${time}-${id}.jsonl`)
}

/** Unix milliseconds inside a UUIDv7. */
export function timeOfUuid7(id: string): number {
  return Number.parseInt(id.replace("-", "").slice(0, 12), 16)
}

/** The rollout of a thread that was written before, with its last ordinal and total, so that a resumed thread goes on. */
export function findRollout(codexHome: string, id: string): { path: string; ordinal: number; total: WireUsage } | undefined {
  const root = join(codexHome, "sessions")
  if (!existsSync(root)) return undefined
  const name = readdirSync(root, { recursive: true, encoding: "utf8" }).find((entry) => entry.endsWith(`-${id}.jsonl`))
  if (name === undefined) return undefined
  const path = join(root, name)
  const lines = readFileSync(path, "utf8").split("\n").filter(Boolean)
  const last = lines.findLast((line) => line.includes('"total_token_usage"'))
  const total =
    last === undefined
      ? ZERO_USAGE
      : (JSON.parse(last) as { payload: { info: { total_token_usage: WireUsage } } }).payload.info.total_token_usage
  return { path, ordinal: lines.length, total }
}
