// Activities as lines of a log: when, which session, what, and about what.

import { displayWidth } from "@vibecraft/shared/display-width"
import { formatLatency, toMs } from "@vibecraft/shared/format-duration"
import { type Activity, ActivityKind } from "@vibecraft/shared/gen/vibecraft/v1/activity_pb"
import { ErrorClass } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import type { Session } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { safeText, truncate } from "@vibecraft/shared/safe-text"
import { sessionLabel } from "@vibecraft/shared/session-label"
import type { Paint, Style } from "./paint.ts"
import { errorClassWord } from "./trouble-tables.ts"

export interface ActivityLinesOptions {
  /** Cells of the terminal; Infinity for no limit. */
  readonly width: number
  readonly paint: Paint
  /** Of the sessions that are known. */
  readonly sessionOf: (id: string) => Session | undefined
}

const GAP = "  "
/** A terminal narrower than this leaves half the room for names. */
const NARROW_CELLS = 80
const LABEL_CELLS = 22
const WORD_CELLS = 14

interface Words {
  readonly word: string
  readonly style?: Style | undefined
  readonly text: string
}

/** Makes lines of activities, oldest first, with a line for each day that begins. It remembers the day, so that lines may be made bit by bit. */
export function createActivityLines(options: ActivityLinesOptions): (activities: readonly Activity[]) => string[] {
  let day = ""
  return (activities) =>
    activities.flatMap((activity) => {
      const time = new Date(activity.time === undefined ? 0 : toMs(activity.time))
      const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`
      const head = date === day ? [] : [options.paint("dim", date)]
      day = date
      return [...head, activityLine(activity, time, options)]
    })
}

function activityLine(activity: Activity, time: Date, { width, paint, sessionOf }: ActivityLinesOptions): string {
  const session = sessionOf(activity.sessionId)
  const label = session === undefined ? safeText(activity.conversationId ?? activity.sessionId).slice(0, 8) : sessionLabel(session)
  const { word, style, text } = wordsOf(activity)
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`
  const from = activity.subagentId === undefined ? "" : "↳ "
  const labelCells = width < NARROW_CELLS ? LABEL_CELLS / 2 : LABEL_CELLS
  return row(
    [
      ["dim", clock],
      [undefined, pad(label, labelCells)],
      [style, pad(word, WORD_CELLS)],
      [undefined, from + text],
    ],
    width,
    paint,
  )
}

/** Cells side by side, as far as there is room. */
function row(parts: readonly (readonly [style: Style | undefined, text: string])[], width: number, paint: Paint): string {
  let room = width
  return parts
    .map(([style, text]) => {
      const cut = truncate(text, Math.max(0, room))
      room -= displayWidth(cut) + GAP.length
      return paint(style, cut)
    })
    .filter((cell) => cell !== "")
    .join(GAP)
    .trimEnd()
}

function wordsOf(activity: Activity): Words {
  const title = safeText(activity.title)
  const detail = safeText(activity.detail ?? "")
  const { durationMs } = activity
  const took = durationMs === undefined ? "" : formatLatency(durationMs)
  const after = took === "" ? "" : `after ${took}`
  switch (activity.kind) {
    case ActivityKind.PROMPT:
      return { word: "prompt", style: "bold", text: joined(": ", title, detail) }
    case ActivityKind.TOOL_START:
      return { word: "tool", style: "busy", text: joined(" ", title, detail) }
    case ActivityKind.TOOL_END:
      return toolEnd(activity, joined(" ", title, after), detail)
    case ActivityKind.WAIT:
      return { word: "waits", style: "attention", text: title }
    case ActivityKind.ANSWER:
      return { word: "answered", style: "good", text: joined(": ", after, title) }
    case ActivityKind.STOP:
      return { word: "stops", style: title === "failed" ? "bad" : "good", text: joined(", ", title, after) }
    case ActivityKind.API_ERROR:
      return { word: "request failed", style: "bad", text: joined(": ", title, detail) }
    case ActivityKind.HOOK_FAILURE:
      return { word: "hook failed", style: "bad", text: joined(": ", title, detail) }
    case ActivityKind.DISCOVERED:
      return { word: "found", style: "good", text: title }
    case ActivityKind.GONE:
      return { word: "gone", style: "dim", text: title }
    case ActivityKind.SUBAGENT_START:
      return { word: "subagent", style: "busy", text: title }
    case ActivityKind.SUBAGENT_END:
      return { word: "subagent ends", text: joined(", ", title, detail, after) }
    case ActivityKind.COMPACTION:
      return { word: "compacted", style: "dim", text: joined(", ", title, after) }
    case ActivityKind.MODEL_SWITCH:
      return { word: "model", style: "dim", text: title }
    default:
      return { word: "other", text: joined(" ", title, detail) }
  }
}

function toolEnd({ errorClass }: Activity, what: string, detail: string): Words {
  if (errorClass === undefined) return { word: "tool done", text: joined(" ", what, detail === "" ? "" : `(${detail})`) }
  const isBad = errorClass <= ErrorClass.TIMEOUT
  return { word: errorClassWord(errorClass), style: isBad ? "bad" : "dim", text: joined(": ", what, detail) }
}

function joined(between: string, ...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(between)
}

function pad(text: string, cells: number): string {
  const cut = truncate(text, cells)
  return cut + " ".repeat(Math.max(0, cells - displayWidth(cut)))
}

function two(number: number): string {
  return String(number).padStart(2, "0")
}
