// What is slow of slow sessions, and against what: a line for each, below the table.

import { slowText } from "@vibecraft/shared/clock-words"
import { MetricsService } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import type { Session } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { truncate } from "@vibecraft/shared/safe-text"
import { sessionLabel } from "@vibecraft/shared/session-label"
import type { CommandContext } from "./command-context.ts"

/** Asks the daemon for the reasons of each session in turn. */
export async function slowLines({ daemon, terminal }: CommandContext, slow: readonly Session[]): Promise<string[]> {
  const lines: string[] = []
  for (const session of slow) {
    const { metrics } = await daemon.call(MetricsService.method.getMetrics, { id: session.id })
    const why = metrics.flatMap((row) => row.slow.map(slowText)).join("; ")
    if (why !== "") lines.push(terminal.paint("bad", truncate(`slow: ${sessionLabel(session)}: ${why}`, terminal.width())))
  }
  return lines
}
