#!/usr/bin/env -S MALLOC_ARENA_MAX=2 node --max-semi-space-size=2 --no-parallel-scavenge
// Checks the Node version before anything is loaded that an older one could not even parse, and keeps compiled code in the user's own
// cache folder: a start takes half the time, and the worker threads, which read the variable, half the memory. Small semi-spaces hold
// the heaps of a daemon that allocates little and lives long to a third of their size, and so little is collected sooner by one thread than
// by several that wait for each other. The C library would keep freed memory apart for each of a dozen threads: ten megabytes of it.
import module from "node:module"
import { homedir } from "node:os"
import { join } from "node:path"

const major = Number(process.versions.node.split(".")[0])
if (major < 24) {
  process.stderr.write(`vibecraftd needs Node 24 or newer; this is ${process.version} at ${process.execPath}\n`)
  process.exit(1)
}
process.env["NODE_COMPILE_CACHE"] ??= join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "vibecraft", "node")
module.enableCompileCache(process.env["NODE_COMPILE_CACHE"])
// From source, unless whoever starts it has just built it.
const { run } = await import(process.env["VIBECRAFT_MAIN"] ?? "../src/main.ts")
await run(process.argv.slice(2))
