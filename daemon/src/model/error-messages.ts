// What went wrong in a conversation as the contract publishes it.

import { create } from "@bufbuild/protobuf"
import {
  type ApiErrorCount,
  ApiErrorCountSchema,
  ErrorClass,
  type ErrorCount,
  type HookFailureCount,
  HookFailureCountSchema,
} from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import type { ToolOutcome } from "../domain/facts.ts"
import { FAILURES } from "./judged-outcome.ts"
import { timestampMessage } from "./timestamp-message.ts"
import type { ToolErrors, ToolTotals } from "./tool-totals.ts"
import type { Trouble } from "./trouble.ts"

/** Of outcomes that are no good end. */
export const ERROR_CLASS: Readonly<Partial<Record<ToolOutcome, ErrorClass>>> = {
  failed: ErrorClass.TOOL_FAILURE,
  "command-failed": ErrorClass.COMMAND_FAILURE,
  "model-error": ErrorClass.MODEL_MISTAKE,
  timeout: ErrorClass.TIMEOUT,
  denied: ErrorClass.DENIED,
  rejected: ErrorClass.REJECTED,
  interrupted: ErrorClass.INTERRUPTED,
  cancelled: ErrorClass.CANCELLED,
}

interface Sum {
  count: number
  last: ToolErrors
  lastTool: string
}

/** Calls of these tools that did not end well, by class, most first. */
export function errorMessages(tools: ReadonlyMap<string, ToolTotals>, trouble: Trouble): ErrorCount[] {
  const sums = new Map<ToolOutcome, Sum>()
  for (const [tool, { errors }] of tools) {
    for (const [outcome, error] of Object.entries(errors) as [ToolOutcome, ToolErrors][]) {
      const sum = sums.get(outcome)
      if (sum === undefined) sums.set(outcome, { count: error.count, last: error, lastTool: tool })
      else {
        sum.count += error.count
        if (isLater(error, sum.last)) Object.assign(sum, { last: error, lastTool: tool })
      }
    }
  }
  return [...sums]
    .map(([outcome, sum]) => errorMessage(outcome, sum, trouble))
    .sort((a, b) => Number(b.count - a.count) || a.errorClass - b.errorClass)
}

/** Of two in one millisecond the same one is the last in whatever order their tools come. */
function isLater(a: ToolErrors, b: ToolErrors): boolean {
  return a.lastMs > b.lastMs || (a.lastMs === b.lastMs && a.lastKey > b.lastKey)
}

function errorMessage(outcome: ToolOutcome, { count, last, lastTool }: Sum, trouble: Trouble): ErrorCount {
  const example = trouble.exampleOf(last.lastKey, outcome, lastTool)
  const message: ErrorCount = {
    $typeName: "vibecraft.v1.ErrorCount",
    errorClass: ERROR_CLASS[outcome] ?? ErrorClass.UNSPECIFIED,
    count: BigInt(count),
    isFailure: FAILURES.has(outcome),
    lastTime: timestampMessage(last.lastMs),
    lastTool,
  }
  if (example !== undefined) message.lastExample = example
  return message
}

/** Failed requests by kind, most first. */
export function apiErrorMessages({ apiErrors, untold }: Trouble): ApiErrorCount[] {
  const told = [...apiErrors.sums].map(([kind, { count, finals, lostMs, lastMs, lastExample }]) =>
    create(ApiErrorCountSchema, {
      kind,
      count: BigInt(count),
      finalCount: BigInt(finals),
      lostMs: BigInt(Math.round(lostMs)),
      lastTime: timestampMessage(lastMs),
      ...(lastExample === undefined ? {} : { lastExample }),
    }),
  )
  const others = untold === undefined ? [] : [create(ApiErrorCountSchema, { kind: untold.kind, count: BigInt(untold.count) })]
  return [...told, ...others].sort((a, b) => Number(b.count - a.count) || (a.kind < b.kind ? -1 : 1))
}

/** Failed hooks, most first. */
export function hookFailureMessages({ hookFailures }: Trouble): HookFailureCount[] {
  const all = [...hookFailures.sums].map(([hook, { count, lastMs, lastExample }]) =>
    create(HookFailureCountSchema, {
      hook,
      count: BigInt(count),
      lastTime: timestampMessage(lastMs),
      ...(lastExample === undefined ? {} : { lastExample }),
    }),
  )
  return all.sort((a, b) => Number(b.count - a.count) || (a.hook < b.hook ? -1 : 1))
}
