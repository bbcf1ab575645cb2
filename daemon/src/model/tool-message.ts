// The calls of one tool in one conversation as the contract publishes them. A row is built anew with each of its calls, and most of its tools are as
// they were: what is written of these is used again.

import { create } from "@bufbuild/protobuf"
import { type ToolMetrics, ToolMetricsSchema } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import type { ClockFigures } from "./clocks.ts"
import { errorMessages } from "./error-messages.ts"
import { conversationLatency } from "./latency-message.ts"
import type { Percentiles } from "./latency.ts"
import type { ToolTotals } from "./tool-totals.ts"
import type { Trouble } from "./trouble.ts"

interface Written {
  readonly message: ToolMetrics
  readonly of: string
  readonly figures: Percentiles | undefined
}

/** By totals, which are other ones after any change but one more start or end. */
const written = new WeakMap<ToolTotals, Written>()

export function toolMessage(name: string, tool: ToolTotals, clocks: ClockFigures, trouble: Trouble): ToolMetrics {
  const figures = clocks.tool(name)
  let ends = 0
  for (const error of Object.values(tool.errors)) ends += error.count
  const of = `${tool.calls} ${tool.judged} ${ends} ${trouble.exampleChanges}`
  const last = written.get(tool)
  if (last?.of === of && last.figures === figures) return last.message
  const message = create(ToolMetricsSchema, {
    name,
    calls: tool.calls,
    failures: tool.failures,
    errors: errorMessages(new Map([[name, tool]]), trouble),
    ...(figures === undefined ? {} : { latency: conversationLatency("tool", figures) }),
  })
  written.set(tool, { message, of, figures })
  return message
}
