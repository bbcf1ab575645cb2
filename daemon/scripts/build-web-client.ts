// Builds web/dist when its sources are other than those it was built from. The new client is swapped in whole, so that a running daemon
// never serves half of one.

import { spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const ROOT = join(import.meta.dirname, "..", "..")
const DIST = join(ROOT, "web", "dist")
const CACHE = join(ROOT, "node_modules", ".cache", "vibecraft")
const STAMP = join(CACHE, "web-client")
/** What the client is made of. The lockfile stands for the libraries. */
const SOURCES = ["web/src", "web/public", "web/index.html", "web/vite.config.ts", "shared/src", "package-lock.json"]

/** The build failed; the message ends with what Vite said. */
export class BuildError extends Error {
  override readonly name = "BuildError"
}

/** Answers whether it had to build. Throws BuildError. */
export async function buildWebClient(): Promise<boolean> {
  const wanted = fingerprint()
  if (existsSync(join(DIST, "index.html")) && existsSync(STAMP) && readFileSync(STAMP, "utf8") === wanted) return false
  console.log("vibecraft: building the web client")
  const fresh = join(CACHE, `web-client-${process.pid}`)
  const old = `${fresh}-old`
  mkdirSync(CACHE, { recursive: true })
  try {
    await vite(["build", "web", "--outDir", fresh, "--emptyOutDir", "--logLevel", "warn"])
    rmSync(STAMP, { force: true })
    if (existsSync(DIST)) renameSync(DIST, old)
    renameSync(fresh, DIST)
    writeFileSync(STAMP, wanted)
  } finally {
    for (const folder of [fresh, old]) rmSync(folder, { recursive: true, force: true })
  }
  return true
}

function fingerprint(): string {
  const hash = createHash("sha256")
  for (const path of SOURCES.flatMap(filesUnder))
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(ROOT, path)))
      .update("\0")
  return hash.digest("hex")
}

/** Paths of the files in a folder, or of the file itself, relative to the root; tests are no part of the client. */
function filesUnder(source: string): string[] {
  const path = join(ROOT, source)
  if (!existsSync(path)) return []
  if (/\.[a-z]+$/u.test(source)) return [source]
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/u.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1))
    .toSorted()
}

function vite(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(ROOT, "node_modules/vite/bin/vite.js"), ...args], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "pipe"],
    })
    let output = ""
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text))
    const stop = (signal: NodeJS.Signals) => {
      child.kill(signal)
      process.exit(1)
    }
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop)
    child.on("error", (cause) => reject(new BuildError(`vite cannot be started: ${cause.message}`, { cause })))
    child.on("close", (code) => {
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.off(signal, stop)
      if (code === 0) resolve()
      else reject(new BuildError(`the web client cannot be built:\n${output.trim()}`))
    })
  })
}
