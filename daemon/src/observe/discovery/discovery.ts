// Finds every running agent and says when something about it changes. Scans run in their own thread, registry files are followed here;
// both end in `publish`, which states only what is news. A scan that failed concludes nothing: what it covered stays as it was.

import { dirname, join } from "node:path"
import type { PresenceFact } from "../../domain/facts.ts"
import { sessionIdOf } from "../../domain/session-id.ts"
import type { Diagnostics } from "../../model/diagnostics.ts"
import type { AgentProcess, ProcessScan } from "../../work/scan/agent-process.ts"
import { createProcessFiles } from "../../work/scan/process-files.ts"
import { isDeadState } from "../../work/scan/process-stat.ts"
import { createAgentBook } from "./agent-book.ts"
import { type AgentHome, defaultHomes, homeOfAgent, siblingHomes } from "./agent-homes.ts"
import { checkOwnView } from "./check-own-view.ts"
import { createDepartures } from "./departures.ts"
import { createEventClients } from "./event-clients.ts"
import { isPidInUse, ownMachine } from "./own-machine.ts"
import { indexPanes } from "./pane-of.ts"
import { isSilent, presenceOf, publishedRole, REGISTERED_MS } from "./presence.ts"
import { isOfProcess, type RegistryFile } from "./registry-file.ts"
import { createRegistry } from "./registry.ts"
import { type Rung, withoutRungs } from "./rungs.ts"
import type { ScanPool } from "./scan-pool.ts"
import { createScanSchedule, type ScanDepth } from "./scan-schedule.ts"
import { createScreens } from "./screens.ts"
import { createServerBook } from "./server-book.ts"
import { sharedThreadsOf } from "./shared-threads.ts"
import { createTriggers } from "./triggers.ts"

export interface DiscoveryOptions {
  /** Honoured: CLAUDE_CONFIG_DIR, CODEX_HOME, TMUX_TMPDIR, VIBECRAFT_SCOPE. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
  readonly pool: ScanPool
  readonly apply: (facts: readonly PresenceFact[]) => void
  readonly diagnostics: Diagnostics
  /** Each home of an agent, once. */
  readonly onRoot: (root: AgentHome) => void
  /** Once: every agent that ran when it began has been stated. */
  readonly onAllStated?: () => void
  /** Unix milliseconds. */
  readonly now: () => number
  /** Default: the kernel's. */
  readonly bootId?: string
  /** tmux client to ask with; default "tmux", looked up in PATH. */
  readonly tmux?: string
  /** Rungs of evidence to do without, for tests of what is lost with each. */
  readonly without?: readonly Rung[]
}

export interface Discovery {
  /** Scans all there is now; `failures` names what could not be seen. */
  scanNow(): Promise<{ readonly scanMs: number; readonly failures: string[] }>
  /** At once: what is under way is dropped. */
  close(): void
}

/** How long a scan waits for tmux servers before it states what it has; later answers are stated when they come. */
const PATIENCE_MS = 400
const TERMINALS = "/dev/pts"
const HINT_SLACK_MS = 500
const HINT_AGAIN_MS = 250
/** A run without a terminal and without a registry file that ends sooner than this is never stated. */
const BRIEF_MS = 400

