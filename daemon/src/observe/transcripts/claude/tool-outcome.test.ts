import { describe, expect, it } from "vitest"
import type { ToolOutcome } from "../../../domain/facts.ts"
import { outcomeOf } from "./tool-outcome.ts"

const REFUSAL = "The user doesn't want to proceed with this tool use. The tool use was rejected"

describe("outcomeOf", () => {
  it.each<[string, object, ToolOutcome]>([
    ["a plain result", {}, "ok"],
    ["an interrupted command", { toolUseResult: { interrupted: true } }, "interrupted"],
    ["a background command", { toolUseResult: { backgroundTaskId: "b1" } }, "background"],
    ["a background subagent", { toolUseResult: { status: "async_launched" } }, "background"],
    ["a timed out command", { toolUseResult: { timedOutAfterMs: 1000 } }, "timeout"],
  ])("reads %s", (_name, line, outcome) => {
    expect(outcomeOf({ content: "x", is_error: false }, { ...line })).toBe(outcome)
  })

  it.each<[string, ToolOutcome]>([
    ["Exit code 3", "command-failed"],
    ["<tool_use_error>File does not exist.</tool_use_error>", "failed"],
    ["<tool_use_error>InputValidationError: Read failed</tool_use_error>", "model-error"],
    ["<tool_use_error>Error: No such tool available: X</tool_use_error>", "model-error"],
    ["<tool_use_error>Cancelled: parallel tool call Bash errored</tool_use_error>", "cancelled"],
    ["<tool_use_error>Sibling tool call errored</tool_use_error>", "cancelled"],
    ["Command timed out after 2m", "timeout"],
    ["Claude requested permissions to write to /x, but you haven't granted it yet.", "denied"],
    ["Permission to use Bash has been denied.", "denied"],
    [REFUSAL, "rejected"],
    ["[Request interrupted by user for tool use]", "interrupted"],
    ["anything else", "failed"],
  ])("reads the error %j", (text, outcome) => {
    expect(outcomeOf({ content: text, is_error: true }, {})).toBe(outcome)
    expect(outcomeOf({ content: [{ type: "text", text }], is_error: true }, undefined)).toBe(outcome)
  })

  it("believes the client's own marker before the words", () => {
    const block = { content: REFUSAL, is_error: true }
    expect(outcomeOf(block, { toolDenialKind: "user-rejected", toolDenialBeforeRun: true })).toBe("rejected")
    expect(outcomeOf(block, { toolDenialKind: "user-rejected" })).toBe("interrupted")
    expect(outcomeOf(block, { toolDenialKind: "user-rejected", permissionDecision: { decision: "reject", source: "config" } })).toBe(
      "denied",
    )
    expect(outcomeOf(block, { toolDenialKind: "user-rejected", permissionDecision: { source: "user_reject" } })).toBe("rejected")
    expect(outcomeOf(block, { toolDenialKind: "automode-blocked" })).toBe("denied")
    expect(outcomeOf(block, { toolDenialKind: "cancelled" })).toBe("cancelled")
  })

  it.each([null, 3, {}, [null], "", undefined])("survives content %j", (content) => {
    expect(outcomeOf({ content, is_error: true }, { toolUseResult: content, permissionDecision: content })).toBe("failed")
  })
})
