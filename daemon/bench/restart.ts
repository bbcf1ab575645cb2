// What the store costs and what it is good for, on 500 MB of history: until everything read is durable, beside ccusage's time for the same bytes;
// how much of the disk it takes; and a start that finds it all, after a stop and after a crash.

import { mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createClient } from "@connectrpc/connect"
import { createConnectTransport } from "@connectrpc/connect-node"
import { DaemonService } from "@vibecraft/shared/gen/vibecraft/v1/daemon_service_pb"
import { ccusageProgram } from "../test/ccusage.ts"
import { runCcusage } from "./bed/ccusage.ts"
import { writeCorpus } from "./bed/corpus/write-corpus.ts"
import { type DaemonProgram, startDaemonProgram } from "./bed/daemon-program.ts"
import type { BenchRow } from "./bench-row.ts"

const CORPUS_BYTES = 500 << 20
const COLD_ROUNDS = 3
const RESTARTS = 9

export async function run(): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "vb-restart-"))
  try {
    const home = join(folder, "home")
    const corpus = writeCorpus({ home, bytes: CORPUS_BYTES })
    const start = () => startDaemonProgram(folder, "bench-restart", { CLAUDE_CONFIG_DIR: home, CODEX_HOME: home })
    const forget = () => rmSync(join(folder, "state"), { recursive: true, force: true })
    const peer = ccusageProgram(folder)
    const warm = await start()
    const counted = await countersOf(warm)
    await warm.kill()

    const stored: number[] = []
    const behind: number[] = []
    const theirs: number[] = []
    for (let round = 0; round < COLD_ROUNDS; round++) {
      forget()
      const daemon = await start()
      const storedMs = await daemon.storedMs()
      stored.push(storedMs)
      behind.push(storedMs - daemon.caughtUpMs)
      if (round < COLD_ROUNDS - 1) await daemon.kill()
      else await daemon.stop()
      const theirRun = peer === undefined ? undefined : await runCcusage(peer, home)
      if (theirRun !== undefined) theirs.push(theirRun.wallMs)
    }
    const database = statSync(join(folder, "state", "vibecraft.db")).size
    return [
      { name: "store: cold read, start to everything durable", value: median(stored), unit: "ms" },
      { name: "store: of that, after everything was counted", value: median(behind), unit: "ms" },
      ...(theirs.length === 0
        ? []
        : [
            { name: "store: until durable, against ccusage's time", value: median(stored) / median(theirs), unit: "times", budget: "<= 2" },
          ]),
      { name: "store: size as a share of the bytes read", value: (100 * database) / corpus.bytes, unit: "%", budget: "<= 2" },
      ...(await restarts(start, counted.requests, (daemon) => daemon.stop(), "after a stop")),
      ...(await restarts(start, counted.requests, (daemon) => daemon.kill(), "after a crash")),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function restarts(
  start: () => Promise<DaemonProgram>,
  requests: number,
  end: (daemon: DaemonProgram) => Promise<unknown>,
  how: string,
): Promise<BenchRow[]> {
  const ready: number[] = []
  const caughtUp: number[] = []
  let bytesRead = 0
  let missing = 0
  for (let round = 0; round < RESTARTS; round++) {
    const daemon = await start()
    ready.push(daemon.readyMs)
    caughtUp.push(daemon.caughtUpMs)
    const counters = await countersOf(daemon)
    bytesRead = Math.max(bytesRead, counters.bytesRead)
    missing = Math.max(missing, Math.abs(requests - counters.requests))
    await end(daemon)
  }
  return [
    { name: `restart ${how}: serving, everything counted`, value: median(ready), unit: "ms", budget: "<= 300" },
    { name: `restart ${how}: quickest of ${RESTARTS}`, value: Math.min(...ready), unit: "ms" },
    { name: `restart ${how}: every file looked at`, value: median(caughtUp), unit: "ms" },
    { name: `restart ${how}: old bytes read again`, value: bytesRead, unit: "bytes", budget: "0" },
    { name: `restart ${how}: requests missing`, value: missing, unit: "requests", budget: "0" },
  ]
}

async function countersOf({ url }: DaemonProgram): Promise<{ bytesRead: number; requests: number }> {
  const client = createClient(DaemonService, createConnectTransport({ baseUrl: url, httpVersion: "1.1" }))
  const { counters } = await client.getStatus({})
  return { bytesRead: Number(counters?.bytesRead ?? 0), requests: Number(counters?.requests ?? 0) }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
