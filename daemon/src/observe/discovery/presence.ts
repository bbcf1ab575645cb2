// Joins what the scan, the registry, tmux and the screens tell into one statement for each running agent, with a reason for every part.

import type { AgentRole, Evidence } from "../../domain/agent.ts"
import type { AgentSeen, PaneRef, ScreenReading } from "../../domain/facts.ts"
import type { AgentProcess } from "../../work/scan/agent-process.ts"
import type { TeammateArguments } from "../../work/scan/role.ts"
import { conversationHints, type SharedThreads } from "./conversation-hints.ts"
import { type PaneIndex, paneOf } from "./pane-of.ts"
import { type Family, parentOf } from "./parent-of.ts"
import type { RegistryFile } from "./registry-file.ts"
import type { LocatedPane } from "./server-book.ts"

export interface PresenceQuestion {
  readonly agent: AgentProcess
  readonly sessionId: string
  readonly startedMs: number
  readonly registry: RegistryFile | undefined
  readonly panes: PaneIndex
  readonly family: Family
  readonly shared: SharedThreads | undefined
  readonly screen: ScreenReading | undefined
  readonly timeMs: number
  /** Whether registry files can be looked at, so that a missing one means something. */
  readonly registryKnown: boolean
}

/** States an agent; undefined for helpers and for spares that nobody uses. */
export const presenceOf = (question: PresenceQuestion): AgentSeen | undefined => {
  const { agent, registry, timeMs, screen } = question
  const role = publishedRole(agent, registry)
  if (role === undefined) return undefined
  const { pane, evidence: paneEvidence } = paneOf(agent, question.panes, question.startedMs)
  const { hints, evidence: conversationEvidence } = conversationHints(question)
  const { evidence: parentEvidence, ...parent } = parentOf(agent, question.family)
  const identity: Omit<Evidence, "timeMs"> = {
    field: "agent",
    source: "process",
    detail: agent.identityDetail,
    confidence: agent.identityConfidence,
  }
  const doubt = role.role === "interactive" && isDoubtful(question) ? [DOUBT] : []
  const evidence = [identity, ...doubt, role.evidence, paneEvidence, conversationEvidence, parentEvidence].map((one) => ({
    ...one,
    timeMs,
  }))
  return {
    kind: "agent-seen",
    sessionId: question.sessionId,
    timeMs,
    agent: agent.agent,
    role: role.role,
    pid: agent.pid,
    startedMs: question.startedMs,
    command: agent.command,
    ...(agent.cwd === undefined ? {} : { cwd: agent.cwd }),
    suspended: agent.suspended,
    ...(pane === undefined ? {} : { pane: refOf(pane), paneTitle: pane.title }),
    ...(registry === undefined ? {} : { registry: registry.entry }),
    conversationHints: hints,
    ...(agent.teammate === undefined ? {} : { membership: claimedMembership(agent.teammate) }),
    ...parent,
    ...(screen === undefined ? {} : { screen }),
    evidence,
  }
}

/** An agent id is the name and the team with an @ between. */
const claimedMembership = ({ agentId, teamName }: TeammateArguments): NonNullable<AgentSeen["membership"]> => ({
  teamName,
  memberName: agentId.endsWith(`@${teamName}`) ? agentId.slice(0, -teamName.length - 1) : agentId,
})

/** Claude Code has its registry file within half a second of its start, unless a dialog stands before it. */
export const REGISTERED_MS = 5_000
const VERSION = /\/claude\/versions\/(\d+)\.(\d+)\.(\d+)/

const DOUBT: Omit<Evidence, "timeMs"> = {
  field: "agent",
  source: "registry",
  detail: "unverified: no registry file, which every Claude Code since 2.1.139 writes once it is past its first dialogs",
  confidence: "guess",
}

