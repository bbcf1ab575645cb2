// The tools of one conversation as parts of its row. A row is written anew with each call, and most of its tools are as they were.

import { type ErrorCount, MetricsSchema, type ToolMetrics, Window } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import type { ClockFigures } from "../clocks.ts"
import { errorMessages } from "../error-messages.ts"
import { latencyMessage } from "../latency-message.ts"
import type { Percentiles } from "../latency.ts"
import { NO_ERRORS, type ToolTotals } from "../tool-totals.ts"
import type { Trouble } from "../trouble.ts"
import { membersWriter } from "./members-writer.ts"
import { newPart, type Part, type PartedRow } from "./parted-row.ts"
import type { WireOutput } from "./wire-output.ts"

/** Calls that a rate of errors is of. */
export interface Judged {
  readonly judged: number
  readonly failures: number
}

/** What is told of one tool; another object with each change. */
interface Told {
  readonly name: string
  readonly calls: number
  readonly failures: number
  readonly errors: ToolTotals["errors"]
  readonly errorMessages: ErrorCount[]
  readonly figures: Percentiles | undefined
}

interface ToolPart {
  told: Told
  readonly part: Part
}

const NONE: ErrorCount[] = []
const writeMembers = membersWriter(MetricsSchema, "toolCounts", "tools")
const writeErrorsMember = membersWriter(MetricsSchema, "errors")

export class ToolParts {
  readonly #tools = new Map<string, ToolPart>()
  /** Most calls first. */
  #order: ToolPart[] = []
  #errors = NONE
  readonly #errorsPart = newPart()
  #totals: ReadonlyMap<string, ToolTotals> | undefined
  #exampleChanges = 0

  /** The members of a row that are of tools. */
  write(row: PartedRow, totals: ReadonlyMap<string, ToolTotals>, clocks: ClockFigures, trouble: Trouble): Judged {
    let hasNewErrors = totals !== this.#totals || trouble.exampleChanges !== this.#exampleChanges
    if (hasNewErrors) this.#tools.clear()
    this.#totals = totals
    this.#exampleChanges = trouble.exampleChanges
    let judged = 0
    let failures = 0
    for (const [name, tool] of totals) {
      judged += tool.judged
      failures += tool.failures
      const known = this.#tools.get(name)
      const told = tellOf(name, tool, clocks.tool(name), trouble, known?.told)
      if (told === known?.told) continue
      hasNewErrors ||= told.errors !== known?.told.errors
      if (known === undefined) this.#tools.set(name, { told, part: newPart() })
      else known.told = told
    }
    if (this.#order.length !== this.#tools.size || hasNewErrors) this.#order = [...this.#tools.values()]
    if (!isInOrder(this.#order)) this.#order.sort(compare)
    for (const { part, told } of this.#order) row.part(part, told, writeTool)
    if (hasNewErrors) this.#errors = errorMessages(totals, trouble)
    row.part(this.#errorsPart, this.#errors, writeErrors)
    return { judged, failures }
  }
}

/** The same as last time where nothing of it changed. */
function tellOf(name: string, tool: ToolTotals, figures: Percentiles | undefined, trouble: Trouble, last: Told | undefined): Told {
  const { calls, failures, errors } = tool
  const areErrorsTold = last?.errors === errors
  if (areErrorsTold && last.calls === calls && last.figures === figures) return last
  const messages = areErrorsTold ? last.errorMessages : errors === NO_ERRORS ? NONE : errorMessages(new Map([[name, tool]]), trouble)
  return { name, calls, failures, errors, errorMessages: messages, figures }
}

function compare(a: ToolPart, b: ToolPart): number {
  return b.told.calls - a.told.calls || (a.told.name < b.told.name ? -1 : 1)
}

function isInOrder(parts: readonly ToolPart[]): boolean {
  return parts.every((part, at) => {
    const next = parts[at + 1]
    return next === undefined || compare(part, next) < 0
  })
}

function writeTool(output: WireOutput, told: Told): void {
  const { name, calls } = told
  writeMembers(output, { toolCounts: Object.fromEntries([[name, calls]]), tools: [toolMessage(told)] })
}

function writeErrors(output: WireOutput, errors: ErrorCount[]): void {
  writeErrorsMember(output, { errors })
}

function toolMessage({ name, calls, failures, errorMessages: errors, figures }: Told): ToolMetrics {
  const message: ToolMetrics = { $typeName: "vibecraft.v1.ToolMetrics", name, calls, failures, errors }
  if (figures !== undefined) message.latency = latencyMessage("tool", figures, Window.WINDOW_SESSION)
  return message
}
