// Why a session is shown as it is: each published fact with its evidence, best first, and what is unknown with the reason.

import { formatAge } from "@vibecraft/shared/format-duration"
import { Confidence, type Evidence } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import type { Session, StatusChange } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import type { GetSessionResponse } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import { safeText } from "@vibecraft/shared/safe-text"
import { paneLabel, sessionLabel, toolLabel } from "@vibecraft/shared/session-label"
import { agentWord, roleWord, statusWord } from "@vibecraft/shared/status-words"
import type { Style } from "./paint.ts"
import { statusText } from "./session-table.ts"
import type { TableOptions } from "./table.ts"
import { wrap } from "./wrap.ts"

const CONFIDENCE = new Map<number, { word: string; style: Style }>([
  [Confidence.CONFIRMED, { word: "confirmed", style: "good" }],
  [Confidence.LIKELY, { word: "likely", style: "busy" }],
  [Confidence.GUESS, { word: "guess", style: "attention" }],
])
const UNSURE = { word: "unsaid", style: "dim" } as const

/** Evidence speaks of a fact by one of these names. */
interface Fact {
  readonly label: string
  readonly fields: readonly string[]
  /** The published value; empty while unknown. */
  readonly value: (session: Session, nowMs: number) => string
  /** What to say of a value that is not there. */
  readonly absent: string
}

const FACTS: readonly Fact[] = [
  { label: "agent", fields: ["agent"], value: agentOf, absent: "unknown" },
  { label: "role", fields: ["role"], value: ({ role }) => roleWord(role), absent: "unknown: no process was seen" },
  { label: "pane", fields: ["pane"], value: ({ pane }) => paneOf(pane), absent: "none" },
  { label: "conversation", fields: ["conversation", "conversation_id"], value: conversationOf, absent: "unknown" },
  { label: "status", fields: ["status"], value: statusOf, absent: "unknown" },
  { label: "parent", fields: ["parent"], value: ({ parentSessionId }) => safeText(parentSessionId ?? ""), absent: "none" },
]

/** The report as lines that fit the width. */
export function renderWhy({ session, statusChanges }: GetSessionResponse, nowMs: number, options: TableOptions): string[] {
  if (session === undefined) return []
  const { paint } = options
  const lines = [paint("bold", sessionLabel(session)), `  ${paint("dim", "id")} ${safeText(session.id)}`]
  const named = new Set(FACTS.flatMap(({ fields }) => fields))
  for (const fact of FACTS) {
    lines.push("", ...factLines(fact, session, nowMs, options))
  }
  const others = session.evidence.filter(({ field }) => !named.has(field))
  if (others.length > 0) lines.push("", paint("bold", "more"), ...others.flatMap((one) => evidenceLines(one, nowMs, options, true)))
  if (statusChanges.length > 0) {
    lines.push("", paint("bold", "changes of status, latest first"))
    lines.push(...statusChanges.slice(0, 10).flatMap((change) => changeLines(change, nowMs, options)))
  }
  return lines
}

function factLines(fact: Fact, session: Session, nowMs: number, options: TableOptions): string[] {
  const { paint } = options
  const value = fact.value(session, nowMs)
  const evidence = session.evidence.filter(({ field }) => fact.fields.includes(field))
  const head = `${paint("bold", fact.label.padEnd(12))} ${value === "" ? paint("dim", fact.absent) : value}`
  const why = evidence.flatMap((one) => evidenceLines(one, nowMs, options, false))
  return [head, ...(why.length === 0 ? [`  ${paint("dim", "no evidence")}`] : why)]
}

function evidenceLines(evidence: Evidence, nowMs: number, { width, paint }: TableOptions, withField: boolean): string[] {
  const { word, style } = CONFIDENCE.get(evidence.confidence) ?? UNSURE
  const field = withField ? `${safeText(evidence.field)}: ` : ""
  const age = evidence.seenTime === undefined ? "" : `, for ${formatAge(evidence.seenTime, nowMs)}`
  const [first = "", ...rest] = wrap(`${field}${safeText(evidence.detail)}`, Math.max(20, width - 4))
  return [`  ${paint(style, word)} by ${safeText(evidence.source)}${paint("dim", age)}`, ...[first, ...rest].map((line) => `    ${line}`)]
}

function changeLines(change: StatusChange, nowMs: number, { width, paint }: TableOptions): string[] {
  const { word, style } = CONFIDENCE.get(change.confidence) ?? UNSURE
  const from = change.from === 0 ? "" : `${statusWord(change.from).word} → `
  const what = `${from}${statusWord(change.to).word}: ${safeText(change.reason)}`
  const ago = change.time === undefined ? "" : `${formatAge(change.time, nowMs)} ago, `
  return [
    ...wrap(what, Math.max(20, width - 2)).map((line) => `  ${line}`),
    `    ${paint("dim", `${ago}by ${safeText(change.source)}, `)}${paint(style, word)}`,
  ]
}

function agentOf(session: Session): string {
  const pid = session.pid === undefined ? "" : `, process ${session.pid}`
  const command = safeText(session.command)
  return `${agentWord(session.agent)}${command === "" ? "" : ` (${command})`}${pid}`
}

function paneOf(pane: Session["pane"]): string {
  return pane === undefined ? "" : `${paneLabel(pane)} (${safeText(pane.paneId)} on ${safeText(pane.socket)})`
}

function conversationOf({ conversationId, earlierConversationIds }: Session): string {
  const before = earlierConversationIds.length === 0 ? "" : `, after ${earlierConversationIds.length} earlier`
  return conversationId === undefined ? "" : `${safeText(conversationId)}${before}`
}

function statusOf(session: Session, nowMs: number): string {
  const tool = toolLabel(session.currentTool)
  return `${statusText(session, nowMs)}${tool === "" ? "" : `, ${tool}`}`
}
