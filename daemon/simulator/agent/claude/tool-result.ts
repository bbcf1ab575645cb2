// What Claude Code writes when a tool call ends: the block that the model reads, and `toolUseResult` beside it.

import type { ToolOutcome } from "../../../src/domain/facts.ts"
import type { OpenCall } from "./transcript.ts"

export interface ToolResult {
  readonly content: unknown
  readonly isError: boolean
  readonly toolUseResult: unknown
  /** Members of the line beyond the envelope. */
  readonly extra: Readonly<Record<string, unknown>>
}

const REJECTED =
  "The user doesn't want to proceed with this tool use. The tool use was rejected (eg. if it was a file edit, the new_string was NOT written to the file). STOP what you are doing and wait for the user to tell you how to proceed."
const ACCEPTED = { permissionDecision: { decision: "accept", source: "config", reasonType: "mode" } }

const ALLOWED = { permissionDecision: { decision: "accept", source: "user_temporary", grantScope: "session", reasonCode: "unknown" } }

export function toolResult(call: OpenCall, outcome: ToolOutcome, output: string, endedMs: number): ToolResult {
  const { name, allowedAfterMs } = call
  const accepted = allowedAfterMs === undefined ? ACCEPTED : ALLOWED
  const failure = (text: string, extra: Record<string, unknown> = {}): ToolResult => ({
    content: text,
    isError: true,
    toolUseResult: `Error: ${text}`,
    extra,
  })
  switch (outcome) {
    case "ok":
      return {
        content: name === "Agent" ? [{ type: "text", text: output }] : output,
        isError: false,
        toolUseResult: success(call, output, endedMs),
        extra: accepted,
      }
    case "background":
      return {
        content: "Command running in background with ID: b1a2c3d",
        isError: false,
        toolUseResult: { stdout: "", stderr: "", interrupted: false, isImage: false, noOutputExpected: false, backgroundTaskId: "b1a2c3d" },
        extra: accepted,
      }
    case "failed":
      return failure(output || "ENOENT: no such file or directory", accepted)
    case "command-failed":
      return failure(`Exit code 1\n${output}`, accepted)
    case "timeout":
      return failure(`Command timed out after 2m 0.0s ${output}`.trim(), accepted)
    case "model-error": {
      const text = `InputValidationError: ${name} failed due to the following issue:\nThe required parameter is missing`
      return { content: `<tool_use_error>${text}</tool_use_error>`, isError: true, toolUseResult: text, extra: {} }
    }
    case "denied":
      return failure(`Permission to use ${name} has been denied.`, {
        toolDenialKind: "permission-rule",
        permissionDecision: { decision: "reject", source: "config", reasonType: "rule" },
      })
    case "rejected":
      return {
        content: REJECTED,
        isError: true,
        toolUseResult: "User rejected tool use",
        extra: { toolDenialKind: "user-rejected", toolDenialBeforeRun: true },
      }
    case "interrupted":
      return { content: REJECTED, isError: true, toolUseResult: "User rejected tool use", extra: { toolDenialKind: "user-rejected" } }
    case "cancelled": {
      const text = "Cancelled: parallel tool call Bash errored"
      return { content: `<tool_use_error>${text}</tool_use_error>`, isError: true, toolUseResult: `Error: ${text}`, extra: {} }
    }
  }
}

function success({ name, input, startedMs, allowedAfterMs = 0 }: OpenCall, output: string, endedMs: number): unknown {
  switch (name) {
    case "Bash":
      return { stdout: output, stderr: "", interrupted: false, isImage: false, noOutputExpected: output === "" }
    case "Read":
      return { type: "text", file: { filePath: input["file_path"], content: output, numLines: 1, startLine: 1, totalLines: 1 } }
    case "Edit":
    case "Write":
      return {
        filePath: input["file_path"],
        oldString: input["old_string"] ?? "",
        newString: input["new_string"] ?? "",
        structuredPatch: [],
        userModified: false,
      }
    case "Grep":
    case "Glob":
      return { mode: "files_with_matches", filenames: ["src/index.ts"], numFiles: 1 }
    case "WebFetch":
      return { bytes: 5120, code: 200, codeText: "OK", result: output, durationMs: endedMs - startedMs - allowedAfterMs, url: input["url"] }
    case "Agent":
      return agentResult(input, output)
    case "AskUserQuestion":
      return { questions: input["questions"], answers: { answer: output } }
    default:
      return [{ type: "text", text: output }]
  }
}

/** The answer names the agent in its words; beside it stands the same once more. */
function agentResult(input: Readonly<Record<string, unknown>>, output: string): unknown {
  const agentId = /agentId: (?<id>a[0-9a-f]+)/u.exec(output)?.groups?.["id"]
  const { description, prompt, subagent_type: agentType, name, team_name: team } = input
  if (output.startsWith("Spawned successfully")) {
    const agent = { teammate_id: `${String(name)}@${String(team)}`, agent_id: `${String(name)}@${String(team)}`, agent_type: agentType }
    const pane = /tmux_pane_id: (?<id>%\d+)/u.exec(output)?.groups?.["id"]
    return { status: "teammate_spawned", ...agent, name, color: "blue", tmux_pane_id: pane, team_name: team }
  }
  if (output.startsWith("Async agent launched")) return { isAsync: true, status: "async_launched", agentId, description, prompt }
  return { status: "completed", agentId, agentType, content: [{ type: "text", text: output.replace(/\nagentId: .*$/su, "") }] }
}