const isDoubtful = ({ agent, registry, registryKnown, screen, startedMs, timeMs }: PresenceQuestion): boolean => {
  if (agent.agent !== "claude" || registry !== undefined || !registryKnown || agent.suspended || screen?.state === "trust") return false
  const [, major, minor, patch] = VERSION.exec(agent.identityDetail) ?? []
  const isKnownToRegister =
    Number(major) > 2 || (Number(major) === 2 && (Number(minor) > 1 || (Number(minor) === 1 && Number(patch) >= 139)))
  return isKnownToRegister && timeMs - startedMs > REGISTERED_MS
}

const refOf = ({ socket, serverPid, paneId, sessionName, windowIndex, windowName, paneIndex }: LocatedPane): PaneRef => ({
  socket,
  serverPid,
  paneId,
  sessionName,
  windowIndex,
  windowName,
  paneIndex,
})

const SDK_ENTRYPOINTS = /^sdk-/
const HELPER_KINDS: ReadonlySet<string> = new Set(["daemon", "daemon-worker"])

interface RoleFinding {
  readonly role: AgentRole
  readonly evidence: Omit<Evidence, "timeMs">
}

/** The role by arguments, unless the agent's own registry knows better; undefined for helpers and spares. */
export const publishedRole = (agent: AgentProcess, registry: RegistryFile | undefined): RoleFinding | undefined => {
  if (registry !== undefined) {
    if (registry.spare || HELPER_KINDS.has(registry.kind ?? "")) return undefined
    if (registry.kind === "bg") return by("background", "registry", "its registry file says kind bg")
    if (agent.role === "infra" && registry.kind === "interactive" && registry.entry.entrypoint === "cli" && agent.terminal !== undefined) {
      return by("interactive", "registry", "its registry file says interactive, and it has a terminal")
    }
    if (agent.role === "interactive" && SDK_ENTRYPOINTS.test(registry.entry.entrypoint ?? "")) {
      return by("headless", "registry", `its registry file says ${registry.entry.entrypoint}`)
    }
  }
  return agent.role === "infra" ? undefined : by(agent.role, "process", agent.roleDetail)
}

const by = (role: AgentRole, source: Evidence["source"], detail: string): RoleFinding => ({
  role,
  evidence: { field: "role", source, detail, confidence: "confirmed" },
})

/** Whether neither registry nor title tells what the agent does, so that its screen is worth a look. */
export const isSilent = (seen: AgentSeen): boolean => {
  if (seen.pane === undefined || seen.suspended || seen.registry?.status !== undefined) return false
  if (seen.role !== "interactive" && seen.role !== "teammate") return false
  const title = seen.paneTitle ?? ""
  const first = title.codePointAt(0) ?? 0
  if (first >= 0x2801 && first <= 0x28ff) return false
  if (seen.agent === "claude") return true
  const folder = seen.cwd?.split("/").at(-1)
  return !(/^\[ [!.] \] /.test(title) || (folder !== undefined && folder !== "" && title.includes(folder)))
}

/** Takes over the times of what was said before in the same words, so that "since" holds and repetition is no news. */
export const keepTimes = (seen: AgentSeen, before: AgentSeen | undefined): AgentSeen => {
  if (before === undefined) return seen
  const known = [...before.evidence, ...before.conversationHints.map((hint) => hint.evidence)]
  const kept = (one: Evidence): Evidence => {
    const same = known.find(
      (old) => old.field === one.field && old.source === one.source && old.detail === one.detail && old.confidence === one.confidence,
    )
    return same === undefined ? one : { ...one, timeMs: same.timeMs }
  }
  const hints = seen.conversationHints.map((hint) => ({ ...hint, evidence: kept(hint.evidence) }))
  return { ...seen, evidence: seen.evidence.map(kept), conversationHints: hints }
}

/** Whether two statements say the same, whenever they were made. */
export const saysTheSame = (a: AgentSeen, b: AgentSeen): boolean =>
  JSON.stringify({ ...a, timeMs: 0 }) === JSON.stringify({ ...b, timeMs: 0 })
