// Sessions as a table: what each does, where it is and how full its context is.

import { formatAge, formatDuration, toMs } from "@vibecraft/shared/format-duration"
import { formatPercent } from "@vibecraft/shared/format-ratio"
import { Role } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { Status, type Session } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { safeText } from "@vibecraft/shared/safe-text"
import { modelLabel, paneLabel, projectName, sessionLabel, toolLabel } from "@vibecraft/shared/session-label"
import { agentWord, roleWord, statusWord } from "@vibecraft/shared/status-words"
import type { Style } from "./paint.ts"
import { type Column, type TableOptions, renderTable } from "./table.ts"

const STATUS_STYLE = new Map<number, Style>([
  [Status.WAITING, "attention"],
  [Status.STALLED, "bad"],
  [Status.WORKING, "busy"],
  [Status.STARTING, "busy"],
  [Status.IDLE, "good"],
])

/** Statuses whose word alone does not say enough. */
const EXPLAINED = new Set<number>([Status.WAITING, Status.STALLED, Status.UNKNOWN, Status.OFFLINE])
/** Statuses of which one asks: how long already? */
const TIMED = new Set<number>([Status.WAITING, Status.STALLED, Status.WORKING])

export function renderSessions(sessions: readonly Session[], nowMs: number, options: TableOptions): string[] {
  return renderTable(columns(nowMs), sessions, options)
}

/** "▲ waiting 3m: permission prompt", "● working 12s", "○ idle 2m: done, unread", "○ idle", "● working 12s, slow". */
export function statusText(session: Session, nowMs: number): string {
  const { symbol, word } = statusWord(session.status)
  const age = TIMED.has(session.status) || session.unread ? formatAge(session.statusSinceTime, nowMs) : ""
  const reason = session.unread
    ? `${safeText(session.statusReason)}, unread`
    : EXPLAINED.has(session.status)
      ? safeText(session.statusReason)
      : ""
  return `${symbol} ${word}${age === "" ? "" : ` ${age}`}${session.slow ? ", slow" : ""}${reason === "" ? "" : `: ${reason}`}`
}

export function statusStyle(session: Session): Style {
  return STATUS_STYLE.get(session.status) ?? "dim"
}

/** "claude opus-4-5", with its role where that is not a person at a terminal. */
export function agentText(session: Session): string {
  const role = session.role === Role.INTERACTIVE ? "" : roleWord(session.role)
  return [agentWord(session.agent), modelLabel(session.model), role].filter((part) => part !== "").join(" ")
}

/** "5 sessions: 1 waiting, 2 working, 2 idle". */
export function countText(sessions: readonly Session[]): string {
  const counts = new Map<string, number>()
  for (const { status } of sessions) {
    const { word } = statusWord(status)
    counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  const parts = Array.from(counts, ([word, count]) => `${count} ${word}`)
  return `${sessions.length} ${sessions.length === 1 ? "session" : "sessions"}: ${parts.join(", ")}`
}

function dimWhenGone(session: Session): Style | undefined {
  return statusWord(session.status).live ? undefined : "dim"
}

function columns(nowMs: number): readonly Column<Session>[] {
  return [
    { header: "STATUS", text: (session) => statusText(session, nowMs), style: statusStyle, min: 22, enough: 34, importance: 10 },
    { header: "NAME", text: sessionLabel, style: (session) => dimWhenGone(session) ?? "bold", min: 14, enough: 28, importance: 9 },
    { header: "AGENT", text: agentText, style: dimWhenGone, min: 7, enough: 18, importance: 5 },
    { header: "PROJECT", text: projectName, style: dimWhenGone, min: 8, enough: 14, importance: 4 },
    { header: "DOING", text: doingText, style: dimWhenGone, min: 12, enough: 24, importance: 7 },
    { header: "CTX", text: ({ contextUsedRatio }) => formatPercent(contextUsedRatio), style: dimWhenGone, align: "right", importance: 3 },
    { header: "PANE", text: ({ pane }) => paneLabel(pane), style: dimWhenGone, importance: 6 },
    { header: "ACTIVE", text: (session) => activeText(session, nowMs), style: () => "dim", align: "right", importance: 8 },
  ]
}

/** The tool and what it works on; else what else its work is known by, as "thinking". */
function doingText({ currentTool, status, statusReason }: Session): string {
  return toolLabel(currentTool) || (status === Status.WORKING ? safeText(statusReason) : "")
}

/** How long ago it last did something. */
function activeText({ lastActivityTime }: Session, nowMs: number): string {
  if (lastActivityTime === undefined) return ""
  const agoMs = nowMs - toMs(lastActivityTime)
  return agoMs < 5000 ? "now" : `${formatDuration(agoMs)} ago`
}
