import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { cleanEnv, runCli } from "./run-cli.ts"

// The real daemon, started as a program, over transcripts that real agents wrote.

const ROOT = join(import.meta.dirname, "..", "..")
const DATA = join(ROOT, "..", "shared", "data")
const TIMESTAMP = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)

interface Json {
  readonly [key: string]: unknown
}

describe.skipIf(!existsSync(join(DATA, "claude")) || !existsSync(join(DATA, "codex")))("against vibecraftd", () => {
  const folder = mkdtempSync(join(tmpdir(), "vd-"))
  const home = join(folder, "home")
  const socket = join(folder, "sock")
  let daemon: ChildProcess

  beforeAll(async () => {
    mkdirSync(join(folder, "tmux"), { mode: 0o700, recursive: true })
    cpSync(join(DATA, "claude"), join(home, ".claude"), { recursive: true })
    cpSync(join(DATA, "codex"), join(home, ".codex"), { recursive: true })
    const args = ["--port", "0", "--socket", socket, "--state-dir", join(folder, "state")]
    daemon = spawn(process.execPath, [join(ROOT, "daemon", "bin", "vibecraftd.js"), ...args], {
      env: cleanEnv({ HOME: home, TMUX_TMPDIR: join(folder, "tmux"), VIBECRAFT_SCOPE: folder }),
      stdio: ["ignore", "pipe", "inherit"],
    })
    if (daemon.stdout === null) throw new Error("the daemon has no output")
    for await (const line of createInterface({ input: daemon.stdout })) if (line.startsWith("vibecraftd caught up")) return
    throw new Error("the daemon ended before it caught up")
  })

  afterAll(async () => {
    if (daemon.exitCode === null) {
      daemon.kill("SIGTERM")
      await once(daemon, "exit")
    }
    rmSync(folder, { recursive: true, force: true })
  })

  const ask = async (...args: string[]): Promise<Json> => {
    const { code, stdout, stderr } = await runCli([...args, "--json", "--socket", socket])
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    return JSON.parse(stdout) as Json
  }

  test("ls --json --all knows every conversation, with the keys that scripts rely on", async () => {
    const { sessions, firstRead } = (await ask("ls", "--all")) as { sessions: Json[]; firstRead: Json }
    expect(firstRead).toMatchObject({ done: true })
    const conversations = sessions.map(({ conversationId }) => conversationId)
    for (const file of readdirSync(join(DATA, "claude", "projects"), { recursive: true, encoding: "utf8" })) {
      const id = /^[^/]+\/([0-9a-f-]{36})\.jsonl$/.exec(file)?.[1]
      if (id !== undefined) expect(conversations).toContain(id)
    }
    for (const session of sessions) {
      expect(session).toMatchObject({
        id: expect.stringMatching(/./),
        host: { id: expect.stringMatching(/./), name: expect.any(String) },
        agent: expect.stringMatching(/^AGENT_(CLAUDE|CODEX)$/),
        command: expect.any(String),
        role: expect.stringMatching(/^ROLE_/),
        name: expect.stringMatching(/./),
        status: expect.stringMatching(/^STATUS_(OFFLINE|ENDED|UNKNOWN)$/),
        statusReason: expect.any(String),
        statusSinceTime: TIMESTAMP,
        lastActivityTime: TIMESTAMP,
        evidence: expect.any(Array),
      })
    }
    expect(new Set(sessions.map(({ id }) => id)).size).toBe(sessions.length)
  })

  test("metrics --json --all: one row per conversation, totals that add up", async () => {
    const { metrics } = (await ask("metrics", "--all")) as { metrics: (Json & { tokens: Record<string, string> })[] }
    expect(metrics.length).toBeGreaterThan(20)
    expect(new Set(metrics.map(({ conversationId }) => conversationId)).size).toBe(metrics.length)
    for (const row of metrics) {
      const { input, output, cacheRead, cacheWrite5m, cacheWrite1h, total } = row.tokens
      const sum = [input, output, cacheRead, cacheWrite5m, cacheWrite1h].reduce((all, count) => all + BigInt(count ?? ""), 0n)
      expect(total).toBe(`${sum}`)
      expect(row).toMatchObject({
        sessionId: expect.stringMatching(/./),
        cost: {
          nanosUsd: expect.stringMatching(/^\d+$/),
          certainty: expect.stringMatching(/^CERTAINTY_[A-Z]+$/),
          unpricedModels: expect.any(Array),
        },
        latency: expect.any(Array),
        toolCounts: expect.any(Object),
        durationMs: expect.stringMatching(/^\d+$/),
      })
    }
    expect(metrics.some(({ cost }) => (cost as Json)["nanosUsd"] !== "0")).toBe(true)
  })

  test("one conversation by its id, and the texts of every command", async () => {
    const { metrics } = (await ask("metrics", "--all")) as { metrics: Json[] }
    const [row] = metrics
    const id = String(row?.["conversationId"])
    expect((await ask("metrics", id))["metrics"]).toEqual([row])
    for (const command of [["ls", "--all"], ["metrics", "--all"], ["metrics", id], ["discover"], ["status"]]) {
      const { code, stdout, stderr } = await runCli([...command, "--socket", socket])
      expect({ command, code, stderr }).toEqual({ command, code: 0, stderr: "" })
      expect(stdout).not.toBe("")
    }
  })

  test("discover --json and status --json", async () => {
    expect(await ask("discover")).toMatchObject({ discovered: [], existing: [], scanMs: expect.any(Number) })
    expect(await ask("status")).toMatchObject({
      socket,
      version: expect.stringMatching(/^\d/),
      firstRead: { done: true },
      sources: expect.any(Array),
    })
  })

  test("over TCP it tells the same", async () => {
    const { url } = (await ask("status")) as { url: string }
    const { code, stdout } = await runCli(["ls", "--all", "--json", "--url", url])
    expect(code).toBe(0)
    expect((JSON.parse(stdout) as { sessions: Json[] }).sessions.length).toBe(((await ask("ls", "--all"))["sessions"] as Json[]).length)
  })
})
