// `npm run build`: builds the web client when its sources changed.

import { BuildError, buildWebClient } from "./build-web-client.ts"

try {
  if (!(await buildWebClient())) console.log("vibecraft: the web client is up to date")
} catch (error) {
  if (!(error instanceof BuildError)) throw error
  console.error(`vibecraft: ${error.message}`)
  process.exitCode = 1
}
