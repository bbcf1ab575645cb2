// One tool call, as the fold has made it of all its copies.

import type { ToolOutcome } from "../domain/facts.ts"
import { recordableMs } from "./latency.ts"

/** One call. A call known only by its end has no `startMs` until its start is read. */
export interface ToolCall {
  /** Hash of its id, which tells it from all others. */
  readonly key: number
  readonly conversationId: string
  readonly subagentId: string | undefined
  readonly name: string
  readonly target: string | undefined
  readonly startMs: number | undefined
  readonly endMs: number | undefined
  readonly outcome: ToolOutcome | undefined
  readonly durationMs: number | undefined
  /** The turn it ran in is over and no end was written: it is neither running nor judged. */
  readonly abandoned: boolean
  /** A person was asked before it ran. */
  readonly wasAsked: boolean
  /** Where the sample of its run is. */
  place: number
  /** Where the sample of its wait for a person is, if nothing but the call tells of that. */
  waitPlace: number
}

/** As measured by the agent, else end minus start; undefined for what cannot be a duration (clocks jump). */
export function durationOf({ durationMs, startMs, endMs }: ToolCall): number | undefined {
  if (durationMs !== undefined) return durationMs
  if (startMs === undefined || endMs === undefined) return undefined
  return recordableMs(endMs - startMs)
}
