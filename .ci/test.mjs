// `npm test`: installs what is missing, then runs every check under the pinned Node 24. Plain JavaScript without dependencies,
// because it starts on the machine's own Node. It alone prints the last line, so that there is one whatever breaks on the way.

import { fork, spawnSync } from "node:child_process"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const HERE = dirname(fileURLToPath(import.meta.url))

const counts = { passed: 0, failed: 0, skipped: 0 }
const install = spawnSync(process.execPath, [join(HERE, "install.mjs")], { stdio: ["ignore", "inherit", "inherit"] })
if (install.status === 0) runChecks()
else {
  counts.failed = 1
  finish()
}

function runChecks() {
  let finished = false
  const checks = fork(join(HERE, "check.ts"), process.argv.slice(2), {
    execPath: join(dirname(HERE), "node_modules", ".bin", "node"),
    execArgv: [],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  })
  // The checks tell how far they are after each one, so that a crash loses none of what is known.
  checks.on("message", (message) => {
    Object.assign(counts, message.counts)
    finished = message.finished
  })
  checks.on("error", (error) => console.error(`the checks cannot be started: ${error.message}`))
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => checks.kill(signal))
  checks.on("close", (code, signal) => {
    if (!finished) {
      console.error(`the checks ended early (${signal ?? `exit code ${code}`})`)
      counts.failed += 1
    }
    finish()
  })
}

function finish() {
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : ""
  console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`)
  process.exitCode = counts.failed > 0 ? 1 : 0
}
