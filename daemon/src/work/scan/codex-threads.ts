// Which Codex threads a process holds: its open rollouts and writer locks. Threads of subagents live in the same process
// and are newer than their parent's, so a rollout's first line is asked whose it is.

import { closeSync, openSync, readSync } from "node:fs"
import type { OpenThread } from "./agent-process.ts"

const ROLLOUT = /\/rollout-[^/]*?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.jsonl$/
const LOCK = /\/thread-writer-locks\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.lock$/
const FIRST_LINE_BYTES = 256 * 1024

/** The threads behind open descriptors, newest first: their ids begin with the time they were made (UUIDv7). */
export const openThreadsOf = (descriptors: readonly string[], isSubagent: (rolloutPath: string) => boolean): OpenThread[] => {
  const threads = new Map<string, OpenThread>()
  const subagents = new Set<string>()
  for (const target of descriptors) {
    const rollout = ROLLOUT.exec(target)?.[1]
    if (rollout !== undefined) {
      if (isSubagent(target)) subagents.add(rollout)
      threads.set(rollout, { id: rollout, rolloutPath: target })
    }
    const lock = LOCK.exec(target)?.[1]
    if (lock !== undefined && !threads.has(lock)) threads.set(lock, { id: lock })
  }
  return [...threads.values()].filter(({ id }) => !subagents.has(id)).sort((a, b) => (a.id < b.id ? 1 : a.id > b.id ? -1 : 0))
}

/** Answers whether a rollout belongs to a subagent, remembering what it read. */
export const createSubagentTest = (): ((rolloutPath: string) => boolean) => {
  const known = new Map<string, boolean>()
  return (path) => {
    const remembered = known.get(path)
    if (remembered !== undefined) return remembered
    const answer = readsAsSubagent(path)
    if (answer === undefined) return false
    if (known.size > 10_000) known.clear()
    known.set(path, answer)
    return answer
  }
}

const readsAsSubagent = (path: string): boolean | undefined => {
  try {
    const fd = openSync(path, "r")
    try {
      const buffer = Buffer.allocUnsafe(FIRST_LINE_BYTES)
      const text = buffer.toString("utf8", 0, readSync(fd, buffer, 0, buffer.length, 0))
      const end = text.indexOf("\n")
      if (end < 0) return undefined
      const line: unknown = JSON.parse(text.slice(0, end))
      const payload = isRecord(line) && isRecord(line["payload"]) ? line["payload"] : {}
      const source = payload["source"]
      return payload["thread_source"] === "subagent" || (isRecord(source) && "subagent" in source)
    } finally {
      closeSync(fd)
    }
  } catch {
    return undefined
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null
