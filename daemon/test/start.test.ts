// `npm start` as people use it: the daemon comes up, a second start finds it, strangers on the port are named, and npm's signals end it.

import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"

const ROOT = join(import.meta.dirname, "..", "..")

let home: string
let running: Started[]

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "vs-"))
  running = []
})

afterEach(async () => {
  for (const one of running) await one.kill()
  rmSync(home, { recursive: true, force: true })
})

test("a second start finds the first, by its port and by its socket, and starts nothing", async () => {
  const first = start(["--port", "0"])
  const url = await first.ready
  for (const port of [new URL(url).port, "0"]) {
    const second = start(["--port", port])
    expect(await second.exit).toBe(0)
    expect(second.output()).toContain(`runs already (process ${first.pid}): ${url}`)
  }
})

test("a foreign program on the port: one line, exit 1", async () => {
  const foreign = createServer((_, response) => response.end('{"version": 1}')).listen(0, "127.0.0.1")
  await once(foreign, "listening")
  const { port } = foreign.address() as AddressInfo
  const started = start(["--port", String(port)])
  expect(await started.exit).toBe(1)
  expect(started.output().trim()).toBe(
    `vibecraft: port ${port} is taken by another program; choose another one: npm start -- --port ${port + 1}`,
  )
  foreign.close()
})

test("a daemon with another state folder on the port is not taken for ours", async () => {
  const first = start(["--port", "0", "--state-dir", join(home, "other")])
  const { port } = new URL(await first.ready)
  const second = start(["--port", port])
  expect(await second.exit).toBe(1)
  expect(second.output().trim().split("\n")).toHaveLength(1)
  expect(second.output()).toContain(join(home, "other"))
})

test("a wrong flag: one line, exit 2", async () => {
  const started = start(["--port", "many"])
  expect(await started.exit).toBe(2)
  expect(started.output().trim().split("\n")).toHaveLength(1)
})

test.each(["SIGTERM", "SIGINT"] as const)("%s through npm stops the daemon cleanly", async (signal) => {
  const npm = launch("npm", ["start", "--silent", "--", "--port", "0"])
  const url = await npm.ready
  const { pid } = (await (await fetch(`${url}/vibecraft.v1.DaemonService/GetStatus`, asked)).json()) as { pid: number }
  expect(pid).not.toBe(npm.pid)
  process.kill(npm.pid, signal)
  await npm.exit
  await expect(fetch(`${url}/vibecraft.v1.DaemonService/GetStatus`, asked)).rejects.toThrow("fetch failed")
  expect(() => process.kill(pid, 0)).toThrow(/ESRCH/u)
})

const asked = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" }

interface Started {
  readonly pid: number
  /** The address it prints when it serves. */
  readonly ready: Promise<string>
  readonly exit: Promise<number | null>
  output(): string
  kill(): Promise<void>
}

function start(flags: readonly string[]): Started {
  return launch(process.execPath, ["daemon/scripts/start.ts", ...flags])
}

function launch(program: string, args: readonly string[]): Started {
  const path = (process.env["PATH"] ?? "").split(":").filter((folder) => !folder.endsWith("/node_modules/.bin"))
  const env = { PATH: path.join(":"), HOME: home, TMUX_TMPDIR: home, VIBECRAFT_SCOPE: `start-${process.pid}` }
  const child: ChildProcess = spawn(program, args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] })
  let output = ""
  const { promise: ready, resolve, reject } = Promise.withResolvers<string>()
  ready.catch(() => undefined)
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text
      const url = /^vibecraftd ready (\S+)$/mu.exec(output)?.[1]
      if (url !== undefined) resolve(url)
    })
  }
  const exit = new Promise<number | null>((done) => {
    child.on("close", (code) => {
      reject(new Error(`it ended (${code}):\n${output}`))
      done(code)
    })
  })
  const started: Started = {
    pid: child.pid ?? 0,
    ready,
    exit,
    output: () => output,
    kill: async () => {
      child.kill("SIGTERM")
      await exit
    },
  }
  running.push(started)
  return started
}
