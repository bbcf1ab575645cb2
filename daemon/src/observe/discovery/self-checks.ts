// The daemon's checks of its own view: is anything alive that is not shown, is anything shown that may not be there, and do two sources
// that ought to agree contradict each other? Pure: all that was seen comes in, so each check can be tried without a process.

import type { AgentSeen } from "../../domain/facts.ts"
import type { CheckWord, SelfCheck } from "../../model/self-check.ts"
import type { AgentProcess } from "../../work/scan/agent-process.ts"
import type { RegistryFile } from "./registry-file.ts"
import type { LocatedPane } from "./server-book.ts"

export interface CheckedRow {
  readonly seen: AgentSeen
  readonly process: AgentProcess
}

export interface SelfCheckQuestion {
  readonly nowMs: number
  /** How the process table is read, and what that cannot show; empty where it shows all. */
  readonly platform: { readonly how: string; readonly lacks: string }
  /** Absent before the first scan. */
  readonly scan: { readonly processes: number; readonly denied: number; readonly endedMs: number } | undefined
  readonly scanFailure: string | undefined
  /** The pane that this daemon itself runs in, as its environment tells. */
  readonly ownPane: { readonly socket: string; readonly paneId: string } | undefined
  readonly rows: readonly CheckedRow[]
  readonly panes: readonly LocatedPane[]
  /** Servers and what is the matter with them. */
  readonly serverFailures: readonly string[]
  /** Whether a tmux server answers now. */
  readonly isCurrent: (socket: string) => boolean
  /** Registry files that speak of a living process of their own, and that process where it was taken for an agent. */
  readonly registered: readonly { readonly file: RegistryFile; readonly process: AgentProcess | undefined }[]
  readonly hints: number
  readonly missedHints: number
  /** Folders that should be watched and are not. */
  readonly unwatched: readonly string[]
}

const OLD_SCAN_MS = 15_000

/** All checks, in a fixed order. */
export const selfChecks = (question: SelfCheckQuestion): SelfCheck[] => [
  platform(question),
  processTable(question),
  permissions(question),
  ownPane(question),
  servers(question),
  unlisted(question),
  unverified(question),
  titles(question),
  sharedTerminals(question),
  contradictions(question),
  watchers(question),
]

const check = (name: string, state: CheckWord, detail: string, advice = ""): SelfCheck => ({ name, state, detail, advice })

const platform = ({ platform: { how, lacks } }: SelfCheckQuestion): SelfCheck =>
  lacks === ""
    ? check("platform", "ok", how)
    : check(
        "platform",
        "warning",
        `${how}: ${lacks}`,
        "what is said to be lacking here is a limit of the platform or of permissions, not a fault",
      )

const processTable = ({ scan, scanFailure, nowMs }: SelfCheckQuestion): SelfCheck => {
  const name = "processes"
  if (scanFailure !== undefined)
    return check(
      name,
      "failed",
      `${scanFailure}; what was seen last is kept`,
      "check that /proc is mounted and shows your own processes (hidepid)",
    )
  if (scan === undefined) return check(name, "skipped", "no scan has ended yet")
  const ageMs = nowMs - scan.endedMs
  if (ageMs > OLD_SCAN_MS)
    return check(
      name,
      "warning",
      `the last scan ended ${Math.round(ageMs / 1000)} s ago`,
      "the machine is very busy or was asleep; it should pass",
    )
  if (scan.denied > scan.processes / 4)
    return check(
      name,
      "warning",
      `${scan.denied} reads of ${scan.processes} processes were refused`,
      "run the daemon as the user whose agents it is to see, outside of sandboxes",
    )
  return check(name, "ok", `${scan.processes} processes, this one among them`)
}

const permissions = ({ rows }: SelfCheckQuestion): SelfCheck => {
  const name = "permissions"
  const closed = rows.filter(({ process }) => process.isClosed)
  if (closed.length === 0) return check(name, "ok", "all that is shown may be read")
  return check(
    name,
    "warning",
    `executable, folder, terminal and variables of process ${closed.map(({ seen }) => seen.pid).join(", ")} may not be read: known by arguments and ancestry alone`,
    "an agent with more rights than the daemon (capabilities, setuid) looks like this; run both with the same rights",
  )
}

const ownPane = ({ ownPane: own, panes, isCurrent }: SelfCheckQuestion): SelfCheck => {
  const name = "own-pane"
  if (own === undefined) return check(name, "skipped", "this daemon runs in no tmux pane")
  if (panes.some(({ socket, paneId }) => socket === own.socket && paneId === own.paneId))
    return check(name, "ok", `${own.paneId} on ${own.socket} is listed`)
  if (!isCurrent(own.socket)) return check(name, "warning", `${own.socket} does not answer now`, "see tmux-servers")
  return check(
    name,
    "warning",
    `${own.paneId} on ${own.socket} is not listed`,
    "it was closed under the daemon, or its server belongs to another scope; else tmux cannot be seen whole",
  )
}

const servers = ({ serverFailures, panes }: SelfCheckQuestion): SelfCheck => {
  const name = "tmux-servers"
  const [first] = serverFailures
  if (first === undefined) return check(name, "ok", `${new Set(panes.map(({ socket }) => socket)).size} servers show ${panes.length} panes`)
  const more = serverFailures.length === 1 ? "" : ` (and ${serverFailures.length - 1} more)`
  return check(
    name,
    "warning",
    `${first}${more}`,
    "what it showed last is kept; a stopped server goes on with kill -CONT, a lost socket comes back with kill -USR1",
  )
}

