// Bundles the command line into the folder given: a file to start with, one for each command, and what they share. CommonJS, because an
// import of a module of Node's touches every name that it exports, and some of those load a lot.

import { join } from "node:path"
import { rolldown } from "rolldown"

const folder = process.argv[2]
if (folder === undefined) throw new Error("usage: bundle-cli.ts FOLDER")
const bundle = await rolldown({
  input: { main: join(import.meta.dirname, "../../cli/src/main.ts") },
  platform: "node",
  logLevel: "silent",
})
await bundle.write({ dir: folder, format: "cjs", entryFileNames: "[name].cjs", chunkFileNames: "[name].cjs" })
await bundle.close()
