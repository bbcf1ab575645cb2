// The status of one session from the evidence at hand, strongest first: the process itself, the agent's registry, its screen, its pane
// title, its transcript. A pure function, so that the same evidence always reads the same. Unknown is a legal answer and says why.

import type { AgentSeen } from "../domain/facts.ts"
import type { Confidence, EvidenceSource } from "../domain/agent.ts"
import type { Conversation } from "./conversation.ts"
import type { ToolCall } from "./tool-call.ts"

export type StatusWord = "starting" | "working" | "waiting" | "idle" | "stalled" | "offline" | "ended" | "unknown"

/** Of a session whose agent does not run, or of which nothing is known yet. */
export const GONE: ReadonlySet<StatusWord | undefined> = new Set([undefined, "offline", "ended"])

export interface StatusReading {
  readonly status: StatusWord
  readonly reason: string
  readonly source: EvidenceSource
  readonly confidence: Confidence
  /** When it became so, where the evidence says; else the fold takes the time it noticed. */
  readonly sinceMs?: number
}

export interface StatusSignals {
  /** The process as last seen; absent where none was ever seen. */
  readonly process: AgentSeen | undefined
  readonly gone: { readonly timeMs: number; readonly reason: string } | undefined
  readonly conversation: Conversation | undefined
  /** Open calls of the main agent, oldest first. */
  readonly openTools: readonly ToolCall[]
  /** Why no conversation is known; absent when one is. */
  readonly unboundReason: string | undefined
  /** Since when the machine, or this daemon, is awake again; silence before that means nothing. */
  readonly awakeSinceMs?: number
}

/** How long a session whose process is gone stays listed as offline; headless ones do not. */
export const OFFLINE_GRACE_MS = 600_000
/** A conversation without a process whose transcript grew this recently may be alive where we cannot see. */
const FRESH_MS = 120_000
const STARTING_MS = 10_000
/** Silence after which work counts as stalled: thinking, and with a tool running. */
const SILENT_MS = 5 * 60_000
const LONG_TOOL_MS = 30 * 60_000

export function readStatus(signals: StatusSignals, nowMs: number): StatusReading {
  const { process, gone, conversation } = signals
  if (gone !== undefined) return afterEnd(gone, process?.role === "headless" ? 0 : OFFLINE_GRACE_MS, nowMs)
  if (process === undefined) return withoutProcess(conversation, nowMs)
  if (process.suspended) return reading("stalled", "suspended (Ctrl-Z or a stop signal)", "process", "confirmed")
  const claimed = fromRegistry(process, signals) ?? fromScreen(process) ?? fromTitle(process, signals) ?? fromTranscript(signals)
  const status = claimed ?? withoutEvidence(process, signals, nowMs)
  return status.status === "working" ? (stalled(signals, nowMs) ?? status) : status
}

const PERMISSIONS: ReadonlySet<string> = new Set(["permission prompt", "sandbox request", "worker request", "approval asked for"])

/** Whether it waits for a person's yes or no, not for an answer of another kind. */
export function asksPermission({ status, reason }: StatusReading): boolean {
  return status === "waiting" && PERMISSIONS.has(reason)
}

function afterEnd(gone: { timeMs: number; reason: string }, graceMs: number, nowMs: number): StatusReading {
  const over = nowMs - gone.timeMs >= graceMs
  return {
    status: over ? "ended" : "offline",
    reason: gone.reason,
    source: "process",
    confidence: "confirmed",
    sinceMs: over ? gone.timeMs + graceMs : gone.timeMs,
  }
}

function withoutProcess(conversation: Conversation | undefined, nowMs: number): StatusReading {
  const lastMs = conversation?.lastMs
  if (lastMs === undefined) return reading("ended", "no process found, nothing was said", "transcript", "likely")
  if (nowMs - lastMs < FRESH_MS) {
    return { ...reading("unknown", "no process found, yet its transcript grew within two minutes", "transcript", "guess"), sinceMs: lastMs }
  }
  return {
    ...afterEnd({ timeMs: lastMs, reason: "no process found" }, OFFLINE_GRACE_MS, nowMs),
    source: "transcript",
    confidence: "likely",
  }
}

function fromRegistry(process: AgentSeen, signals: StatusSignals): StatusReading | undefined {
  const { registry } = process
  if (registry?.status === undefined) return undefined
  const since = registry.statusUpdatedMs ?? registry.updatedMs
  const at = since === undefined ? {} : { sinceMs: since }
  switch (registry.status) {
    case "busy":
      return { ...reading("working", workingOn(signals.openTools), "registry", "confirmed"), ...at }
    case "waiting":
      return { ...reading("waiting", registry.waitingFor ?? "input needed", "registry", "confirmed"), ...at }
    case "shell":
      return { ...reading("idle", "at the prompt, a background shell runs", "registry", "confirmed"), ...at }
    case "idle":
      return { ...reading("idle", idleAfter(signals), "registry", "confirmed"), ...at }
    default:
      return { ...reading("unknown", "the registry holds a status this version does not know", "registry", "guess"), ...at }
  }
}

