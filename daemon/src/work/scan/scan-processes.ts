// One scan: every agent and every tmux server of this user, with what the kernel knows of them. Nothing is concluded
// here about panes, conversations or parents; that joins several sources and is done by the observer.

import type { AgentProcess, Ancestor, ChildProcess, EnvironmentName, NamedEnvironment, ProcessScan } from "./agent-process.ts"
import { createSubagentTest, openThreadsOf } from "./codex-threads.ts"
import { withoutDeletedMark } from "./identity.ts"
import type { ProcFiles } from "./proc-files.ts"
import { createProcessFiles } from "./process-files.ts"
import { isStoppedState } from "./process-stat.ts"
import { createProcessTable, type Look, type FoundAgent, isSame, type ProcessEntry } from "./process-table.ts"
import { roleOf } from "./role.ts"
import { createTmuxServerFinder, TMUX_SERVER_NAME } from "./tmux-servers.ts"

export interface ScanProcessesOptions {
  /**
   * `all`: look at every process again. `quick`: at new ones and at those with a terminal that are no agents, in turns where they are many.
   * `glance`: at new ones.
   */
  readonly look: Look
  /** Look again for the sockets of all tmux servers, and at the folders and terminals of agents. */
  readonly sockets: boolean
  /** Only what carries this VIBECRAFT_SCOPE is seen; absent means all of the user's. */
  readonly scope?: string
  /** Folders in which tmux keeps its sockets. */
  readonly socketFolders: readonly string[]
}

export type ProcessScanner = (options: ScanProcessesOptions) => ProcessScan

export interface ProcessScannerOptions {
  readonly files?: ProcFiles
  readonly uid: number
  readonly ownPid: number
}

const NAMES: ReadonlySet<EnvironmentName> = new Set<EnvironmentName>([
  "HOME",
  "CLAUDE_CONFIG_DIR",
  "CODEX_HOME",
  "CLAUDE_PID",
  "CLAUDE_CODE_SESSION_ID",
  "CODEX_THREAD_ID",
  "TMUX",
  "TMUX_PANE",
  "VIBECRAFT_SCOPE",
])
/** A child that has the parent's command line and is younger than this has not called exec yet. */
const FORK_TICKS = 100
const MAX_ANCESTORS = 64

/** Opens a scanner. It remembers what saves work; losing that costs time, never truth. */
export const createProcessScanner = ({ files = createProcessFiles(), uid, ownPid }: ProcessScannerOptions): ProcessScanner => {
  const table = createProcessTable({ files, uid, ownPid })
  const servers = createTmuxServerFinder(files, uid)
  const isSubagent = createSubagentTest()
  const environments = createEnvironmentCache(files)
  const descriptions = new Map<number, { readonly found: FoundAgent; readonly agent: AgentProcess }>()
  const ownNamespace = files.link("self", "ns/pid")

  return ({ look, sockets, scope, socketFolders }) => {
    const startedMs = performance.now()
    const entries = table.read(look)
    const uptimeTicks = files.uptimeTicks()
    const inScope = (entry: ProcessEntry) => scope === undefined || environments.of(entry)["VIBECRAFT_SCOPE"] === scope
    const childrenOf = new Map<number, ProcessEntry[]>()
    const candidates: { entry: ProcessEntry; found: FoundAgent }[] = []
    for (const entry of entries.values()) {
      const siblings = childrenOf.get(entry.stat.ppid)
      if (siblings === undefined) childrenOf.set(entry.stat.ppid, [entry])
      else siblings.push(entry)
      if (entry.found !== undefined && !isJustForked(entry, entries, uptimeTicks) && inScope(entry))
        candidates.push({ entry, found: entry.found })
    }
    const agents = candidates.map(({ entry, found }) => described(entry, found, sockets))
    const roles = new Map(agents.map(({ pid, role }) => [pid, role]))
    const withFamily = agents.map((agent) => ({
      ...agent,
      ancestors: ancestorsOf(agent.pid, entries, roles),
      children: childrenWith(agent.pid),
    }))

    function childrenWith(pid: number): ChildProcess[] {
      const children: ChildProcess[] = []
      for (const entry of childrenOf.get(pid) ?? []) {
        if (entry.own) children.push({ pid: entry.stat.pid, startTicks: entry.stat.startTicks, environment: environments.of(entry) })
      }
      return children
    }

    const found = servers.find({ entries, again: sockets, socketFolders: scope === undefined ? socketFolders : [], inScope })
    environments.keepOnly(entries)
    for (const pid of descriptions.keys()) if (!entries.has(pid)) descriptions.delete(pid)
    return {
      agents: withFamily,
      servers: found.map((server) => (server.pid === undefined ? server : { ...server, children: pidsOf(childrenOf.get(server.pid)) })),
      processes: entries.size,
      denied: files.takeDenied(),
      uptimeTicks,
      scanMs: performance.now() - startedMs,
    }
  }

  /** What a process says of itself by its files changes seldom: it is taken as it was, but for every full look. */
  function described(entry: ProcessEntry, found: FoundAgent, full: boolean): AgentProcess {
    const { pid, startTicks, state } = entry.stat
    const before = descriptions.get(pid)
    if (full || before?.found !== found || before.agent.startTicks !== startTicks) {
      const agent = describe(entry, found)
      descriptions.set(pid, { found, agent })
      return agent
    }
    const openThreads = before.agent.agent === "codex" ? openThreadsOf(files.descriptors(pid), isSubagent) : []
    const { processGroup, foregroundGroup } = entry.stat
    return { ...before.agent, foreground: processGroup === foregroundGroup, suspended: isStoppedState(state), openThreads }
  }

  function describe(entry: ProcessEntry, { identity, exe, argv }: FoundAgent): AgentProcess {
    const { pid, startTicks, state, ttyNr, processGroup, foregroundGroup } = entry.stat
    const cwd = files.link(pid, "cwd")
    const terminal = files.terminal(pid)
    const role = roleOf({ agent: identity.agent, argv, exe, cwd, hasTerminal: terminal !== undefined || ttyNr !== 0 })
    const namespace = files.link(pid, "ns/pid")
    return {
      pid,
      startTicks,
      agent: identity.agent,
      identityDetail: identity.detail,
      identityConfidence: identity.confidence,
      role: role.role,
      roleDetail: role.detail,
      command: role.subcommand === undefined ? identity.agent : `${identity.agent} ${role.subcommand}`,
      ...(role.namedConversation === undefined ? {} : { namedConversation: role.namedConversation }),
      ...(role.teammate === undefined ? {} : { teammate: role.teammate }),
      suspended: isStoppedState(state),
      ...(terminal === undefined ? {} : { terminal }),
      ttyNr,
      processGroup,
      foreground: processGroup === foregroundGroup,
      ...(cwd === undefined ? {} : { cwd: withoutDeletedMark(cwd) }),
      isClosed: exe === "",
      inContainer: namespace !== undefined && ownNamespace !== undefined && namespace !== ownNamespace,
      environment: environments.of(entry),
      ancestors: [],
      children: [],
      openThreads: identity.agent === "codex" ? openThreadsOf(files.descriptors(pid), isSubagent) : [],
    }
  }
}

