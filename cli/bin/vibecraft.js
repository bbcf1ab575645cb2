#!/usr/bin/env node
// Checks the Node version before anything is loaded that an older one could not even parse, and keeps compiled code in the user's own
// cache folder, where nobody else can put any.
import module from "node:module"
import { homedir } from "node:os"
import { join } from "node:path"
import { isBundleCurrent } from "./bundle-current.js"

const major = Number(process.versions.node.split(".")[0])
if (major < 24) {
  process.stderr.write(`vibecraft needs Node 24 or newer; this is ${process.version} at ${process.execPath}\n`)
  process.exit(1)
}
module.enableCompileCache(join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "vibecraft", "node"))
const { main } = isBundleCurrent() ? module.createRequire(import.meta.url)("../dist/main.cjs") : await import("../src/main.ts")
process.exitCode = await main(process.argv.slice(2), process)
