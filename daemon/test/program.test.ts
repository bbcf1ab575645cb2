// The daemon as a program: what it prints, how it refuses to start, how it stops, and what a crash leaves.

import { execFileSync } from "node:child_process"
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { once } from "node:events"
import { join } from "node:path"
import { Code, ConnectError } from "@connectrpc/connect"
import { toJson } from "@bufbuild/protobuf"
import { Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { ListMetricsResponseSchema } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { assistantLine, CONVERSATION_ID } from "./assistant-line.ts"
import { clientsOf, createDaemonHome, type DaemonHome, startDaemon } from "./daemon-program.ts"

let home: DaemonHome
beforeEach(() => {
  home = createDaemonHome()
})
afterEach(() => home.close())

function transcript(): string {
  const dir = join(home.path, ".claude", "projects", "-work-app")
  mkdirSync(dir, { recursive: true })
  return join(dir, `${CONVERSATION_ID}.jsonl`)
}

function assistant(n: number, output: number): string {
  return assistantLine(n, `2026-11-01T10:00:${String(n % 60).padStart(2, "0")}.000Z`, { output })
}

describe("vibecraftd", () => {
  it("runs where there is nothing to see, and says so", async () => {
    const daemon = home.start()
    const { status } = await clientsOf(daemon)
    expect((await daemon.line(/^vibecraftd caught up (\d+) files (\d+) bytes \d+ ms$/m)).slice(1)).toEqual(["0", "0"])
    const answer = await vi.waitFor(async () => {
      const now = await status.getStatus({})
      expect(now.sources.map((source) => source.kind)).toEqual(expect.arrayContaining(["processes", "tmux", "transcripts"]))
      return now
    }, 20_000)
    expect(answer.firstRead).toMatchObject({ done: true, files: 0 })
    expect(answer.problems).toEqual([])
  })

  it("stops at once on SIGTERM and SIGINT, and tells those who watch", async () => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      const daemon = home.start()
      const { sessions } = await clientsOf(daemon)
      const abort = new AbortController()
      const stream = sessions.watchSessions({}, { signal: abort.signal })[Symbol.asyncIterator]()
      await stream.next()
      daemon.child.kill(signal)
      const failure = await (async () => {
        for (;;) if ((await stream.next()).done === true) return undefined
      })().catch((error: unknown) => ConnectError.from(error))
      expect(failure?.code).toBe(Code.Unavailable)
      expect(await daemon.ended).toMatchObject({ code: 0, stderr: "" })
    }
  })

  // Beyond its limit it would say so on stderr.
  it("stops in its time while a tmux client hangs, and leaves no client behind", async () => {
    const asked = join(home.path, "asked")
    mkdirSync(join(home.path, "bin"))
    writeFileSync(join(home.path, "bin", "tmux"), `#!/bin/sh\necho "$$ $*" >> ${asked}\nexec sleep 100000\n`, { mode: 0o755 })
    const tmux = (...args: string[]) => execFileSync("tmux", args, { env: { PATH: process.env["PATH"], ...home.env } })
    tmux("-f", "/dev/null", "new-session", "-d", "sleep", "100000")
    try {
      home.env["PATH"] = `${join(home.path, "bin")}:${process.env["PATH"]}`
      const daemon = home.start()
      const clients = () => (existsSync(asked) ? readFileSync(asked, "utf8") : "").split("\n").slice(0, -1)
      await vi.waitFor(() => expect(clients().join()).toContain("list-panes"), 20_000)
      expect(await daemon.end("SIGTERM")).toMatchObject({ code: 0, stderr: "" })
      const left = () => clients().filter((line) => existsSync(`/proc/${line.split(" ")[0]}`))
      // What is killed is there until its new parent has taken notice.
      await vi.waitFor(() => expect(left()).toEqual([]), 5_000)
    } finally {
      home.env["PATH"] = process.env["PATH"]
      tmux("kill-server")
    }
  })

  it("stops in its time in the middle of the first read, and the next start counts everything once", async () => {
    const path = transcript()
    const lines = 20_000
    writeFileSync(path, Array.from({ length: lines }, (_, n) => assistant(n, 1)).join(""))
    const first = home.start()
    await clientsOf(first)
    expect(await first.end("SIGTERM")).toMatchObject({ code: 0, stderr: "" })
    const second = home.start()
    const { metrics } = await clientsOf(second)
    await second.line(/^vibecraftd caught up/m)
    const { metrics: rows } = await metrics.listMetrics({ scope: Scope.ALL })
    expect(rows.map((row) => [row.requests, row.tokens?.output])).toEqual([[BigInt(lines), BigInt(lines)]])
  })

  it("counts the same after kill -9 and a new start, and goes on where lines are appended", async () => {
    const path = transcript()
    writeFileSync(path, Array.from({ length: 50 }, (_, n) => assistant(n, n)).join(""))
    const totals = async (daemon: ReturnType<DaemonHome["start"]>) => {
      const { metrics } = await clientsOf(daemon)
      await daemon.line(/^vibecraftd caught up/m)
      // How much of it had to be read is another matter.
      return { ...(toJson(ListMetricsResponseSchema, await metrics.listMetrics({ scope: Scope.ALL })) as object), firstRead: undefined }
    }
    const first = home.start()
    const before = await totals(first)
    await first.end("SIGKILL")
    const second = home.start()
    expect(await totals(second)).toEqual(before)

    const { metrics } = await clientsOf(second)
    const abort = new AbortController()
    const watch = metrics.watchMetrics({ scope: Scope.ALL, minIntervalMs: 0 }, { signal: abort.signal })
    let output = 0n
    for await (const { event } of watch) {
      if (event.case === "snapshot") appendFileSync(path, assistant(99, 1_000))
      if (event.case === "updated") output = event.value.metrics[0]?.tokens?.output ?? 0n
      if (output === 1_225n + 1_000n) break
    }
    abort.abort()
  })

  it("survives what is wrong with a transcript, counts the rest, and names what it passed over", async () => {
    const path = transcript()
    const bad = [
      Buffer.from("not json\n"),
      Buffer.from([0xff, 0xfe, 0x0a]),
      Buffer.from(`{"type":"user","x":"${"y".repeat(10_000_000)}"}\n`),
    ]
    writeFileSync(path, Buffer.concat([Buffer.from(assistant(1, 7)), ...bad, Buffer.from(assistant(2, 8)), Buffer.from('{"torn":')]))
    mkdirSync(join(home.path, ".claude", "projects", "-work-app", "22222222-2222-4333-8444-555555555555.jsonl"))
    const daemon = home.start()
    const { metrics, status } = await clientsOf(daemon)
    await daemon.line(/^vibecraftd caught up/m)
    const { metrics: rows } = await metrics.listMetrics({ scope: Scope.ALL })
    expect(rows.map((row) => row.tokens?.output)).toEqual([15n])
    const answer = await status.getStatus({})
    expect(answer.counters?.badLines).toBe(2n)
    expect(answer.problems.map((problem) => problem.subject)).toContain(path)
  })

  it("takes one line and an exit code for everything it cannot start with", async () => {
    const taken = createServer().listen(0, "127.0.0.1")
    await once(taken, "listening")
    const address = taken.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    writeFileSync(join(home.path, "file"), "")
    writeFileSync(join(home.path, "bad.toml"), "[[prices]]\nmodel = 3\n")
    const cases: [string[], number, RegExp][] = [
      [["--port", String(port), "--state-dir", home.stateDir], 1, new RegExp(`port ${port} on 127.0.0.1 is taken`)],
      [["--port", "0", "--state-dir", join(home.path, "file", "x")], 1, /state folder .*--state-dir/],
      [["--port", "0", "--state-dir", home.stateDir, "--config", join(home.path, "none.toml")], 1, /none\.toml/],
      [["--port", "0", "--state-dir", home.stateDir, "--config", join(home.path, "bad.toml")], 1, /bad\.toml:2/],
      [["--wat"], 2, /--wat/],
      [["--port", "x"], 2, /--port x/],
    ]
    for (const [args, code, message] of cases) {
      const ended = await startDaemon(args, home.env).ended
      expect(ended).toMatchObject({ code, stdout: "" })
      expect(ended.stderr).toMatch(message)
      expect(ended.stderr.trimEnd().split("\n")).toHaveLength(1)
    }
    taken.close()
  })

  it("lets one daemon use a state folder, and takes over after a crash", async () => {
    const first = home.start()
    await clientsOf(first)
    expect(await home.start().ended).toMatchObject({ code: 1, stderr: expect.stringMatching(/another vibecraftd/) })
    await first.end("SIGKILL")
    await clientsOf(home.start())
  })
})
