// `npm run bench`: runs every benchmark, each in a process of its own so that none warms or burdens another, and prints one table.
// It judges nothing: the budget stands beside the figure. `--only WORD` runs those whose file name holds the word.

import { fork } from "node:child_process"
import { existsSync, readdirSync } from "node:fs"
import { join, relative } from "node:path"
import { parseArgs } from "node:util"
import type { BenchRow } from "./bench-row.ts"
import { formatTable } from "./bench-table.ts"
import type { BenchReport } from "./run-one.ts"

const ROOT = join(import.meta.dirname, "..", "..")
const FOLDERS = ["daemon/bench", "cli/bench", "web/bench"]
const NOT_BENCHMARKS = /^(main|run-one|bench-row|bench-table)\.ts$|\.test\.ts$/u

const { values } = parseArgs({ options: { only: { type: "string", multiple: true, default: [] } } })
const files = FOLDERS.flatMap(benchmarksIn).filter((path) => values.only.length === 0 || values.only.some((word) => path.includes(word)))
if (files.length === 0) {
  console.error(`no benchmark is called ${values.only.join(", ")}`)
  process.exit(2)
}

const rows: BenchRow[] = []
for (const file of files) {
  process.stderr.write(`${file} ...\n`)
  const report = await runFile(join(ROOT, file))
  if (report.error !== undefined) {
    console.error(`${file}: ${report.error}`)
    process.exitCode = 1
  }
  rows.push(...report.rows)
}
console.log(formatTable(rows))

function benchmarksIn(folder: string): string[] {
  const path = join(ROOT, folder)
  if (!existsSync(path)) return []
  const names = readdirSync(path).filter((name) => name.endsWith(".ts") && !NOT_BENCHMARKS.test(name))
  return names.toSorted().map((name) => relative(ROOT, join(path, name)))
}

function runFile(path: string): Promise<BenchReport> {
  return new Promise((resolve) => {
    const child = fork(join(import.meta.dirname, "run-one.ts"), [path], {
      cwd: ROOT,
      execArgv: ["--expose-gc"],
      stdio: ["ignore", 2, 2, "ipc"],
    })
    let report: BenchReport = { rows: [], error: "it ended without an answer" }
    child.on("message", (message) => (report = message as BenchReport))
    child.on("error", (error) => resolve({ rows: [], error: error.message }))
    child.on("close", () => resolve(report))
  })
}
