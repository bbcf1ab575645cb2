// Which outcomes of a tool call say how well its tool works.

import type { ToolOutcome } from "../domain/facts.ts"

/** Outcomes that count as failures. */
export const FAILURES: ReadonlySet<ToolOutcome> = new Set(["failed", "command-failed", "timeout", "model-error"])

/** Whether a call counts in the error rate, and its run for the tool clock. */
export function isJudged(outcome: ToolOutcome | undefined): outcome is ToolOutcome {
  return outcome === "ok" || (outcome !== undefined && FAILURES.has(outcome))
}

export function isFailure(outcome: ToolOutcome | undefined): boolean {
  return outcome !== undefined && FAILURES.has(outcome)
}
