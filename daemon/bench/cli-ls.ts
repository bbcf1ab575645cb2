// How long a user waits for `vibecraft ls`: the bin, built as `npm start` does, as a program against a running daemon that knows 50 conversations,
// and beside it Node doing nothing, which is the part that no change here can save.

import { execFile } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { buildCli } from "../scripts/build-cli.ts"
import type { BenchRow } from "./bench-row.ts"
import { startDaemonProgram } from "./bed/daemon-program.ts"
import { createFakeConversation } from "./bed/fake-conversation.ts"
import { percentile } from "./bed/percentile.ts"

const RUNS = 20
const CONVERSATIONS = 50
const BIN = join(import.meta.dirname, "..", "..", "cli", "bin", "vibecraft.js")
const runProgram = promisify(execFile)

export async function run(): Promise<readonly BenchRow[]> {
  const home = mkdtempSync(join(tmpdir(), "vb-"))
  for (let index = 0; index < CONVERSATIONS; index += 1) createFakeConversation(home, join(home, `project-${index % 8}`), 20)
  await buildCli()
  const daemon = await startDaemonProgram(home, home)
  try {
    const socket = join(home, "sock")
    const ls = await timed([BIN, "ls", "--socket", socket])
    const json = await timed([BIN, "ls", "--json", "--socket", socket])
    const node = await timed(["-e", "0"])
    return [
      { name: `vibecraft ls, ${CONVERSATIONS} sessions, median of ${RUNS}`, value: percentile(ls, 50), unit: "ms", budget: "<= 150" },
      { name: "vibecraft ls, slowest", value: percentile(ls, 100), unit: "ms" },
      { name: "vibecraft ls --json, median", value: percentile(json, 50), unit: "ms", budget: "<= 150" },
      { name: "node -e 0, median", value: percentile(node, 50), unit: "ms" },
    ]
  } finally {
    await daemon.stop()
    rmSync(home, { recursive: true, force: true })
  }
}

/** Wall time of each run in milliseconds, after one that fills the compile cache. Throws when the program fails. */
async function timed(args: readonly string[]): Promise<number[]> {
  const samples: number[] = []
  for (let index = 0; index <= RUNS; index += 1) {
    const startedMs = performance.now()
    await runProgram(process.execPath, args)
    samples.push(performance.now() - startedMs)
  }
  return samples.slice(1)
}