/** Until then a new process may not have been scanned. */
const SETTLED_MS = 5_000

const unlisted = ({ registered, rows, panes, nowMs }: SelfCheckQuestion): SelfCheck => {
  const name = "unlisted-agents"
  const shown = new Set(rows.map(({ seen }) => seen.pid))
  const terminals = new Set(panes.flatMap(({ terminal }) => (terminal === undefined ? [] : [`${terminal.dev}:${terminal.rdev}`])))
  const meant = registered.filter(({ file, process }) => {
    if (nowMs - (file.startedMs ?? 0) < SETTLED_MS) return false
    if (file.kind !== "interactive" || file.entry.entrypoint !== "cli" || file.spare) return false
    return process?.terminal === undefined || terminals.has(`${process.terminal.dev}:${process.terminal.rdev}`)
  })
  const missing = meant.filter(({ file }) => !shown.has(file.pid))
  if (missing.length === 0) return check(name, "ok", `all ${meant.length} sessions that Claude Code lists itself are shown`)
  const pids = missing.map(({ file }) => file.pid).join(", ")
  return check(
    name,
    "failed",
    `Claude Code lists process ${pids} as a session, and it is not shown`,
    "run vibecraft discover; if it stays, its executable may not be read or has an unknown name: please report it",
  )
}

const unverified = ({ rows }: SelfCheckQuestion): SelfCheck => {
  const name = "unverified-agents"
  const doubted = rows.filter(({ seen }) => seen.evidence.some(({ field, confidence }) => field === "agent" && confidence === "guess"))
  if (doubted.length === 0) return check(name, "ok", "nothing that is shown lacks the registry file it should have")
  return check(
    name,
    "warning",
    `process ${doubted.map(({ seen }) => seen.pid).join(", ")} looks like Claude Code and has no registry file`,
    "vibecraft why tells more; an agent whose home cannot be written to, or a program of the same name, looks like this",
  )
}

const titles = ({ rows, panes }: SelfCheckQuestion): SelfCheck => {
  const name = "titles"
  const held = new Set(rows.flatMap(({ seen }) => (seen.pane === undefined ? [] : [`${seen.pane.socket}\0${seen.pane.paneId}`])))
  const odd = panes.filter((pane) => !pane.dead && looksLikeAgent(pane.title) && !held.has(`${pane.socket}\0${pane.paneId}`))
  const [first] = odd
  if (first === undefined) return check(name, "ok", "no pane without a session has an agent's title")
  return check(
    name,
    "warning",
    `${odd.length === 1 ? "pane" : `${odd.length} panes, one of them`} ${first.paneId} on ${first.socket} has an agent's title and no session`,
    "an agent on another machine (ssh) or in a container looks like this, and so does a title that a dead agent left behind",
  )
}

/** Spinner, star or "Action Required": what only agents put first into a title. */
const looksLikeAgent = (title: string): boolean => /^[\u2801-\u28ff✳]|^\[ [!.] \] Action Required/u.test(title)

const sharedTerminals = ({ rows }: SelfCheckQuestion): SelfCheck => {
  const name = "shared-terminals"
  const inFront = rows.filter(({ process, seen }) => process.foreground && !seen.suspended && process.terminal !== undefined)
  const groups = Map.groupBy(inFront, ({ process: { terminal } }) => `${terminal?.dev}:${terminal?.rdev}`)
  const shared = [...groups.values()].find((group) => new Set(group.map(({ process }) => process.processGroup)).size > 1)
  if (shared === undefined) return check(name, "ok", "no two sessions hold one terminal")
  return check(
    name,
    "failed",
    `processes ${shared.map(({ seen }) => seen.pid).join(" and ")} both hold one terminal in the foreground`,
    "one of them is no session of its own: please report how they were started",
  )
}

const contradictions = ({ registered, rows }: SelfCheckQuestion): SelfCheck => {
  const name = "panes-agree"
  const rowOf = new Map(rows.map(({ seen }) => [seen.pid, seen]))
  const compared = registered.flatMap(({ file }) => {
    const seen = rowOf.get(file.pid)
    const said = file.tmuxPaneId
    return seen?.role === "interactive" && seen.pane !== undefined && said !== undefined ? [{ seen, said, pane: seen.pane }] : []
  })
  const first = compared.find(({ said, pane }) => said !== pane.paneId)
  if (first === undefined) return check(name, "ok", `terminals and registry name the same pane for all ${compared.length} that name one`)
  return check(
    name,
    "warning",
    `process ${first.seen.pid} was started in ${first.said} as it says itself, and its terminal is that of ${first.pane.paneId}`,
    "the terminal is believed; a pane variable inherited from another agent looks like this",
  )
}

const watchers = ({ hints, missedHints, unwatched }: SelfCheckQuestion): SelfCheck => {
  const name = "watchers"
  const [first] = unwatched
  if (first !== undefined)
    return check(
      name,
      "warning",
      `${first}${unwatched.length === 1 ? "" : ` and ${unwatched.length - 1} more`} cannot be watched; ticks have to do`,
      "raise fs.inotify.max_user_instances and max_user_watches",
    )
  const detail = `${hints} hints came, ${missedHints} changes were found by a tick alone`
  if (missedHints > 20 && missedHints > hints / 10)
    return check(
      name,
      "warning",
      detail,
      "what is new is shown a second or two late; network file systems and some containers send no hints",
    )
  return check(name, "ok", detail)
}
