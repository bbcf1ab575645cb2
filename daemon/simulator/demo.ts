// `npm run demo`: a daemon with simulated agents to look at, until Ctrl-C. Everything lives in a temporary folder and a tmux
// server of its own; the daemon sees these agents only. It takes the default port and socket where they are free, so that
// the page and `npx vibecraft` find it without being told. VIBECRAFT_PORT and VIBECRAFT_SOCKET name others; VIBECRAFT_DEMO_SEED
// changes what the agents do.

import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, rmdirSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { createInterface } from "node:readline"
import { askStatus } from "../scripts/ask-status.ts"
import { buildWebClient } from "../scripts/build-web-client.ts"
import { defaultSocketPath, defaultStateDir } from "../src/paths.ts"
import { startDemoFleet } from "./demo-fleet.ts"
import { createSimulator, type Simulator } from "./simulator.ts"

const ROOT = resolve(import.meta.dirname, "../..")
/** VIBECRAFT_PORT as the daemon takes it; 0 picks a free one. */
const PORT = Number(process.env["VIBECRAFT_PORT"] || 4003)
const HOST = "127.0.0.1"

/** A failure that one line explains. */
class DemoError extends Error {
  override readonly name = "DemoError"
}

interface Ready {
  readonly url: string
  readonly child: ChildProcess
}

const cleanUps: (() => unknown)[] = []
let isStopping = false

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void stop(0))
try {
  await run()
} catch (error) {
  await fail(error)
}

async function run(): Promise<void> {
  if (process.platform !== "linux") throw new DemoError("the demo needs Linux: its agents are made for /proc")
  say("Preparing the demo; the first time takes some seconds …")
  await buildWebClient()
  const simulator = await createSimulator({ seed: process.env["VIBECRAFT_DEMO_SEED"] ?? "demo", pace: "human" })
  cleanUps.push(() => simulator.close())
  const isPortFree = PORT === 0 || (await askStatus({ host: HOST, port: PORT })) === "nobody"
  const socketPath = await chooseSocket(simulator)
  const [daemon, fleet] = await Promise.all([
    startDaemon(simulator, socketPath, isPortFree ? PORT : 0),
    startDemoFleet(simulator, (error) => void fail(error)),
  ])
  cleanUps.push(() => fleet.close())
  daemon.child.on("exit", (code) => {
    if (!isStopping) void fail(new DemoError(`the daemon ended by itself with code ${code}`))
  })
  greet(daemon.url, simulator, socketPath)
}

/** The socket that the command line takes by itself, where nobody serves it; else one of the demo's own. */
async function chooseSocket(simulator: Simulator): Promise<string> {
  const usual = process.env["VIBECRAFT_SOCKET"] || defaultSocketPath(process.env, defaultStateDir(process.env))
  if ((await askStatus({ socketPath: usual })) !== "nobody") return join(simulator.folder, "sock")
  const folders: string[] = []
  for (let folder = dirname(usual); !existsSync(folder); folder = dirname(folder)) folders.push(folder)
  cleanUps.push(() => removeEmpty(folders))
  return usual
}

function removeEmpty(folders: readonly string[]): void {
  for (const folder of folders) {
    try {
      rmdirSync(folder)
    } catch {
      // not empty, or never made
    }
  }
}

async function startDaemon(simulator: Simulator, socketPath: string, port: number): Promise<Ready> {
  const args = ["--host", HOST, "--port", String(port), "--socket", socketPath, "--state-dir", join(simulator.folder, "state")]
  const child = spawn(process.execPath, [join(ROOT, "daemon/bin/vibecraftd.js"), ...args], {
    env: simulator.env,
    stdio: ["ignore", "pipe", "inherit"],
  })
  cleanUps.push(() => endDaemon(child))
  const url = await new Promise<string>((resolveUrl, reject) => {
    child.once("error", reject)
    child.once("exit", (code) => reject(new DemoError(`the daemon did not start (exit code ${code})`)))
    createInterface({ input: child.stdout }).on("line", (line) => {
      const ready = /^vibecraftd ready (\S+)$/u.exec(line)
      if (ready?.[1] !== undefined) resolveUrl(ready[1])
    })
  })
  return { url, child }
}

function endDaemon(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((done) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), 3_000)
    child.once("exit", () => {
      clearTimeout(timer)
      done()
    })
    child.kill("SIGTERM")
  })
}

function greet(url: string, simulator: Simulator, socketPath: string): void {
  const isUsual =
    socketPath === defaultSocketPath(process.env, defaultStateDir(process.env)) || socketPath === process.env["VIBECRAFT_SOCKET"]
  const socket = isUsual ? "" : ` --socket ${socketPath}`
  say(`
Vibecraft demo: simulated agents at work in a temporary home. Nothing of yours is touched.

  Page       ${url}
  Terminal   npx vibecraft ls${socket}
  The agents TMUX_TMPDIR=${simulator.env["TMUX_TMPDIR"]} tmux attach -t shop

Some wait for an answer that comes after a while, one for an answer that never comes; one more joins in 15 seconds; visitors come and go.
Ctrl-C stops everything and cleans up.`)
}

async function fail(error: unknown): Promise<void> {
  if (isStopping) return
  console.error(`vibecraft demo: ${error instanceof Error ? error.message : String(error)}`)
  await stop(1)
}

async function stop(exitCode: number): Promise<void> {
  if (isStopping) return
  isStopping = true
  for (const cleanUp of cleanUps.toReversed()) {
    try {
      await cleanUp()
    } catch (error) {
      console.error(`vibecraft demo: ${error instanceof Error ? error.message : String(error)}`)
      exitCode = 1
    }
  }
  process.exit(exitCode)
}

function say(text: string): void {
  console.log(text)
}
