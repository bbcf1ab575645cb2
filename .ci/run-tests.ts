// Runs vitest and says what it came to, also when it dies on the way.

import { spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { ROOT } from "./run-program.ts"
import { parseCounts, type TestCounts } from "./test-counts.ts"

/** `filters` are vitest's own arguments: paths, -t, --project. Its output goes straight to the terminal. */
export async function runTests(filters: readonly string[], signal: AbortSignal): Promise<TestCounts> {
  const folder = mkdtempSync(join(tmpdir(), "vibecraft-tests-"))
  try {
    const countsFile = join(folder, "counts.json")
    const args = [
      join(ROOT, "node_modules/vitest/vitest.mjs"),
      "run",
      "--reporter=default",
      `--reporter=${join(ROOT, ".ci/counting-reporter.ts")}`,
    ]
    const code = await exitCode([...args, ...filters], { ...process.env, VIBECRAFT_COUNTS_FILE: countsFile }, signal)
    const counts = readCounts(countsFile)
    if (code !== 0 && counts.failed === 0) {
      console.log(`vitest ended early (${code})`)
      counts.failed = 1
    }
    return counts
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function exitCode(args: readonly string[], env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<number | string> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, env, signal, stdio: ["ignore", "inherit", "inherit"] })
    child.on("error", (error) => resolve(error.message))
    child.on("close", (code, killedBy) => resolve(code ?? killedBy ?? "killed"))
  })
}

function readCounts(path: string): TestCounts {
  try {
    return parseCounts(readFileSync(path, "utf8"))
  } catch {
    return { passed: 0, failed: 0, skipped: 0 }
  }
}
