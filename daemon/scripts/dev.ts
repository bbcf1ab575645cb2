// `npm run dev`: the daemon, started anew when its sources change, and Vite, which serves the page with hot reload and hands the calls
// on to the daemon. Both end together. Flags go to the daemon.

import { type ChildProcess, spawn } from "node:child_process"
import { join } from "node:path"
import { parseFlags } from "../src/flags.ts"

const ROOT = join(import.meta.dirname, "..", "..")
const KILL_AFTER_MS = 4_000

const flags = readFlags()
const env = { ...process.env, VIBECRAFT_PORT: String(flags.port) }
const children = [
  start([
    "--watch-preserve-output",
    "--watch-path=daemon/src",
    "--watch-path=shared/src",
    "daemon/bin/vibecraftd.js",
    ...process.argv.slice(2),
  ]),
  start(["node_modules/vite/bin/vite.js", "web", "--clearScreen", "false"]),
]

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop(0))
for (const child of children) {
  child.on("error", (error) => {
    console.error(`vibecraft: ${error.message}`)
    stop(1)
  })
  child.on("exit", (code) => stop(code ?? 1))
}

function readFlags(): { readonly port: number } {
  try {
    const parsed = parseFlags(process.argv.slice(2), process.env)
    if (typeof parsed !== "string") return parsed
    console.error("vibecraft: npm run dev takes the flags of vibecraftd; see npm start -- --help")
  } catch (error) {
    console.error(`vibecraft: ${error instanceof Error ? error.message : String(error)}`)
  }
  process.exit(2)
}

function start(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, args, { cwd: ROOT, env, stdio: ["ignore", "inherit", "inherit"] })
}

/** Ends both and then this process, with the code of whichever ended first. */
function stop(code: number): void {
  process.exitCode ??= code
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    child.kill("SIGTERM")
    setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS).unref()
  }
}
