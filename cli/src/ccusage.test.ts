import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { findCcusage, readSessions, runCcusage } from "./ccusage.ts"

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "vibecraft-ccusage-"))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function program(script: string): string {
  const path = join(folder, "ccusage")
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

test("is found on the PATH, where it may be run", () => {
  const path = program("exit 0")
  expect(findCcusage({ PATH: `relative:/nowhere:${folder}` })).toBe(path)
  chmodSync(path, 0o644)
  expect(findCcusage({ PATH: folder })).not.toBe(path)
})

test("is asked for the homes of each agent, and for none that it has not", async () => {
  const claude = join(folder, "claude home")
  mkdirSync(join(claude, "projects"), { recursive: true })
  const path = program(`
    if [ "$1" = --version ]; then echo "ccusage 1.2.3"; exit; fi
    [ "$*" = "claude session --json --offline -z UTC" ] || exit 9
    printf '{"sessions":[{"sessionId":"%s","inputTokens":1,"outputTokens":2,"cacheReadTokens":3,"cacheCreationTokens":4}]}' "$CLAUDE_CONFIG_DIR"`)
  const report = await runCcusage(path, [claude, join(folder, "none")], { PATH: process.env["PATH"] })
  expect(report.version).toBe("ccusage 1.2.3")
  expect([...report.conversations]).toEqual([[claude, { input: 1, output: 2, cacheRead: 3, cacheWrite: 4 }]])
})

test("says why it failed", async () => {
  const path = program("echo one >&2; echo 'no valid folder' >&2; exit 1")
  await expect(runCcusage(path, [], { PATH: process.env["PATH"] })).rejects.toThrow("ccusage failed: no valid folder")
})

test("reads what it can of a report", () => {
  const id = "01a20680-c4fd-73d0-9150-63551376d4d5"
  const json = JSON.stringify({
    sessions: [{ sessionFile: `rollout-2026-11-23T03-43-52-${id}`, inputTokens: "x" }, null, { sessionId: 3 }],
  })
  expect(readSessions(json)).toEqual([[id, { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }]])
  expect(readSessions("{}")).toEqual([])
  expect(() => readSessions("no json")).toThrow("ccusage failed")
})
