/** Paints one label with the canvas: a dark plate, the status' shape, the text. Text is painted, never parsed. */
import type { Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { graphemes } from "@vibecraft/shared/display-width"
import { type StatusShape, statusWord } from "@vibecraft/shared/status-words"
import { cssColour, statusColour } from "../theme/colours.ts"

/** Largest label, in CSS pixels. */
export const LABEL_WIDTH = 236
/** Largest label, in CSS pixels. */
export const LABEL_HEIGHT = 44

/** What a label says. */
export type LabelText =
  | {
      readonly kind: "name"
      readonly name: string
      readonly statusLine: string
      readonly status: Status
      readonly trim: number
      readonly chosen: boolean
    }
  | { readonly kind: "tool"; readonly text: string; readonly status: Status }

const FAMILY = '"Inter Variable", system-ui, sans-serif'
const NAME_FONT = `620 13px ${FAMILY}`
const LINE_FONT = `500 11px ${FAMILY}`
const TOOL_FONT = `520 11.5px ${FAMILY}`

/** Fonts the page must have loaded before labels are painted. */
export const LABEL_FONTS: readonly string[] = [NAME_FONT, LINE_FONT, TOOL_FONT]

/** One string for each look, to find painted labels again. */
export function labelKey(text: LabelText): string {
  return text.kind === "name"
    ? `n${text.status}|${text.trim}|${text.chosen}|${text.statusLine}|${text.name}`
    : `t${text.status}|${text.text}`
}

/** Paints at (0, 0) of a context scaled to CSS pixels and answers the size used. */
export function paintLabel(context: CanvasRenderingContext2D, text: LabelText): { width: number; height: number } {
  context.textBaseline = "alphabetic"
  return text.kind === "name" ? paintName(context, text) : paintTool(context, text)
}

function paintName(context: CanvasRenderingContext2D, text: LabelText & { kind: "name" }): { width: number; height: number } {
  const left = 27
  const room = LABEL_WIDTH - left - 11
  context.font = NAME_FONT
  const name = fit(context, text.name, room)
  const nameWidth = context.measureText(name).width
  context.font = LINE_FONT
  const line = text.statusLine === "" ? "" : fit(context, text.statusLine, room)
  const lineWidth = line === "" ? 0 : context.measureText(line).width
  const width = Math.ceil(left + Math.max(nameWidth, lineWidth) + 11)
  const height = line === "" ? 25 : 40
  const { needsYou } = statusWord(text.status)
  const hue = cssColour(statusColour(text.status))
  plate(context, width, height, 8, "rgba(9, 14, 25, 0.86)", text.chosen ? "#e8f1ff" : needsYou ? hue : `${cssColour(text.trim)}8c`)
  paintShape(context, statusWord(text.status).shape, 14.5, line === "" ? 12.5 : 14, 5, hue)
  context.font = NAME_FONT
  context.fillStyle = "#f1f5fc"
  context.fillText(name, left, 17.2)
  if (line !== "") {
    context.font = LINE_FONT
    context.fillStyle = hue
    context.fillText(line, left, 32)
  }
  return { width, height }
}

function paintTool(context: CanvasRenderingContext2D, text: LabelText & { kind: "tool" }): { width: number; height: number } {
  context.font = TOOL_FONT
  const shown = fit(context, text.text, LABEL_WIDTH - 18)
  const width = Math.ceil(context.measureText(shown).width + 18)
  const height = 22
  const hue = cssColour(statusColour(text.status))
  plate(context, width, height, 6, "rgba(8, 22, 34, 0.88)", `${hue}70`)
  context.fillStyle = "#d6f3fb"
  context.fillText(shown, 9, 15)
  return { width, height }
}

function plate(context: CanvasRenderingContext2D, width: number, height: number, corner: number, fill: string, stroke: string): void {
  context.beginPath()
  context.roundRect(0.5, 0.5, width - 1, height - 1, corner)
  context.fillStyle = fill
  context.fill()
  context.lineWidth = 1
  context.strokeStyle = stroke
  context.stroke()
}

/** Cuts a text so that it fits: a path keeps its end, everything else its start. */
function fit(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (context.measureText(text).width <= room) return text
  const letters = graphemes(text)
  const keepEnd = text.includes("/") && !text.includes(" ")
  let low = 0
  let high = letters.length
  const cut = (count: number): string =>
    keepEnd ? `…${letters.slice(letters.length - count).join("")}` : `${letters.slice(0, count).join("").trimEnd()}…`
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (context.measureText(cut(middle)).width <= room) low = middle
    else high = middle - 1
  }
  return cut(low)
}

function paintShape(context: CanvasRenderingContext2D, shape: StatusShape, x: number, y: number, r: number, colour: string): void {
  context.fillStyle = colour
  context.strokeStyle = colour
  context.lineWidth = 2
  context.lineJoin = "round"
  context.beginPath()
  switch (shape) {
    case "triangle":
      context.moveTo(x, y - r)
      context.lineTo(x + r * 1.08, y + r * 0.85)
      context.lineTo(x - r * 1.08, y + r * 0.85)
      context.closePath()
      context.fill()
      break
    case "disc":
      context.arc(x, y, r * 0.92, 0, 2 * Math.PI)
      context.fill()
      break
    case "ring":
      context.arc(x, y, r * 0.82, 0, 2 * Math.PI)
      context.stroke()
      break
    case "half":
      context.arc(x, y, r * 0.82, 0, 2 * Math.PI)
      context.stroke()
      context.beginPath()
      context.arc(x, y, r * 0.82, Math.PI / 2, (3 * Math.PI) / 2)
      context.fill()
      break
    case "square":
      context.rect(x - r * 0.82, y - r * 0.82, r * 1.64, r * 1.64)
      context.fill()
      break
    case "cross":
      context.moveTo(x - r * 0.75, y - r * 0.75)
      context.lineTo(x + r * 0.75, y + r * 0.75)
      context.moveTo(x + r * 0.75, y - r * 0.75)
      context.lineTo(x - r * 0.75, y + r * 0.75)
      context.stroke()
      break
    case "dot":
      context.arc(x, y, r * 0.4, 0, 2 * Math.PI)
      context.fill()
      break
    default:
      context.setLineDash([2, 1.7])
      context.arc(x, y, r * 0.82, 0, 2 * Math.PI)
      context.stroke()
      context.setLineDash([])
  }
}