/** Starts to look. The first scan begins at once. */
export const createDiscovery = (options: DiscoveryOptions): Discovery => {
  const { env, home, pool, diagnostics, now } = options
  const uid = process.getuid?.() ?? -1
  const files = createProcessFiles()
  const { domain, platform, ...machine } = ownMachine(files)
  const bootId = options.bootId ?? machine.bootId
  const bootMs = now() - files.uptimeTicks() * 10
  const without = new Set(options.without)
  const client = options.tmux === undefined ? {} : { binary: options.tmux }
  const scope = env["VIBECRAFT_SCOPE"] === "" ? undefined : env["VIBECRAFT_SCOPE"]
  const socketFolders = [...new Set([env["TMUX_TMPDIR"] ?? "/tmp", "/tmp"])].map((folder) => join(folder, `tmux-${uid}`))

  const homes = new Set<string>()
  let scan: ProcessScan | undefined
  /** Its agents as the scan told of them. */
  let scannedAgents: ProcessScan["agents"] | undefined
  let scanFailure: string | undefined
  let scanStartedMs = 0
  let scanEndedMs = 0
  /** When the last scan began whose panes are known too. */
  let joinedMs = 0
  let publishSoon: NodeJS.Immediate | undefined
  let statedOf: { agents?: readonly AgentProcess[]; revision?: number } = {}
  let isUnsettled = false
  let isAllStated = false
  let soonAgain: NodeJS.Timeout | undefined
  let hintAgain: NodeJS.Timeout | undefined
  let closed = false

  const idOf = (agent: { readonly pid: number; readonly startTicks: string }) => sessionIdOf(bootId, agent.pid, agent.startTicks)
  const startedMsOf = (agent: AgentProcess) => bootMs + Number(agent.startTicks) * 10

  const isServer = (pid: number) => files.stat(pid)?.comm.startsWith("tmux") === true
  const servers = createServerBook({ pool, diagnostics, now, ...client, isServer, onNewPane })
  const screens = createScreens({ pool, servers, now, onChange: () => publish(), ...client })
  const triggers = createTriggers({ diagnostics, now, onHint })
  const events = createEventClients({ now, onHint: (socket) => (servers.want(socket), onHint()), ...client })
  const registry = createRegistry({ diagnostics, now, onChange: registryChanged })
  const agents = createAgentBook({
    servers,
    saidGoodbye: (pid) => registry.wasDeleted(pid),
    homeOf: (process) => homeOfAgent(process, home).path,
    apply: options.apply,
    onLeft: (sessionId) => screens.forget(sessionId),
    now,
  })
  const departures = createDepartures({
    files,
    ownPid: process.pid,
    isPidInUse,
    now,
    known: () => agents.all(),
    saidGoodbye: (pid) => registry.wasDeleted(pid),
    isScannedSince: (timeMs) => joinedMs >= timeMs,
    onChange: () => {
      // What became of its pane is part of the reason, and the server may not be due.
      for (const { sessionId, seen } of agents.all()) {
        if (seen.pane !== undefined && departures.isMissing(sessionId)) servers.want(seen.pane.socket)
      }
      schedule.soon("all")
    },
    onGone: ({ sessionId }) => agents.depart(sessionId),
  })
  const schedule = createScanSchedule({ scan: runScan, now })

  function addHome(found: AgentHome): void {
    const key = `${found.agent} ${found.path}`
    if (homes.has(key)) return
    homes.add(key)
    if (found.agent === "claude") registry.addFolder(found.path)
    else triggers.add(join(found.path, "thread-writer-locks"))
    options.onRoot(found)
  }

  function onHint(): void {
    diagnostics.counters.hints += 1
    schedule.soon("glance")
    // A new terminal is there before the pane is listed and before its program runs.
    clearTimeout(hintAgain)
    hintAgain = setTimeout(() => schedule.soon("glance"), HINT_AGAIN_MS)
  }

  /** A new pane has a new terminal, which the kernel should have told of since the server was asked before. */
  function onNewPane(askedBeforeMs: number): void {
    const hintMs = triggers.lastHintMs(TERMINALS)
    if (hintMs !== undefined && hintMs < askedBeforeMs - HINT_SLACK_MS) diagnostics.counters.missedHints += 1
  }

  function registryChanged(pid: number): void {
    const known = scan?.agents.some((agent) => agent.pid === pid) === true
    if (registry.wasDeleted(pid)) departures.check()
    if (!known) schedule.soon("all")
    else publishSoon ??= setImmediate(publish)
  }

  async function runScan(depth: ScanDepth, isTick: boolean): Promise<void> {
    diagnostics.counters.scans += 1
    if (depth === "sockets") for (const found of siblingHomes(home)) addHome(found)
    registry.poll()
    if (isTick) triggers.retry()
    const startedMs = now()
    try {
      const asked = {
        look: depth === "sockets" ? ("all" as const) : depth,
        sockets: depth === "sockets",
        socketFolders,
        ...(scope === undefined ? {} : { scope }),
      }
      const found = await pool.scanProcesses(asked)
      if (closed) return
      scan =
        found.agents === scannedAgents && scan !== undefined
          ? { ...found, agents: scan.agents }
          : { ...found, agents: withoutRungs(found.agents, without) }
      scannedAgents = found.agents
      scanStartedMs = startedMs
      scanEndedMs = now()
      scanFailure = undefined
      const detail = `${found.processes} processes in ${found.scanMs.toFixed(1)} ms${found.denied > 0 ? `; ${found.denied} reads refused` : ""}`
      const health = found.denied > found.processes / 4 ? "degraded" : "ok"
      diagnostics.source({ kind: "processes", name: "", health, detail, seenMs: now() })
    } catch (error) {
      if (!closed) scanFailed(error)
      return
    }
    for (const agent of scan.agents) addHome(homeOfAgent(agent, home))
    const found = without.has("tmux") ? [] : scan.servers
    if (!without.has("watchers")) {
      for (const { socket } of found) triggers.add(dirname(socket))
      events.follow(found)
    }
    servers.setServers(found)
    await withinPatience(servers.refresh(depth === "sockets" && !isTick ? "all" : "due"))
    joinedMs = startedMs
    if (isNews()) publish()
    if (!isAllStated) options.onAllStated?.()
    isAllStated = true
    departures.check()
    if (isTick && !without.has("screen")) screens.look([...agents.all()].map(({ seen }) => seen).filter(isSilent))
  }

  function scanFailed(error: unknown): void {
    scanFailure = error instanceof Error ? error.message : String(error)
    diagnostics.counters.failedScans += 1
    diagnostics.source({ kind: "processes", name: "", health: "failed", detail: `${scanFailure}; what was seen last is kept` })
    diagnostics.problem("scan-failed", "processes", scanFailure)
  }

  /** Waits for the answers a while; those that come later are published on their own. */
  async function withinPatience(answers: readonly Promise<void>[]): Promise<void> {
    if (answers.length === 0) return
    const patience = Promise.withResolvers<void>()
    const timer = setTimeout(patience.resolve, PATIENCE_MS)
    let late = false
    const all = answers.map((answer) => answer.then(() => (late ? publish() : undefined)))
    await Promise.race([Promise.all(all), patience.promise])
    clearTimeout(timer)
    late = true
  }

  function registryOf(agent: AgentProcess): RegistryFile | undefined {
    if (without.has("registry")) return undefined
    const startedMs = startedMsOf(agent)
    return registry.filesOf(agent.pid).find((file) => agent.agent === "claude" && isOfProcess(file, { ...agent, startedMs }, domain))
  }

  /** Whether what was joined last has changed in any part, or waits for time to pass. */
  function isNews(): boolean {
    return isUnsettled || scan?.agents !== statedOf.agents || servers.revision() !== statedOf.revision
  }

  function publish(): void {
    clearImmediate(publishSoon)
    publishSoon = undefined
    if (scan === undefined || closed) return
    statedOf = { agents: scan.agents, revision: servers.revision() }
    isUnsettled = false
    const timeMs = now()
    const facts: PresenceFact[] = []
    const panes = indexPanes(servers.panes(), (socket) => servers.staleSinceMs(socket))
    const registries = new Map(scan.agents.map((agent) => [agent.pid, registryOf(agent)]))
    const family = {
      byPid: new Map(
        scan.agents.filter((agent) => publishedRole(agent, registries.get(agent.pid)) !== undefined).map((agent) => [agent.pid, agent]),
      ),
      sessionIdOf: idOf,
      sessionInConversation: (conversationId: string) => agents.inConversation(conversationId),
    }
    const shared = sharedThreadsOf({
      agents: scan.agents,
      homeOf: (agent) => homeOfAgent(agent, home).path,
      startedMsOf,
      closed: agents.closedWindows(),
    })
    const present = new Set<string>()
    for (const agent of scan.agents) {
      const sessionId = idOf(agent)
      const isNew = !agents.has(sessionId)
      if (departures.isMissing(sessionId) || agents.hasLeftSince(sessionId, scanStartedMs)) {
        isUnsettled = true
        continue
      }
      const registryFile = registries.get(agent.pid)
      if (isNew && isTooEarly(agent, registryFile, timeMs)) continue
      const screen = screens.of(sessionId)
      const stated = presenceOf({
        agent,
        sessionId,
        startedMs: startedMsOf(agent),
        registry: registryFile,
        panes,
        family,
        shared: shared.get(agent.pid),
        screen,
        timeMs,
        registryKnown: !without.has("registry"),
      })
      if (stated === undefined) continue
      if (registryFile === undefined && timeMs - startedMsOf(agent) <= REGISTERED_MS) isUnsettled = true
      present.add(sessionId)
      // Its pane may be younger than the last listing.
      if (isNew && stated.pane === undefined && agent.terminal !== undefined) schedule.soon("quick")
      const news = agents.state(agent, stated, panes.byPid.has(agent.pid))
      if (news !== undefined) facts.push(news)
    }
    const titled = [...agents.all()].filter(({ seen }) => seen.registry?.status === undefined)
    servers.setWatched(new Set(titled.flatMap(({ seen }) => seen.pane?.socket ?? [])))
    if (facts.length > 0) options.apply(facts)
    noteStrangers(present)
  }

  /** One that is gone already, whose id is not settled yet, or whose run may be over at once is not news; the next scan tells more. */
  function isTooEarly(agent: AgentProcess, registryFile: RegistryFile | undefined, timeMs: number): boolean {
    const stat = files.stat(agent.pid)
    // A scan may be older than the end of what it shows.
    if (stat === undefined || stat.startTicks !== agent.startTicks || isDeadState(stat.state)) return true
    const isBrief = agent.role === "headless" && registryFile === undefined && timeMs - startedMsOf(agent) < BRIEF_MS
    const isEarly = isBrief || registry.isPending(agent.pid)
    isUnsettled ||= isEarly
    if (isEarly) soonAgain ??= setTimeout(() => ((soonAgain = undefined), schedule.soon("quick")), BRIEF_MS)
    return isEarly
  }

  /** A process that lives and is no agent any more has started another program in its place, or became a helper. */
  function noteStrangers(present: ReadonlySet<string>): void {
    for (const { sessionId } of agents.all()) {
      if (present.has(sessionId) || departures.isMissing(sessionId)) continue
      isUnsettled = true
      if (!agents.noteStranger(sessionId, scanStartedMs)) schedule.soon("all")
    }
  }

  for (const found of [...defaultHomes(env, home), ...siblingHomes(home)]) addHome(found)
  if (!without.has("watchers")) for (const folder of [TERMINALS, ...socketFolders]) triggers.add(folder)
  checkOwnView({
    env,
    scope,
    platform,
    domain,
    now,
    files,
    diagnostics,
    registry,
    triggers,
    servers,
    rows: () => [...agents.all()],
    scan: () => ({ last: scan, endedMs: scanEndedMs, failure: scanFailure }),
  })
  schedule.now("sockets").catch(scanFailed)

  return {
    scanNow: async () => {
      const startedMs = performance.now()
      await schedule.now("sockets")
      const failures = [...(scanFailure === undefined ? [] : [`processes: ${scanFailure}`]), ...servers.failures()]
      return { scanMs: performance.now() - startedMs, failures }
    },
    close: () => {
      closed = true
      clearImmediate(publishSoon)
      clearTimeout(soonAgain)
      clearTimeout(hintAgain)
      schedule.close()
      departures.close()
      registry.close()
      triggers.close()
      events.close()
      screens.close()
    },
  }
}
