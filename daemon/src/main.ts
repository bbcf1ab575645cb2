// vibecraftd: puts the parts together, from observers through the world to the API, and takes them apart in order.
// The only module that knows them all.

import { access, constants } from "node:fs/promises"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { create } from "@bufbuild/protobuf"
import { HostSchema, Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import type { Logger } from "pino"
import { type ApiServer, createApiServer } from "./api/server.ts"
import { loadConfig } from "./config.ts"
import { createDiscoverSessions } from "./discover-sessions.ts"
import { type Flags, parseFlags, USAGE } from "./flags.ts"
import { hostIdentity } from "./host.ts"
import { lockStateDir } from "./instance-lock.ts"
import { createLogger } from "./logger.ts"
import { Diagnostics } from "./model/diagnostics.ts"
import { createPriceBook } from "./model/prices/price-book.ts"
import { pricesKey } from "./model/prices/prices-key.ts"
import { stuckCheck } from "./model/self-check.ts"
import { World } from "./model/world.ts"
import { createDiscovery } from "./observe/discovery/discovery.ts"
import { createScanPool } from "./observe/discovery/scan-pool.ts"
import { createReadPool } from "./observe/tail/read-pool.ts"
import { createTailer, defaultRoots } from "./observe/tail/tailer.ts"
import { homeOf } from "./paths.ts"
import { openStore } from "./store/store.ts"
import { createWriter } from "./store/writer.ts"
import { openSeenJournal } from "./seen-journal.ts"
import { failureLine } from "./startup-failure.ts"

const TICK_MS = 1_000
/** Stopping takes no longer than this, whatever hangs, so that all is over within two seconds. */
const SHUTDOWN_LIMIT_MS = 1_750

export interface Daemon {
  readonly url: string
  /** Settles when the first read of all transcripts is done. */
  readonly caughtUp: Promise<{ readonly files: number; readonly bytes: number; readonly ms: number }>
  /** Settles when all that the first read brought is in the store. Milliseconds since the start. */
  readonly durable: Promise<number>
  close(): Promise<void>
}

/** Starts everything; throws one of the errors that `failureLine` turns into a line for the user. */
export async function startDaemon(flags: Flags, env: NodeJS.ProcessEnv, logger: Logger): Promise<Daemon> {
  const startedMs = Date.now()
  const config = loadConfig({ path: flags.configPath, env, home: homeOf(env), warn: (line) => logger.warn(line) })
  await using resources = new AsyncDisposableStack()
  resources.use(lockStateDir(flags.stateDir))

  const identity = hostIdentity()
  const host = create(HostSchema, { id: identity.id, name: identity.name })
  const diagnostics = new Diagnostics()
  const prices = createPriceBook(config.prices)
  const store = openStore({
    path: join(flags.stateDir, "vibecraft.db"),
    pricesKey: pricesKey(config.prices),
    diagnostics,
    now: Date.now,
    writer: createWriter(join(flags.stateDir, "vibecraft.db"), threadFile("store/writer-task")),
  })
  resources.defer(() => store.close())
  const seen = openSeenJournal({ stateDir: flags.stateDir, now: Date.now, warn: (line) => logger.warn(line) })
  const world = new World({ host, prices, correctionJournal: store.journal, now: Date.now, seen, slow: config.slow })
  world.usage.corrections.put(store.corrections)
  store.attach(world)

  const api: ApiServer = await createApiServer({
    host: flags.host,
    port: flags.port,
    socketPath: flags.socketPath,
    world,
    activities: world.activities,
    usage: world.usage,
    latency: world.latency,
    store: store.desk,
    readThreadTotals: () => readPool.threadTotals({ homes: transcriptHomes(diagnostics) }),
    diagnostics,
    discover: createDiscoverSessions(world, { scanNow: () => discovery.scanNow() }),
    daemon: {
      version: version(),
      startedMs,
      stateDir: flags.stateDir,
      scope: flags.scope ?? "",
      host: identity,
      pricing: { prices, configPath: config.path },
      counted: () => world.counts,
    },
    webRoot: await webRoot(),
    logger,
  })

  // Not before the port is open: starting threads would hold it up, and nobody can ask before they are there.
  const readPool = createReadPool({ task: threadFile("work/read-task") })
  const scanPool = createScanPool(threadFile("work/scan-task"))
  // Together: clients that do not read may hold up the one, a busy machine the others.
  resources.defer(async () => {
    await Promise.all([api.close("daemon stopping"), readPool.close(), scanPool.close()])
  })

  const caughtUp = Promise.withResolvers<{ files: number; bytes: number; ms: number }>()
  const tailer = createTailer({
    roots: defaultRoots(env, homeOf(env)),
    pool: readPool,
    apply: (facts) => world.apply(facts),
    readings: store.readings,
    readerVersion: version(),
    diagnostics,
    onProgress: (progress) => {
      world.setFirstRead(progress)
      if (progress.done) caughtUp.resolve({ files: progress.files, bytes: progress.bytesRead, ms: Date.now() - startedMs })
    },
    now: Date.now,
  })
  resources.defer(() => tailer.close())

  const discovery = createDiscovery({
    env,
    home: homeOf(env),
    pool: scanPool,
    bootId: identity.bootId,
    apply: (facts) => world.apply(facts),
    diagnostics,
    onRoot: (root) => tailer.addRoot(root),
    onAllStated: () => world.allStated(),
    now: Date.now,
  })
  resources.defer(() => discovery.close())

  const ticker = setInterval(() => world.tick(), TICK_MS)
  resources.defer(() => clearInterval(ticker))
  diagnostics.addChecks(() => [stuckCheck(stalledSessions(world))])

  const owned = resources.move()
  const durable = caughtUp.promise.then(async () => {
    await store.written()
    return Date.now() - startedMs
  })
  return { url: api.url, caughtUp: caughtUp.promise, durable, close: () => owned.disposeAsync() }
}

/** Those that are silent for too long; what somebody suspended is not stuck. */
function stalledSessions(world: World): { name: string; reason: string }[] {
  const silent = world.sessions(Scope.LIVE).filter((session) => session.status === Status.STALLED && session.statusSource !== "process")
  return silent.map(({ name, statusReason }) => ({ name, reason: statusReason }))
}

/** The program: parses, starts, says so, and stops on SIGINT, SIGTERM or SIGHUP. Sets the exit code: 0, 1 failed, 2 bad usage. */
export async function run(argv: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<void> {
  try {
    const flags = parseFlags(argv, env)
    if (flags === "help") return say(USAGE)
    if (flags === "version") return say(`vibecraftd ${version()}`)
    const logger = createLogger(flags.logLevel)
    const daemon = await startDaemon(flags, env, logger)
    stopOnSignal(daemon, logger)
    say(`vibecraftd ready ${daemon.url}`)
    const { files, bytes, ms } = await daemon.caughtUp
    say(`vibecraftd caught up ${files} files ${bytes} bytes ${ms} ms`)
    say(`vibecraftd stored ${await daemon.durable} ms`)
  } catch (error) {
    const failure = failureLine(error)
    process.stderr.write(`vibecraftd: ${failure.line}\n`)
    process.exit(failure.exitCode)
  }
}

/** The agents' homes that are followed now. */
function transcriptHomes(diagnostics: Diagnostics): string[] {
  return diagnostics.sources().flatMap(({ kind, name }) => (kind === "transcripts" ? [name] : []))
}

function stopOnSignal(daemon: Daemon, logger: Logger): void {
  let stopping = false
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(1)
    stopping = true
    logger.info({ signal }, "stopping")
    setTimeout(() => {
      // Facts and how far they were read are written together, so nothing is lost: the next start reads it again.
      logger.warn("stopping took too long; what is not written yet is left")
      process.exit(0)
    }, SHUTDOWN_LIMIT_MS).unref()
    daemon.close().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, "stopping failed")
        process.exit(1)
      },
    )
  }
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))
  return typeof manifest === "object" && manifest !== null && "version" in manifest ? String(manifest.version) : "unknown"
}

/** What a thread runs: beside this module, as source or built. */
function threadFile(name: string): string {
  return new URL(`./${name}${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url).href
}

/** The built web client: beside the daemon in the repository, inside the package when published. */
async function webRoot(): Promise<string> {
  const candidates = [new URL("../web", import.meta.url), new URL("../../web/dist", import.meta.url)].map((url) => fileURLToPath(url))
  for (const path of candidates) {
    if (
      await access(`${path}/index.html`, constants.R_OK).then(
        () => true,
        () => false,
      )
    )
      return path
  }
  return candidates[1] ?? ""
}
