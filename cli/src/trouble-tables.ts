// What went wrong in a conversation, for the metrics of one session: tool calls by class, model requests by kind, hooks by name, each with the
// words of the last.

import { formatAge, formatLatency } from "@vibecraft/shared/format-duration"
import {
  type ApiErrorCount,
  ErrorClass,
  type ErrorCount,
  type HookFailureCount,
  type Metrics,
} from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { safeText } from "@vibecraft/shared/safe-text"
import { type Column, type TableOptions, renderTable } from "./table.ts"

const CLASS_WORDS = new Map<number, string>([
  [ErrorClass.TOOL_FAILURE, "tool failed"],
  [ErrorClass.COMMAND_FAILURE, "command failed"],
  [ErrorClass.MODEL_MISTAKE, "called wrongly"],
  [ErrorClass.TIMEOUT, "timed out"],
  [ErrorClass.DENIED, "denied"],
  [ErrorClass.REJECTED, "rejected"],
  [ErrorClass.INTERRUPTED, "interrupted"],
  [ErrorClass.CANCELLED, "cancelled"],
])

/** What a class of errors is called. */
export function errorClassWord(errorClass: ErrorClass): string {
  return CLASS_WORDS.get(errorClass) ?? "other"
}

/** The tables that have rows, an empty line before each. */
export function renderTrouble(metrics: Metrics, nowMs: number, options: TableOptions): string[] {
  const { errors, apiErrorKinds, hookFailures } = metrics
  return [
    ...(errors.length > 0 ? ["", ...renderTable(errorColumns(nowMs), errors, options)] : []),
    ...(apiErrorKinds.length > 0 ? ["", ...renderTable(apiErrorColumns(nowMs), apiErrorKinds, options)] : []),
    ...(hookFailures.length > 0 ? ["", ...renderTable(hookColumns(nowMs), hookFailures, options)] : []),
  ]
}

function errorColumns(nowMs: number): readonly Column<ErrorCount>[] {
  return [
    {
      header: "CALLS THAT",
      text: ({ errorClass }) => errorClassWord(errorClass),
      style: ({ isFailure }) => (isFailure ? "bad" : "dim"),
      importance: 9,
    },
    { header: "N", text: ({ count }) => `${count}`, align: "right", importance: 8 },
    { header: "JUDGED", text: ({ isFailure }) => (isFailure ? "failure" : "no"), importance: 3 },
    ...lastColumns<ErrorCount>(nowMs),
    { header: "LAST TOOL", text: ({ lastTool }) => safeText(lastTool), min: 6, importance: 6 },
    said((error) => error.lastExample),
  ]
}

function apiErrorColumns(nowMs: number): readonly Column<ApiErrorCount>[] {
  return [
    { header: "REQUESTS THAT MET", text: ({ kind }) => safeText(kind), style: () => "bad", min: 8, importance: 9 },
    { header: "N", text: ({ count }) => `${count}`, align: "right", importance: 8 },
    { header: "FOR GOOD", text: ({ finalCount }) => `${finalCount}`, align: "right", importance: 6 },
    { header: "LOST", text: ({ lostMs }) => (lostMs === 0n ? "" : formatLatency(lostMs)), align: "right", importance: 7 },
    ...lastColumns<ApiErrorCount>(nowMs),
    said((error) => error.lastExample),
  ]
}

function hookColumns(nowMs: number): readonly Column<HookFailureCount>[] {
  return [
    { header: "HOOKS THAT FAILED", text: ({ hook }) => safeText(hook), style: () => "bad", min: 8, importance: 9 },
    { header: "N", text: ({ count }) => `${count}`, align: "right", importance: 8 },
    ...lastColumns<HookFailureCount>(nowMs),
    said((failure) => failure.lastExample),
  ]
}

function lastColumns<Row extends Pick<ErrorCount, "lastTime">>(nowMs: number): readonly Column<Row>[] {
  return [{ header: "AGO", text: ({ lastTime }) => formatAge(lastTime, nowMs), align: "right", importance: 4 }]
}

function said<Row>(example: (row: Row) => string | undefined): Column<Row> {
  return { header: "SAID LAST", text: (row) => safeText(example(row) ?? ""), min: 12, importance: 5 }
}
