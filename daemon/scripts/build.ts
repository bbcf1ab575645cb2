// `npm run build`: builds the web client, the daemon and the command line where their sources changed.

import { buildCli } from "./build-cli.ts"
import { buildDaemon } from "./build-daemon.ts"
import { buildWebClient } from "./build-web-client.ts"
import { BuildError } from "./fresh-build.ts"

try {
  if (!(await buildWebClient())) console.log("vibecraft: the web client is up to date")
  if (!(await buildDaemon())) console.log("vibecraft: the daemon is up to date")
  if (!(await buildCli())) console.log("vibecraft: the command line is up to date")
} catch (error) {
  if (!(error instanceof BuildError)) throw error
  console.error(`vibecraft: ${error.message}`)
  process.exitCode = 1
}
