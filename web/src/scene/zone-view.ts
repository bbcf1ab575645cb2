/** What the world draws of a session: a plain value, so that layers know nothing of messages. All texts in it are safe to show. */
import type { Agent } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { type Session, Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { safeText } from "@vibecraft/shared/safe-text"
import { sessionLabel } from "@vibecraft/shared/session-label"
import { statusWord } from "@vibecraft/shared/status-words"
import { type Rgb, trimColour } from "../theme/colours.ts"
import { type Station, stationOf } from "./stations.ts"

/** A zone to draw. */
export interface ZoneView {
  readonly id: string
  /** Zones of one project lie together and share a trim. */
  readonly project: string
  readonly trim: Rgb
  readonly status: Status
  readonly agent: Agent
  readonly name: string
  /** Status word and reason. */
  readonly statusLine: string
  /** The station in use; undefined when no tool runs. */
  readonly station: Station | undefined
  /** Over the station: what the tool works on, else its name. Empty when no tool runs. */
  readonly toolLine: string
  readonly parentId: string | undefined
  readonly subagents: number
  /** 0..1; undefined when not known. */
  readonly contextRatio: number | undefined
}

/** The zone of a session; undefined for one that is over. */
export function toZoneView(session: Session): ZoneView | undefined {
  if (session.status === Status.ENDED) return undefined
  // Without a folder nothing says that two sessions belong together.
  const project = session.cwd === undefined ? `${session.host?.id}:${session.id}` : `${session.host?.id}:${session.cwd}`
  const gone = session.status === Status.OFFLINE
  const tool = gone ? undefined : session.currentTool
  const reason = safeText(session.statusReason)
  const { word } = statusWord(session.status)
  return {
    id: session.id,
    project,
    trim: trimColour(project),
    status: session.status,
    agent: session.agent,
    name: sessionLabel(session),
    statusLine: session.unread
      ? `${word} · ${reason}, unread`
      : reason !== "" && saysMore(session.status) && reason.toLowerCase() !== word
        ? `${word} · ${reason}`
        : word,
    station: tool ? stationOf(tool.name) : undefined,
    toolLine: tool ? (safeText(tool.target ?? "") || safeText(tool.name)) + (tool.running > 1 ? `  +${tool.running - 1}` : "") : "",
    parentId: session.parentSessionId,
    subagents: gone ? 0 : session.activeSubagents,
    contextRatio: session.contextUsedRatio,
  }
}

/** Whether a status' reason is worth a place in the world: what to do about it, or why it is not known. */
function saysMore(status: Status): boolean {
  return status === Status.WAITING || status === Status.STALLED || status === Status.OFFLINE || status === Status.UNKNOWN
}