function fromScreen({ screen }: AgentSeen): StatusReading | undefined {
  switch (screen?.state) {
    case "working":
      return reading("working", "the screen shows work", "tmux", "likely")
    case "permission":
      return reading("waiting", "permission prompt", "tmux", "likely")
    case "question":
      return reading("waiting", "input needed", "tmux", "likely")
    case "trust":
      return reading("waiting", "trust dialog", "tmux", "likely")
    case "dialog":
      return reading("waiting", "dialog open", "tmux", "likely")
    case "idle":
      return reading("idle", "the screen shows a free prompt", "tmux", "likely")
    default:
      return undefined
  }
}

/** A leading braille cell spins while an agent works; Codex writes "Action Required" while it asks. A plain title proves nothing. */
function fromTitle(process: AgentSeen, signals: StatusSignals): StatusReading | undefined {
  const title = process.paneTitle ?? ""
  const first = title.codePointAt(0) ?? 0
  if (first >= 0x2801 && first <= 0x28ff) return reading("working", workingOn(signals.openTools), "title", "confirmed")
  if (process.agent === "codex" && /^\[ [!.] \] Action Required/u.test(title))
    return reading("waiting", asksAQuestion(signals) ? "input needed" : "approval asked for", "title", "confirmed")
  return undefined
}

/** Codex shows the same title for an approval and for a question of the model; its call tells them apart. */
function asksAQuestion({ openTools }: StatusSignals): boolean {
  return openTools.at(-1)?.name === "request_user_input"
}

function fromTranscript(signals: StatusSignals): StatusReading | undefined {
  const { conversation, openTools } = signals
  const inTurn = conversation?.inTurn
  if (conversation === undefined || inTurn === undefined) return undefined
  const at = conversation.turnChangedMs === undefined ? {} : { sinceMs: conversation.turnChangedMs }
  if (!inTurn) return { ...reading("idle", idleAfter(signals), "transcript", "likely"), ...at }
  const permission = signals.process?.agent === "claude" && openTools.length > 0 ? ", or waits for permission" : ""
  return { ...reading("working", workingOn(openTools) + permission, "transcript", "likely"), ...at }
}

function withoutEvidence(process: AgentSeen, signals: StatusSignals, nowMs: number): StatusReading {
  const folder = process.cwd?.split("/").at(-1) ?? ""
  // Codex names its folder in the title once its prompt is there, and not before.
  if (process.agent === "codex" && folder !== "" && process.paneTitle?.includes(folder) === true) {
    return reading("idle", "its title shows no work", "title", "likely")
  }
  const age = nowMs - process.startedMs
  if (age < STARTING_MS) return { ...reading("starting", "the process has just started", "process", "likely"), sinceMs: process.startedMs }
  if (
    process.agent === "codex" &&
    process.paneTitle !== undefined &&
    signals.conversation === undefined &&
    signals.unboundReason === undefined
  ) {
    return reading("idle", "its title shows no work", "title", "guess")
  }
  const why = signals.unboundReason === undefined ? "nothing it writes tells" : `conversation unknown: ${signals.unboundReason}`
  return reading("unknown", why, "process", "guess")
}

function stalled({ conversation, openTools, awakeSinceMs = 0 }: StatusSignals, nowMs: number): StatusReading | undefined {
  if (conversation?.lastMs === undefined) return undefined
  const lastMs = Math.max(conversation.lastMs, awakeSinceMs)
  const silentMs = nowMs - lastMs
  const limit = openTools.length > 0 ? LONG_TOOL_MS : SILENT_MS
  if (silentMs < limit) return undefined
  const what = openTools.length > 0 ? `${openTools.at(-1)?.name} has run` : "nothing was written"
  return { ...reading("stalled", `${what} for more than ${limit / 60_000} minutes`, "transcript", "likely"), sinceMs: lastMs + limit }
}

function workingOn(openTools: readonly ToolCall[]): string {
  const tool = openTools.at(-1)
  if (tool === undefined) return "thinking"
  return openTools.length === 1 ? `${tool.name} runs` : `${tool.name} and ${openTools.length - 1} more run`
}

function idleAfter({ conversation }: StatusSignals): string {
  // The registry is ahead of the transcript, which still tells of the turn before.
  if (conversation?.inTurn === true) return "at the prompt"
  switch (conversation?.lastTurnEnd) {
    case "interrupted":
      return "interrupted"
    case "failed":
      return "the last turn failed"
    case "done":
      return "done"
    default:
      return "at the prompt"
  }
}

function reading(status: StatusWord, reason: string, source: EvidenceSource, confidence: Confidence): StatusReading {
  return { status, reason, source, confidence }
}
