// How a tool call ended, from its result line. The agent's own markers come first, then the wording of the error, which has been stable
// for longer than the markers exist.

import type { ToolOutcome } from "../../../domain/facts.ts"
import { cleanText } from "../clean-text.ts"
import { asObject, asObjects, type JsonObject } from "../json-fields.ts"

const BACKGROUND_STATUSES: ReadonlySet<unknown> = new Set(["async_launched", "remote_launched", "teammate_spawned"])

const REFUSAL = "The user doesn't want to proceed with this tool use"

const MODEL_ERRORS = [
  "InputValidationError",
  "No such tool available",
  "File has not been read yet",
  "String to replace not found",
  "modified since read",
] as const

const DENIALS = ["doesn't want to take this action right now", "you haven't granted it", "requires approval", "needs approval"] as const

/** Outcome of a `tool_result` block; `line` is the line it stands on, given only where the line holds no other result. */
export function outcomeOf(block: JsonObject, line: JsonObject | undefined): ToolOutcome {
  const result = asObject(line?.["toolUseResult"])
  const denial = line === undefined ? undefined : denialOf(line)
  if (denial !== undefined) return denial
  if (result?.["interrupted"] === true) return "interrupted"
  if (block["is_error"] === true) return errorOf(resultText(block["content"]), result)
  if (typeof result?.["timedOutAfterMs"] === "number") return "timeout"
  if (BACKGROUND_STATUSES.has(result?.["status"]) || typeof result?.["backgroundTaskId"] === "string") return "background"
  return "ok"
}

/** What was said of a call that did not end well; undefined where nothing was. */
export function exampleOf(block: JsonObject): string | undefined {
  return cleanText(resultText(block["content"]).replaceAll(/<\/?tool_use_error>/gu, ""))
}

/** Whether a result is a refusal that no marker explains: a line that follows tells whether the call was stopped in mid-run. */
export function isUnexplainedRefusal(block: JsonObject, line: JsonObject): boolean {
  return block["is_error"] === true && line["toolDenialKind"] === undefined && resultText(block["content"]).startsWith(REFUSAL)
}

/** The first characters of a result's text. */
export function resultText(content: unknown): string {
  const text = typeof content === "string" ? content : asObjects(content).find((block) => typeof block["text"] === "string")?.["text"]
  return typeof text === "string" ? text.slice(0, 400) : ""
}

function denialOf(line: JsonObject): ToolOutcome | undefined {
  const kind = line["toolDenialKind"]
  if (typeof kind !== "string") return undefined
  if (kind === "interrupted") return "interrupted"
  if (kind === "cancelled") return "cancelled"
  if (kind !== "user-rejected") return "denied"
  const { decision, source } = asObject(line["permissionDecision"]) ?? {}
  const wasRefused = source !== undefined && decision !== "accept"
  // Without a person at the keyboard the policy says no in the user's name.
  if (wasRefused && (source === "config" || source === "hook")) return "denied"
  // The same kind is written for Esc while the tool ran; only the refusal at the prompt says that it was before.
  return line["toolDenialBeforeRun"] === true || wasRefused ? "rejected" : "interrupted"
}

function errorOf(text: string, result: JsonObject | undefined): ToolOutcome {
  if (text.startsWith(REFUSAL)) return "rejected"
  if (text.startsWith("[Request interrupted by user")) return "interrupted"
  if (/^(?:Exit code -?\d+\s+)?Command timed out/u.test(text) || typeof result?.["timedOutAfterMs"] === "number") return "timeout"
  // What a command printed may hold any of the words below.
  if (text.startsWith("Exit code")) return "command-failed"
  if (text.includes("Cancelled: parallel tool call") || text.includes("Sibling tool call errored")) return "cancelled"
  if (text.startsWith("PreToolUse:") || DENIALS.some((wording) => text.includes(wording))) return "denied"
  if (text.includes("Permission to use") && text.includes("has been denied")) return "denied"
  return MODEL_ERRORS.some((wording) => text.includes(wording)) ? "model-error" : "failed"
}
