import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { createSubagentTest, openThreadsOf } from "./codex-threads.ts"

const A = "0195e4b2-0000-7000-8000-000000000001"
const B = "0195e4b2-0000-7000-8000-000000000002"
const C = "0195e4b2-0000-7000-8000-000000000003"
const rollout = (id: string) => `/h/sessions/2026/01/01/rollout-2026-01-01T00-00-00-${id}.jsonl`
const lock = (id: string) => `/h/thread-writer-locks/${id}.lock`

test("newest first; a lock counts where no rollout is yet; subagents do not count, their locks neither", () => {
  const open = ["/dev/null", rollout(A), lock(A), lock(B), rollout(C), lock(C), "socket:[1]"]
  expect(openThreadsOf(open, (path) => path.includes(C))).toEqual([{ id: B }, { id: A, rolloutPath: rollout(A) }])
})

test("a rollout's first line says whose it is, once it is whole", () => {
  const folder = mkdtempSync(join(tmpdir(), "vd-"))
  try {
    const isSubagent = createSubagentTest()
    const path = join(folder, "r.jsonl")
    const line = JSON.stringify({ type: "session_meta", payload: { source: { subagent: "review" } } })
    writeFileSync(path, line.slice(0, 20))
    expect(isSubagent(path)).toBe(false)
    writeFileSync(path, `${line}\n`)
    expect(isSubagent(path)).toBe(true)
    const own = join(folder, "own.jsonl")
    writeFileSync(own, `${JSON.stringify({ type: "session_meta", payload: { source: "cli" } })}\n`)
    expect(isSubagent(own)).toBe(false)
    expect(isSubagent(join(folder, "missing"))).toBe(false)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
