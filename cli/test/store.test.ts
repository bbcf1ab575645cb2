// `vibecraft store` against the real daemon: what it says, copies and removes, and what it refuses.

import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { cleanEnv, runCli } from "./run-cli.ts"

const ROOT = join(import.meta.dirname, "..", "..")

describe("vibecraft store", () => {
  const folder = mkdtempSync(join(tmpdir(), "vs-"))
  const home = join(folder, "home")
  const socket = join(folder, "sock")
  const state = join(folder, "state")
  let daemon: ChildProcess
  let url = ""

  async function start(): Promise<void> {
    const args = ["--port", "0", "--socket", socket, "--state-dir", state]
    daemon = spawn(process.execPath, [join(ROOT, "daemon", "bin", "vibecraftd.js"), ...args], {
      env: cleanEnv({ HOME: home, TMUX_TMPDIR: join(folder, "tmux"), VIBECRAFT_SCOPE: folder }),
      stdio: ["ignore", "pipe", "inherit"],
    })
    let said = ""
    daemon.stdout?.setEncoding("utf8")
    for await (const text of daemon.stdout ?? []) {
      said += String(text)
      if (!said.includes("vibecraftd stored")) continue
      url = /ready (\S+)/.exec(said)?.[1] ?? ""
      return
    }
    throw new Error(`the daemon ended: ${said}`)
  }

  async function stop(): Promise<void> {
    if (daemon.exitCode !== null) return
    daemon.kill("SIGTERM")
    await once(daemon, "exit")
  }

  beforeAll(async () => {
    mkdirSync(join(folder, "tmux"), { mode: 0o700, recursive: true })
    writeTranscript("one", "/work/app", "2026-09-01")
    writeTranscript("two", "/work/app/sub", "2026-10-01")
    writeTranscript("three", "/work/application", "2026-11-01")
    await start()
  })
  afterAll(async () => {
    await stop()
    rmSync(folder, { recursive: true, force: true })
  })

  function writeTranscript(name: string, cwd: string, day: string): void {
    const dir = join(home, ".claude", "projects", `-${name}`)
    mkdirSync(dir, { recursive: true })
    const usage = { input_tokens: 10, output_tokens: 5 }
    const message = { id: `msg_${name}`, role: "assistant", model: "claude-opus-5-5", content: [{ type: "text", text: "x" }], usage }
    const envelope = { isSidechain: false, sessionId: idOf(name), cwd, version: "2.1.330", uuid: name, timestamp: `${day}T10:00:00.000Z` }
    const title = { type: "custom-title", customTitle: `\u001b[31m${name}`, sessionId: idOf(name) }
    const lines = [{ parentUuid: null, ...envelope, type: "assistant", requestId: `req_${name}`, message }, title]
    writeFileSync(join(dir, `${idOf(name)}.jsonl`), `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`)
  }

  const run = (...args: string[]) => runCli(["store", ...args, "--socket", socket])
  const ask = async (...args: string[]): Promise<Record<string, unknown>> => {
    const { code, stdout, stderr } = await run(...args, "--json")
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    return JSON.parse(stdout) as Record<string, unknown>
  }

  test("says what it holds, to people and to programs", async () => {
    const { code, stdout } = await run()
    expect(code).toBe(0)
    expect(stdout).toMatch(/file +\S+vibecraft\.db/)
    expect(stdout).toMatch(/holds +3 conversations, 3 model requests, 0 tool calls/)
    expect(stdout).toMatch(/since +2026-09-01/)
    const size = statSync(join(state, "vibecraft.db")).size
    expect(await ask()).toMatchObject({ conversations: "3", requests: "3", files: "3", isBehind: false })
    expect(size).toBeGreaterThan(0)
  })

  test("writes a copy that only its owner reads, and never over a file", async () => {
    const copy = join(folder, "copy.db")
    expect((await run("backup", copy)).code).toBe(0)
    expect(statSync(copy).mode & 0o777).toBe(0o600)
    const database = new DatabaseSync(copy, { readOnly: true })
    expect(database.prepare("SELECT count(*) n FROM conversations").get()).toEqual({ n: 3 })
    database.close()
    const before = readFileSync(copy)
    const again = await run("backup", copy)
    expect(again).toMatchObject({ code: 2, stdout: "" })
    expect(again.stderr).toMatch(/exists; choose another name/)
    expect(readFileSync(copy).equals(before)).toBe(true)
  })

  test("changes nothing over TCP", async () => {
    for (const args of [["compact"], ["backup", join(folder, "tcp.db")], ["purge", "--older-than", "1d", "--yes"]]) {
      const { code, stderr } = await runCli(["store", ...args, "--url", url])
      expect({ args, code }).toEqual({ args, code: 1 })
      expect(stderr).toMatch(/unix socket alone/)
    }
    expect(existsSync(join(folder, "tcp.db"))).toBe(false)
    expect(await ask()).toMatchObject({ conversations: "3" })
    expect((await runCli(["store", "--url", url])).code).toBe(0)
  })

  test.each([
    [[], /one of --older-than/],
    [["--older-than", "soon"], /give days, for example 90d/],
    [["--older-than", "9d", "--project", "/a"], /one of --older-than/],
  ])("wants to know exactly what to remove: %j", async (args, expected) => {
    const { code, stderr } = await run("purge", ...args)
    expect(code).toBe(2)
    expect(stderr).toMatch(expected)
  })

  test("shows what it would remove, without control characters, and removes it for good when told", async () => {
    const preview = await run("purge", "--project", "/work/app")
    expect(preview.stdout).toContain(idOf("one"))
    expect(preview.stdout).toContain(idOf("two"))
    expect(preview.stdout).not.toContain(idOf("three"))
    expect(preview.stdout).not.toContain("\u001b")
    expect(preview.stdout).toMatch(/Nothing was removed/)
    expect(await ask()).toMatchObject({ conversations: "3" })

    expect((await run("purge", "--project", "/work/app", "--yes")).stdout).toMatch(/2 conversations removed for good/)
    expect(await ask()).toMatchObject({ conversations: "1", requests: "1" })
    await stop()
    const bytes = readFileSync(join(state, "vibecraft.db"))
    expect(bytes.includes("[31mone")).toBe(false)
    expect(bytes.includes("31mthree")).toBe(true)

    await start()
    expect(await ask()).toMatchObject({ conversations: "1", requests: "1", files: "3" })
    expect(await ask("purge", "--conversation", idOf("three"), "--yes")).toMatchObject({ isRemoved: true })
    expect(await ask()).toMatchObject({ conversations: "0", requests: "0" })
    expect((await run("purge", "--older-than", "1d")).stdout).toMatch(/No conversation is meant/)
  })

  test("compacts", async () => {
    expect((await run("compact")).stdout).toMatch(/^Compacted: .* before, .* now\.$/m)
  })
})

function idOf(name: string): string {
  return `11111111-2222-4333-8444-${Buffer.from(name).toString("hex").padStart(12, "0").slice(-12)}`
}
