// How a Codex tool call ended: from the item's status and exit code where they are written, else from the words of its output.

import type { ToolOutcome } from "../../../domain/facts.ts"
import { cleanText } from "../clean-text.ts"
import { asObject, type JsonObject } from "../json-fields.ts"

/** Outcome of a finished item or an `…_end` event. */
export function itemOutcome(item: JsonObject): ToolOutcome {
  const status = item["status"]
  if (status === "declined") return "rejected"
  if (status === "interrupted" || status === "aborted") return "interrupted"
  if (typeof item["exit_code"] === "number" && item["exit_code"] !== 0)
    return hasTimedOut(item["aggregated_output"]) ? "timeout" : "command-failed"
  const result = asObject(item["result"])
  const hasFailed =
    status === "failed" ||
    item["success"] === false ||
    (item["error"] ?? undefined) !== undefined ||
    (result !== undefined && ("Err" in result || result["is_error"] === true))
  return hasFailed ? "failed" : "ok"
}

/** Outcome of an output item, from its text. */
export function outputOutcome(output: unknown): ToolOutcome {
  const text = outputText(output)
  if (/aborted by user/u.test(text)) return "interrupted"
  if (/rejected by user|user rejected/u.test(text)) return "rejected"
  if (hasTimedOut(text)) return "timeout"
  const exit = /(?:Process exited with code|Exit code:|"exit_code":)\s?(?<code>-?\d+)/u.exec(text)?.groups?.["code"]
  if (exit !== undefined) return exit === "0" ? "ok" : "command-failed"
  if (/Process running with session ID/u.test(text)) return "background"
  if (/^(?:failed to parse function arguments|unsupported call|unsupported custom tool call|invalid )/u.test(text)) return "model-error"
  return asObject(output)?.["success"] === false ? "failed" : "ok"
}

/** The client's own words, which come before what the command printed. */
function hasTimedOut(text: unknown): boolean {
  return typeof text === "string" && /(?:^|\nOutput:\n)command timed out after/u.test(text)
}

/** What a finished item or an `…_end` event says of a failure; undefined where it says nothing. */
export function itemExample(item: JsonObject): string | undefined {
  const error = item["error"]
  const said = [
    item["aggregated_output"],
    item["stderr"],
    item["stdout"],
    error,
    asObject(error)?.["message"],
    asObject(item["result"])?.["Err"],
  ]
  const code = item["exit_code"]
  return (
    said.map((text) => cleanText(text)).find((text) => text !== undefined) ?? (typeof code === "number" ? `exit code ${code}` : undefined)
  )
}

/** What an output item says of a failure: the words behind its head, where it has one. */
export function outputExample(output: unknown): string | undefined {
  const text = wholeText(output)
  return cleanText(/\nOutput:\n(?<body>[^]*)$/u.exec(text)?.groups?.["body"]) ?? cleanText(text)
}

function outputText(output: unknown): string {
  const text = wholeText(output)
  return `${text.slice(0, 400)} ${text.length > 400 ? text.slice(-200) : ""}`
}

function wholeText(output: unknown): string {
  const text = typeof output === "string" ? output : (asObject(output)?.["content"] ?? asObject(output)?.["output"])
  return typeof text === "string" ? text : ""
}
