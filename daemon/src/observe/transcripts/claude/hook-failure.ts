// Failures of the user's hooks: attachments of three types, the same objects inside progress lines of old clients, and the list in the summary at
// the end of a turn, which repeats what attachments have told of that turn.

import type { HookFailed } from "../../../domain/facts.ts"
import { cleanText } from "../clean-text.ts"
import { asAmount, asObject, asString, type JsonObject } from "../json-fields.ts"
import type { ClaudeLine } from "./line.ts"

const OUTCOMES: ReadonlyMap<unknown, HookFailed["outcome"]> = new Map([
  ["hook_blocking_error", "blocked"],
  ["hook_non_blocking_error", "failed"],
  ["hook_cancelled", "cancelled"],
])

const STOP = "Stop"
/** Failures read of one summary. */
const MAX_FAILURES = 20

/** Whether an object of this type, in an attachment or a progress line, tells of a failed hook. */
export function isHookFailure(type: unknown): boolean {
  return OUTCOMES.has(type)
}

/** The line's attachment, or its progress, tells of a failed hook; any other says nothing. */
export function hookFailure(line: ClaudeLine, detail: JsonObject | undefined): void {
  const outcome = OUTCOMES.get(detail?.["type"])
  if (detail === undefined || outcome === undefined) return
  const hook = cleanText(detail["hookName"]) ?? cleanText(detail["hookEvent"]) ?? "unknown"
  if (detail["hookEvent"] === STOP) line.state.stopFailures++
  const durationMs = asAmount(detail["durationMs"])
  const said =
    cleanText(asObject(detail["blockingError"])?.["blockingError"]) ??
    cleanText(detail["stderr"]) ??
    cleanText(detail["stdout"]) ??
    cleanText(detail["content"])
  say(line, lineKey(line), { hook, outcome, durationMs, example: said ?? exitCode(detail) })
}

/** What the summary of the hooks at the end of a turn lists and no line before it has told. */
export function stopHookFailures(line: ClaudeLine): void {
  const { value, state } = line
  const errors: readonly unknown[] = Array.isArray(value["hookErrors"]) ? value["hookErrors"].slice(0, MAX_FAILURES) : []
  const outcome = value["preventedContinuation"] === true ? "blocked" : "failed"
  for (const [index, error] of errors.entries()) {
    if (index < state.stopFailures) continue
    say(line, `${lineKey(line)}#${index}`, { hook: STOP, outcome, durationMs: undefined, example: cleanText(error) })
  }
  state.stopFailures = 0
}

interface Failure {
  readonly hook: string
  readonly outcome: HookFailed["outcome"]
  readonly durationMs: number | undefined
  readonly example: string | undefined
}

function say(line: ClaudeLine, key: string, { hook, outcome, durationMs, example }: Failure): void {
  line.say({
    kind: "hook-failed",
    ...line.who,
    timeMs: line.timeMs,
    key,
    hook,
    outcome,
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(example === undefined ? {} : { example }),
  })
}

function exitCode(detail: JsonObject): string | undefined {
  const code = detail["exitCode"]
  return typeof code === "number" && code !== 0 ? `exit code ${code}` : undefined
}

function lineKey({ value, who, timeMs }: ClaudeLine): string {
  return asString(value["uuid"], 200) ?? `${who.conversationId}@${timeMs}`
}
