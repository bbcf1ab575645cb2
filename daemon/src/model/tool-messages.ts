// The tools of one conversation as the contract publishes them. A row is written anew with each call, and most of its tools are as they were: what
// is written of these is used again, and so are lists of which nothing changed.

import { type ErrorCount, type Metrics, type ToolMetrics, Window } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import type { ClockFigures } from "./clocks.ts"
import { errorMessages } from "./error-messages.ts"
import { latencyMessage } from "./latency-message.ts"
import type { Percentiles } from "./latency.ts"
import { NO_ERRORS, type ToolTotals } from "./tool-totals.ts"
import type { Trouble } from "./trouble.ts"

interface Written {
  readonly message: ToolMetrics
  /** What it tells of beside the calls. */
  readonly errors: ToolTotals["errors"]
  readonly figures: Percentiles | undefined
}

export class ToolMessages {
  readonly #written = new Map<string, Written>()
  #tools: ReadonlyMap<string, ToolTotals> | undefined
  #exampleChanges = 0
  #messages: ToolMetrics[] = []
  #counts: Metrics["toolCounts"] = {}
  #errors: ErrorCount[] = []

  /** The members of a row that are of tools. */
  write(tools: ReadonlyMap<string, ToolTotals>, clocks: ClockFigures, trouble: Trouble) {
    let isNew = tools !== this.#tools || trouble.exampleChanges !== this.#exampleChanges
    let hasNewErrors = isNew
    if (isNew) this.#written.clear()
    this.#tools = tools
    this.#exampleChanges = trouble.exampleChanges
    let judged = 0
    let failures = 0
    for (const [name, tool] of tools) {
      judged += tool.judged
      failures += tool.failures
      const { errors } = tool
      const figures = clocks.tool(name)
      const last = this.#written.get(name)
      if (last?.message.calls === tool.calls && last.errors === errors && last.figures === figures) continue
      isNew = true
      hasNewErrors ||= last?.errors !== errors
      this.#written.set(name, { message: toolMessage(name, tool, figures, trouble, last), errors, figures })
    }
    if (isNew) {
      this.#messages = Array.from(this.#written.values(), ({ message }) => message)
      this.#counts = Object.fromEntries(this.#messages.map(({ name, calls }) => [name, calls]))
      this.#messages.sort((a, b) => b.calls - a.calls || (a.name < b.name ? -1 : 1))
    }
    if (hasNewErrors) this.#errors = errorMessages(tools, trouble)
    return { tools: this.#messages, toolCounts: this.#counts, errors: this.#errors, judged, failures }
  }
}

function toolMessage(
  name: string,
  tool: ToolTotals,
  figures: Percentiles | undefined,
  trouble: Trouble,
  last: Written | undefined,
): ToolMetrics {
  const { calls, failures, errors } = tool
  const message: ToolMetrics = {
    $typeName: "vibecraft.v1.ToolMetrics",
    name,
    calls,
    failures,
    errors: last?.errors === errors ? last.message.errors : errors === NO_ERRORS ? [] : errorMessages(new Map([[name, tool]]), trouble),
  }
  const latency = last?.figures === figures ? last?.message.latency : figures && latencyMessage("tool", figures, Window.WINDOW_SESSION)
  if (latency !== undefined) message.latency = latency
  return message
}
