// What a row of latencies stands for: which samples go into it, and what it is called.

import { LatencyGroup } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import { countsForSession, type Series } from "./clock-samples.ts"

/** Where a conversation belongs. */
export interface Belonging {
  readonly conversationId: string
  readonly sessionId: string
  /** Folder; empty where not known. */
  readonly project: string
  readonly hostName: string
}

export interface RowName {
  /** Tells rows apart. */
  readonly id: string
  readonly key: string
  readonly conversationId?: string
  readonly subagentId?: string
}

/** The row that a sample goes into; undefined where it goes into none. */
export function rowOf(group: LatencyGroup, series: Series, at: Belonging): RowName | undefined {
  if (group === LatencyGroup.SUBAGENT) {
    const { conversationId, sessionId: key } = at
    const { subagentId } = series
    const id = `${conversationId}\n${subagentId ?? ""}`
    return { id, key, conversationId, ...(subagentId === undefined ? {} : { subagentId }) }
  }
  if (!countsForSession(series)) return undefined
  const key = keyOf(group, series, at)
  return key === undefined ? undefined : { id: key, key }
}

function keyOf(group: LatencyGroup, { clock, label }: Series, { sessionId, project, hostName }: Belonging): string | undefined {
  switch (group) {
    case LatencyGroup.TOOL:
      return clock === "tool" ? label : undefined
    case LatencyGroup.MODEL:
      return clock === "model" ? label : undefined
    case LatencyGroup.PROJECT:
      return project
    case LatencyGroup.HOST:
      return hostName
    default:
      return sessionId
  }
}
