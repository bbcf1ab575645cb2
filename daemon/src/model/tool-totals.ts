// What the calls of one tool in one conversation come to.

import type { ToolOutcome } from "../domain/facts.ts"
import { FAILURES, isJudged } from "./judged-outcome.ts"
import type { ToolCall } from "./tool-call.ts"

/** Calls that ended in one bad way. */
export interface ToolErrors {
  readonly count: number
  /** When the last of them ended, Unix milliseconds, and the hash of its id. */
  readonly lastMs: number
  readonly lastKey: number
}

type ErrorsByOutcome = Readonly<Partial<Record<ToolOutcome, ToolErrors>>>

/** What the calls of one tool in one conversation come to. */
export interface ToolTotals {
  calls: number
  judged: number
  failures: number
  /** Calls that did not end well, by how they did; another object after each of them. */
  errors: ErrorsByOutcome
}

/** Most tools have none; they share this. */
export const NO_ERRORS: ErrorsByOutcome = {}

/** Counts a call; one of which only an end without a name is known does not count yet. */
export function addCall(totals: Map<string, ToolTotals>, call: ToolCall): void {
  if (call.name === "") return
  let tool = totals.get(call.name)
  if (tool === undefined) totals.set(call.name, (tool = { calls: 0, judged: 0, failures: 0, errors: NO_ERRORS }))
  tool.calls++
  addEnd(tool, call)
}

/** Counts the end of a call that is counted. */
export function addEnd(tool: ToolTotals, call: ToolCall): void {
  addError(tool, call)
  if (!isJudged(call.outcome)) return
  tool.judged++
  if (FAILURES.has(call.outcome)) tool.failures++
}

/** As text, a third of what they take as objects: for where nobody looks at them for long. */
export function packTotals(totals: ReadonlyMap<string, ToolTotals>): string {
  return JSON.stringify(
    [...totals].map(([name, { calls, judged, failures, errors }]) => [
      name,
      calls,
      judged,
      failures,
      Object.entries(errors).flatMap(([outcome, { count, lastMs, lastKey }]) => [outcome, count, lastMs, lastKey]),
    ]),
  )
}

/** What `packTotals` packed. */
export function unpackTotals(text: string): Map<string, ToolTotals> {
  return new Map(
    (JSON.parse(text) as PackedTotals[]).map(([name, calls, judged, failures, errors]) => [
      name,
      { calls, judged, failures, errors: unpackErrors(errors) },
    ]),
  )
}

type PackedTotals = readonly [name: string, calls: number, judged: number, failures: number, errors: readonly (ToolOutcome | number)[]]

function unpackErrors(packed: PackedTotals[4]): ErrorsByOutcome {
  if (packed.length === 0) return NO_ERRORS
  const errors: Partial<Record<ToolOutcome, ToolErrors>> = {}
  for (let at = 0; at < packed.length; at += 4) {
    const [outcome, count, lastMs, lastKey] = packed.slice(at, at + 4) as [ToolOutcome, number, number, number]
    errors[outcome] = { count, lastMs, lastKey }
  }
  return errors
}

function addError(tool: ToolTotals, { key, outcome, endMs = 0 }: ToolCall): void {
  if (outcome === undefined || outcome === "ok" || outcome === "background") return
  const { count, lastMs, lastKey } = tool.errors[outcome] ?? { count: 0, lastMs: 0, lastKey: 0 }
  // Of two in one millisecond the same one is the last in whatever order they come.
  const isLast = endMs > lastMs || (endMs === lastMs && key >= lastKey)
  const last = isLast ? { lastMs: endMs, lastKey: key } : { lastMs, lastKey }
  tool.errors = { ...tool.errors, [outcome]: { count: count + 1, ...last } }
}
