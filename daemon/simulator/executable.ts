// Builds the simulated agent into one executable: the pinned Node with the agent's code inside (a single-executable
// application). A script would not do: to the kernel it is its interpreter, and real agents are programs of their own.

import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync } from "node:fs"
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, join, resolve } from "node:path"
import { promisify } from "node:util"

const run = promisify(execFile)
const HERE = import.meta.dirname
const CACHE = resolve(HERE, "../../node_modules/.cache/vibecraft-simulator")
const FUSE = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2"
const STALE_MS = 24 * 3_600_000

/** Small heaps: many agents run at once, and each writes a few lines a second. */
const V8_FLAGS = ["--max-semi-space-size=1", "--max-old-space-size=96", "--optimize-for-size"]

export interface AgentBuild {
  /** The executable, about 126 MB. Hard-link it; do not run it by this path. */
  readonly executable: string
  /** The same code as a script, for versions of Claude Code that Node runs. */
  readonly script: string
}

/** Thrown when the executable cannot be built; `cause` says why. */
export class AgentBuildError extends Error {
  override readonly name = "AgentBuildError"
}

let built: Promise<AgentBuild> | undefined

/** Path of the simulated agent; builds it when the sources or Node changed (about four seconds), else answers at once. */
export async function agentExecutable(): Promise<string> {
  return (await agentBuild()).executable
}

/** Like `agentExecutable`, with the script beside it. */
export function agentBuild(): Promise<AgentBuild> {
  built ??= build().catch((error: unknown) => {
    built = undefined
    throw new AgentBuildError(`Could not build the simulated agent: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  })
  return built
}

async function build(): Promise<AgentBuild> {
  const folder = join(CACHE, await contentHash())
  const result = { executable: join(folder, "agent"), script: join(folder, "agent.cjs") }
  if (existsSync(folder)) return result
  await mkdir(CACHE, { recursive: true })
  await removeStale()
  // Two processes may build at once: each in its own folder, and the first to rename wins.
  const work = await mkdtemp(join(CACHE, "build-"))
  try {
    await bundle(join(work, "agent.cjs"))
    await inject(work)
    await rename(work, folder).catch((error: NodeJS.ErrnoException) => {
      if (!existsSync(folder)) throw error
    })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  return result
}

async function contentHash(): Promise<string> {
  const hash = createHash("sha256")
  hash.update(`${process.version} ${process.platform} ${process.arch}`)
  const sources = (await readdir(join(HERE, "agent"), { recursive: true }))
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .toSorted()
  for (const path of [import.meta.filename, ...sources.map((name) => join(HERE, "agent", name))]) {
    hash.update(`\0${path.slice(HERE.length)}\0`)
    hash.update(await readFile(path))
  }
  return hash.digest("hex").slice(0, 16)
}

async function bundle(to: string): Promise<void> {
  const { build: viteBuild } = await import("vite")
  const output = await viteBuild({
    configFile: false,
    root: HERE,
    logLevel: "error",
    ssr: { noExternal: true, target: "node" },
    build: {
      ssr: join(HERE, "agent/main.ts"),
      write: false,
      minify: false,
      target: "node24",
      rolldownOptions: { output: { format: "cjs", codeSplitting: false } },
    },
  })
  const chunks = [output].flat().flatMap((one) => ("output" in one ? one.output : []))
  const code = chunks.find((chunk) => chunk.type === "chunk")?.code
  if (code === undefined) throw new Error("The bundler made no code.")
  await writeFile(to, code)
}

async function inject(work: string): Promise<void> {
  const config = join(work, "sea.json")
  const blob = join(work, "agent.blob")
  const executable = join(work, "agent")
  const settings = {
    main: join(work, "agent.cjs"),
    output: blob,
    disableExperimentalSEAWarning: true,
    execArgv: V8_FLAGS,
    execArgvExtension: "none",
  }
  await writeFile(config, JSON.stringify(settings))
  await run(process.execPath, ["--experimental-sea-config", config])
  await copyFile(process.execPath, executable)
  await chmod(executable, 0o755)
  const postject = join(dirname(createRequire(import.meta.url).resolve("postject")), "cli.js")
  await run(process.execPath, [postject, executable, "NODE_SEA_BLOB", blob, "--sentinel-fuse", FUSE])
  await Promise.all([config, blob].map((path) => rm(path)))
}

/** Builds of other sources that nobody has used for a day, and what a killed build left. */
async function removeStale(): Promise<void> {
  for (const name of await readdir(CACHE)) {
    const path = join(CACHE, name)
    const info = await stat(path).catch(() => undefined)
    if (info !== undefined && Date.now() - info.mtimeMs > STALE_MS) await rm(path, { recursive: true, force: true })
  }
}
