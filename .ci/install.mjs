// Brings node_modules up to date before anything else runs: `npm start`, `npm test` and the like call it first.
// Plain JavaScript without dependencies, because on a fresh clone there is nothing but the machine's own Node (20 or newer).
// It installs the exact versions of package-lock.json, Node 24 among them, and leaves the lockfile as it is.

import { spawn, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const CACHE = join(ROOT, "node_modules", ".cache", "vibecraft")
const STAMP = join(CACHE, "installed")
const LOCK = join(CACHE, "install.lock")
const LOCKFILE = join(ROOT, "package-lock.json")
const OLDEST_NODE = 20
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"]
const UNREACHABLE = /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|EIDLETIMEOUT|ENETUNREACH)$/

/** A failure that one line explains; everything else is a bug and keeps its stack. */
class InstallError extends Error {}

main().catch((error) => {
  console.error(error instanceof InstallError ? `vibecraft: ${error.message}` : error)
  process.exitCode = 1
})

async function main() {
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
    throw new InstallError(`Node ${OLDEST_NODE} or newer is needed to install; this is Node ${process.versions.node}`)
  }
  const wanted = fingerprint()
  if (isInstalled(wanted)) return
  mkdirSync(CACHE, { recursive: true })
  await takeLock()
  try {
    // Another install may have done the work while this one waited.
    if (!isInstalled(wanted)) await install(wanted)
  } finally {
    rmSync(LOCK, { force: true })
  }
}

/** Changes whenever another install is due: other packages, another platform. */
function fingerprint() {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}\0`)
  const { workspaces } = readJson(join(ROOT, "package.json"))
  for (const folder of ["", ...workspaces]) hash.update(read(join(ROOT, folder, "package.json"))).update("\0")
  return hash.update(read(LOCKFILE)).digest("hex")
}

function isInstalled(wanted) {
  return existsSync(STAMP) && readFileSync(STAMP, "utf8") === wanted && existsSync(pinnedNode())
}

async function install(wanted) {
  const before = read(LOCKFILE)
  const started = Date.now()
  console.log("vibecraft: installing packages, this takes a minute the first time")
  rmSync(STAMP, { force: true })
  await checkRegistry()
  // Named options win over NODE_ENV=production and over a user's own npm settings.
  const options = ["--include=dev", "--include=optional", "--no-audit", "--no-fund", "--no-progress", "--loglevel=error"]
  const result = await npm(["install", ...options, "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=10000"])
  if (read(LOCKFILE) !== before) writeFileSync(LOCKFILE, before)
  if (result.code !== 0) throw new InstallError(explain(result.output))
  if (nodeVersion() !== wantedNodeVersion()) await npm(["rebuild", "node", "--ignore-scripts=false", "--loglevel=error"])
  if (nodeVersion() !== wantedNodeVersion()) {
    throw new InstallError(
      `npm installed the packages but not Node ${wantedNodeVersion()}: its install script was not run, or there is no build of it for ` +
        `${process.platform}-${process.arch}. Try: npm rebuild node --ignore-scripts=false`,
    )
  }
  writeFileSync(STAMP, wanted)
  console.log(`vibecraft: installed in ${Math.round((Date.now() - started) / 1000)} s`)
}

/** Asks the registry for a sign of life first: npm itself takes many minutes to give up on one that cannot be reached. */
async function checkRegistry() {
  if (process.env.npm_config_offline === "true") return
  const result = await npm(["ping", "--fetch-retries=0", "--fetch-timeout=15000", "--loglevel=error"])
  // E404 and the like are answers: not every registry knows ping.
  if (result.code !== 0 && !/^E\d{3}$/.test(errorCode(result.output))) throw new InstallError(explain(result.output))
}

/**
 * Runs npm under the machine's own Node. Under the one in node_modules npm would look for its global configuration (registry,
 * certificates) in there, and replace the program it runs on. Answers npm's exit code and all it printed.
 */
function npm(args) {
  const env = { ...process.env, PATH: withoutNodeModules(process.env.PATH ?? "") }
  for (const name of ["npm_config_prefix", "npm_config_global_prefix", "npm_config_globalconfig"]) {
    if (isOurs(env[name] ?? "")) delete env[name]
  }
  const cli = env.npm_execpath
  const known = cli !== undefined && /npm-cli\.[cm]?js$/.test(cli) && !isOurs(process.execPath)
  const [program, first] = known ? [process.execPath, [cli]] : ["npm", []]
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...first, ...args], { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] })
    const stop = (signal) => {
      child.kill(signal)
      rmSync(LOCK, { force: true })
      process.exit(1)
    }
    for (const signal of SIGNALS) process.on(signal, stop)
    let output = ""
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text))
    child.on("error", (error) => reject(new InstallError(`npm cannot be started: ${error.message}`)))
    child.on("close", (code) => {
      for (const signal of SIGNALS) process.off(signal, stop)
      resolve({ code, output })
    })
  })
}

function withoutNodeModules(path) {
  const folders = path.split(":")
  return folders.filter((folder) => !/[\\/]node_modules[\\/]\.bin$/.test(folder)).join(":")
}

function isOurs(path) {
  return path.startsWith(join(ROOT, "node_modules"))
}

/** One line for what npm said in many. */
function explain(output) {
  const code = errorCode(output)
  if (UNREACHABLE.test(code)) {
    return `the npm registry cannot be reached (${code}): check the network, and \`npm config get registry\``
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_/.test(code)) {
    return `the npm registry's certificate is not trusted (${code}): set npm's cafile, or NODE_EXTRA_CA_CERTS`
  }
  if (code === "E404" || code === "ETARGET" || code === "E403")
    return `the npm registry does not have what package-lock.json asks for: ${firstError(output)}`
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") return `npm may not write here (${code}): ${firstError(output)}`
  if (code === "ENOSPC") return "the disk is full (ENOSPC)"
  return `npm install failed: ${firstError(output)}. Run \`npm install\` to see all of it`
}

