// How Codex writes a tool call and its end: a call item, an `item_completed` with exact times, and an output item.

import type { ToolOutcome } from "../../../src/domain/facts.ts"
import type { OpenCall, Thread } from "./rollout.ts"

interface Line {
  readonly type: string
  readonly payload: Record<string, unknown>
}

/** The line that a call begins with. */
export function callLine(callId: string, name: string, input: Readonly<Record<string, unknown>>): Line {
  if (name === "apply_patch") {
    return {
      type: "response_item",
      payload: { type: "custom_tool_call", id: `ctc_${callId}`, call_id: callId, name, input: input["patch"] },
    }
  }
  const namespace = name === "spawn_agent" || name === "wait_agent" ? { namespace: "multi_agent_v1" } : {}
  return {
    type: "response_item",
    payload: { type: "function_call", id: `fc_${callId}`, name, ...namespace, arguments: JSON.stringify(input), call_id: callId },
  }
}

/** The lines that it ends with. `withItems`: `item_completed` exists (0.150 and later). */
export function endLines(options: {
  thread: Thread
  call: OpenCall
  outcome: ToolOutcome
  output: string
  endedMs: number
  cwd: string
  withItems: boolean
}): readonly Line[] {
  const { thread, call, outcome, endedMs } = options
  const ranMs = Math.max(0, endedMs - call.startedMs - call.waitedMs)
  const printed = outcome === "timeout" ? `command timed out after ${ranMs} milliseconds\n${options.output}` : options.output
  const isPatch = call.name === "apply_patch"
  const output = {
    type: isPatch ? "custom_tool_call_output" : "function_call_output",
    call_id: call.callId,
    output: outputText(call, outcome, printed, ranMs),
  }
  const lines: Line[] = []
  const item = itemOf(call, outcome, printed, ranMs, options.cwd)
  const isCutShort = outcome === "model-error" || outcome === "interrupted" || outcome === "cancelled"
  if (options.withItems && item !== undefined && !isCutShort) {
    lines.push({
      type: "event_msg",
      payload: {
        type: "item_completed",
        thread_id: thread.id,
        turn_id: thread.turnId,
        item,
        started_at_ms: endedMs - ranMs,
        completed_at_ms: endedMs,
      },
    })
  }
  lines.push({ type: "response_item", payload: output })
  return lines
}

function exitCode(outcome: ToolOutcome): number {
  if (outcome === "ok") return 0
  return outcome === "timeout" ? 124 : 1
}

function outputText(call: OpenCall, outcome: ToolOutcome, output: string, ranMs: number): string {
  if (outcome === "model-error") return "failed to parse function arguments: missing field `cmd` at line 1 column 2"
  if (outcome === "rejected" || outcome === "denied") return "exec command rejected by user"
  if (outcome === "interrupted" || outcome === "cancelled") return `aborted by user after ${(ranMs / 1000).toFixed(1)}s`
  if (call.name !== "exec_command") return output
  return `Chunk ID: 7313a1\nWall time: ${(ranMs / 1000).toFixed(4)} seconds\nProcess exited with code ${exitCode(outcome)}\nOriginal token count: 1\nOutput:\n${output}`
}

function itemOf(call: OpenCall, outcome: ToolOutcome, output: string, ranMs: number, cwd: string): Record<string, unknown> | undefined {
  const ended = outcome === "ok" ? "completed" : "failed"
  const status = outcome === "rejected" || outcome === "denied" ? "declined" : ended
  if (call.name === "exec_command") {
    return {
      type: "CommandExecution",
      id: call.callId,
      command: ["/bin/bash", "-lc", call.input["cmd"]],
      cwd: `file://${cwd}`,
      source: "unified_exec_startup",
      status,
      aggregated_output: output,
      exit_code: exitCode(outcome),
      duration: { secs: Math.floor(ranMs / 1000), nanos: (ranMs % 1000) * 1_000_000 },
    }
  }
  if (call.name === "apply_patch")
    return { type: "FileChange", id: call.callId, changes: { [`${cwd}/src/index.ts`]: { type: "add", content: "// new\n" } }, status }
  return undefined
}