const pidsOf = (entries: readonly ProcessEntry[] = []): string =>
  entries
    .map(({ stat }) => `${stat.pid}.${stat.startTicks}`)
    .sort()
    .join(" ")

/** Between fork and exec a child looks just like its parent; publishing it would invent an agent. */
const isJustForked = ({ stat, found }: ProcessEntry, entries: ReadonlyMap<number, ProcessEntry>, uptimeTicks: number): boolean => {
  const parent = entries.get(stat.ppid)?.found
  if (found === undefined || parent === undefined || uptimeTicks - Number(stat.startTicks) > FORK_TICKS) return false
  return isSame(parent, found)
}

const ancestorsOf = (
  pid: number,
  entries: ReadonlyMap<number, ProcessEntry>,
  roles: ReadonlyMap<number, AgentProcess["role"]>,
): Ancestor[] => {
  const ancestors: Ancestor[] = []
  let at = entries.get(pid)?.stat.ppid ?? 0
  while (at > 1 && ancestors.length < MAX_ANCESTORS) {
    const entry = entries.get(at)
    if (entry === undefined) break
    const role = roles.get(at)
    const kind = role === "infra" ? "infra" : role !== undefined ? "agent" : entry.stat.comm === TMUX_SERVER_NAME ? "tmux-server" : "other"
    ancestors.push({ pid: at, kind })
    at = entry.stat.ppid
  }
  return ancestors
}

interface EnvironmentCache {
  of(entry: ProcessEntry): NamedEnvironment
  keepOnly(entries: ReadonlyMap<number, ProcessEntry>): void
}

/** An environment is fixed at exec, so it is read again only when the process or its command line is another. */
const createEnvironmentCache = (files: ProcFiles): EnvironmentCache => {
  const known = new Map<number, { key: string; environment: NamedEnvironment }>()
  return {
    of: ({ stat, found }) => {
      const key = `${stat.startTicks} ${stat.comm} ${found?.exe ?? ""} ${found?.argv.join("\0") ?? ""}`
      const before = known.get(stat.pid)
      if (before?.key === key) return before.environment
      const environment: NamedEnvironment = files.environment(stat.pid, NAMES)
      known.set(stat.pid, { key, environment })
      return environment
    },
    keepOnly: (entries) => {
      for (const pid of known.keys()) if (!entries.has(pid)) known.delete(pid)
    },
  }
}
