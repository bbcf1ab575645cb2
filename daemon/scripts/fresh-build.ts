// Builds a folder when its sources are other than those it was built from. The new one is swapped in whole, so that whoever reads it never
// sees half of one.

import { spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"

export const ROOT = join(import.meta.dirname, "..", "..")
const CACHE = join(ROOT, "node_modules", ".cache", "vibecraft")

/** The build failed; the message ends with what the bundler said. */
export class BuildError extends Error {
  override readonly name = "BuildError"
}

export interface FreshBuild {
  /** In a few words, for a line and a stamp: "web client". */
  readonly name: string
  /** Folder that is built, below the root. */
  readonly folder: string
  /** A file that stands for the whole folder. */
  readonly proof: string
  /** What it is made of: files and folders below the root. The lockfile stands for libraries. */
  readonly sources: readonly string[]
  /** Builds into an empty folder. Throws BuildError. */
  readonly build: (folder: string) => Promise<void>
}

/** Answers whether it had to build. Throws BuildError. */
export async function buildIfStale({ name, folder, proof, sources, build }: FreshBuild): Promise<boolean> {
  const wanted = fingerprint(sources)
  const target = join(ROOT, folder)
  const id = name.replaceAll(" ", "-")
  const stamp = join(CACHE, id)
  if (existsSync(join(target, proof)) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return false
  console.log(`vibecraft: building the ${name}`)
  const fresh = join(CACHE, `${id}-${process.pid}`)
  const old = `${fresh}-old`
  mkdirSync(CACHE, { recursive: true })
  try {
    await build(fresh)
    rmSync(stamp, { force: true })
    if (existsSync(target)) renameSync(target, old)
    renameSync(fresh, target)
    writeFileSync(stamp, wanted)
  } finally {
    for (const left of [fresh, old]) rmSync(left, { recursive: true, force: true })
  }
  return true
}

/** Runs a script that builds, to its end. Rejects with BuildError. */
export function runBuilder(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] })
    let output = ""
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text))
    const stop = (signal: NodeJS.Signals) => {
      child.kill(signal)
      process.exit(1)
    }
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop)
    child.on("error", (cause) => reject(new BuildError(`the build cannot be started: ${cause.message}`, { cause })))
    child.on("close", (code) => {
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.off(signal, stop)
      if (code === 0) resolve()
      else reject(new BuildError(`the build failed:\n${output.trim()}`))
    })
  })
}

function fingerprint(sources: readonly string[]): string {
  const hash = createHash("sha256")
  for (const path of sources.flatMap(filesUnder))
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(ROOT, path)))
      .update("\0")
  return hash.digest("hex")
}

/** Paths of the files in a folder, or of the file itself, relative to the root; tests are no part of what is built. */
export function filesUnder(source: string): string[] {
  const path = join(ROOT, source)
  if (!existsSync(path)) return []
  if (/\.[a-z]+$/u.test(source)) return [source]
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/u.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1))
    .toSorted()
}