function errorCode(output) {
  return /npm (?:error|ERR!) code (\S+)/.exec(output)?.[1] ?? ""
}

/** The first line of npm's that says something, without its prefix. */
function firstError(output) {
  const lines = output.split("\n").map((line) => line.replace(/^npm (error|ERR!) ?/, "").trim())
  return lines.find((line) => line !== "" && !/^(code|errno|syscall|path|command|A complete log)\b/.test(line)) ?? "no reason given"
}

/** Waits till no other live process installs here, then holds the lock. */
async function takeLock() {
  for (let told = false; ;) {
    if (claimLock()) return
    const holder = holderOf(LOCK)
    if (holder === undefined) continue
    if (!isAlive(holder)) dropStaleLock()
    else {
      if (!told) console.log(`vibecraft: waiting for another install here (process ${holder})`)
      told = true
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
}

/** Links a written file into place, so that nobody ever sees a lock without its holder. */
function claimLock() {
  const claim = `${LOCK}.claim.${process.pid}`
  writeFileSync(claim, String(process.pid))
  try {
    linkSync(claim, LOCK)
    return true
  } catch (error) {
    if (error.code !== "EEXIST") throw error
    return false
  } finally {
    rmSync(claim, { force: true })
  }
}

/** Takes a dead process's lock out of the way. Should it prove to be a live one's after all, it goes back. */
function dropStaleLock() {
  const aside = `${LOCK}.${process.pid}`
  try {
    renameSync(LOCK, aside)
    const holder = holderOf(aside)
    if (holder !== undefined && isAlive(holder)) linkSync(aside, LOCK)
  } catch (error) {
    if (error.code !== "ENOENT" && error.code !== "EEXIST") throw error
  }
  rmSync(aside, { force: true })
}

/** Process id in a lock file. Undefined when the file is gone; 0, which is nobody, when it says nothing. */
function holderOf(path) {
  try {
    return Number.parseInt(readFileSync(path, "utf8"), 10) || 0
  } catch (error) {
    if (error.code === "ENOENT") return undefined
    throw error
  }
}

function isAlive(pid) {
  if (pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === "EPERM"
  }
}

function pinnedNode() {
  return join(ROOT, "node_modules", ".bin", "node")
}

function nodeVersion() {
  const { stdout, status } = spawnSync(pinnedNode(), ["--version"], { encoding: "utf8" })
  return status === 0 ? stdout.trim().slice(1) : undefined
}

function wantedNodeVersion() {
  return readJson(join(ROOT, "package.json")).devDependencies.node
}

function read(path) {
  return readFileSync(path, "utf8")
}

function readJson(path) {
  return JSON.parse(read(path))
}
