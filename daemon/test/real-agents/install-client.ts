// Brings a real client from npm into a cache of its own, each version in its own folder. Nothing of it is ever committed.

import { execFile } from "node:child_process"
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { promisify } from "node:util"

const run = promisify(execFile)
const CACHE = resolve(import.meta.dirname, "../../../node_modules/.cache/vibecraft-real-agents")

export interface ClientPackage {
  readonly name: string
  /** Taken where npm cannot be asked for the newest. */
  readonly knownVersion: string
  /** What the package would run after it was installed, relative to it; absent when nothing. */
  readonly setup?: string
}

export const CLAUDE_CODE: ClientPackage = { name: "@anthropic-ai/claude-code", knownVersion: "2.1.330", setup: "install.cjs" }
export const CODEX: ClientPackage = { name: "@openai/codex", knownVersion: "0.169.0" }

/** Thrown when a client cannot be installed; the message says which and why. */
export class InstallError extends Error {
  override readonly name = "InstallError"
}

/** The newest version that npm names, else the one known to be good. */
export async function newestVersion({ name, knownVersion }: ClientPackage): Promise<string> {
  try {
    const { stdout } = await run("npm", ["view", name, "version"], { timeout: 30_000 })
    return /^\d+\.\d+\.\d+\S*$/u.exec(stdout.trim())?.[0] ?? knownVersion
  } catch {
    return knownVersion
  }
}

/** Installs it unless it is there. Answers the folder that holds its commands. Throws InstallError. */
export async function installClient({ name, setup }: ClientPackage, version: string): Promise<string> {
  const folder = join(CACHE, `${name.replaceAll(/[@/]+/gu, "-").replace(/^-/u, "")}-${version}`)
  const bin = join(folder, "node_modules", ".bin")
  if (existsSync(folder)) return bin
  const work = `${folder}.${process.pid}`
  try {
    mkdirSync(work, { recursive: true })
    writeFileSync(join(work, "package.json"), '{"private":true}\n')
    const options = ["--no-audit", "--no-fund", "--no-save", "--ignore-scripts", "--loglevel=error"]
    await run("npm", ["install", ...options, `${name}@${version}`], { cwd: work, timeout: 600_000 })
    // Of all install scripts the client's own alone is run: it puts the executable in its place.
    const path = setup === undefined ? "" : join(work, "node_modules", name, setup)
    if (existsSync(path) && setup !== undefined)
      await run(process.execPath, [path], { cwd: join(work, "node_modules", name), timeout: 120_000 })
    renameSync(work, folder)
    return bin
  } catch (cause) {
    const reason =
      cause instanceof Error ? (cause.message.split("\n").find((line) => line.includes("error")) ?? cause.message) : String(cause)
    throw new InstallError(`${name}@${version} cannot be installed from npm: ${reason}`, { cause })
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}
