// `npm start`: web client, daemon and command line are built where their sources changed, then the daemon runs in this very process, so that
// Ctrl-C and SIGTERM through npm reach it. Where it runs already, that is said and nothing is started. Flags go to the daemon.

import { realpathSync } from "node:fs"
import { type Flags, parseFlags } from "../src/flags.ts"

const flags = readFlags()
if (flags === undefined || !(await isServed(flags))) {
  if (flags !== undefined) await build()
  await import(new URL("../bin/vibecraftd.js", import.meta.url).href)
}

/** Undefined when there is nothing to serve: a question for help, or flags that the daemon itself will refuse in its own words. */
function readFlags(): Flags | undefined {
  try {
    const parsed = parseFlags(process.argv.slice(2), process.env)
    return typeof parsed === "string" ? undefined : parsed
  } catch {
    return undefined
  }
}

/** Whether the port or the state folder is taken. If so it has said by whom and set the exit code. */
async function isServed({ host, port, socketPath, stateDir }: Flags): Promise<boolean> {
  const { askStatus } = await import("./ask-status.ts")
  const answer = port === 0 ? "nobody" : await askStatus({ host, port })
  if (answer === "foreign") {
    console.error(`vibecraft: port ${port} is taken by another program; choose another one: npm start -- --port ${port + 1}`)
    process.exitCode = 1
    return true
  }
  const ours = answer === "nobody" ? await askStatus({ socketPath }) : answer
  if (typeof ours === "string") return false
  if (samePath(ours.stateDir, stateDir)) {
    console.log(`vibecraftd ${ours.version} runs already (process ${ours.pid}): ${ours.url}`)
    return true
  }
  if (answer === "nobody") return false
  console.error(
    `vibecraft: port ${port} is taken by another vibecraftd, with the state folder ${ours.stateDir}; choose another port: npm start -- --port ${port + 1}`,
  )
  process.exitCode = 1
  return true
}

async function build(): Promise<void> {
  const { buildCli } = await import("./build-cli.ts")
  const { buildDaemon } = await import("./build-daemon.ts")
  const { buildWebClient } = await import("./build-web-client.ts")
  const { BuildError } = await import("./fresh-build.ts")
  try {
    await buildWebClient()
    await buildDaemon()
    await buildCli()
    process.env["VIBECRAFT_MAIN"] = "../dist/main.js"
  } catch (error) {
    if (!(error instanceof BuildError)) throw error
    console.error(`vibecraft: ${error.message}`)
    process.exit(1)
  }
}

function samePath(one: string, other: string): boolean {
  return real(one) === real(other)
}

function real(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
