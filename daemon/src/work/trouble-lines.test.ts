import { describe, expect, it } from "vitest"
import type { TranscriptFact } from "../domain/facts.ts"
import { LineReader } from "./line-reader.ts"
import type { JsonObject } from "../observe/transcripts/json-fields.ts"
import type { TranscriptFile } from "../observe/transcripts/port.ts"
import { claudeNormaliser } from "../observe/transcripts/claude/normaliser.ts"

const SESSION = "own-session"
const FILE: TranscriptFile = { path: `/h/projects/p/${SESSION}.jsonl`, relativePath: `projects/p/${SESSION}.jsonl`, birthMs: 0 }

let seconds = 0
const envelope = () => {
  seconds = (seconds + 1) % 60
  return { uuid: `u${seconds}`, timestamp: new Date(Date.UTC(2026, 10, 1, 0, 0, seconds)).toISOString(), sessionId: SESSION }
}

/** Facts of lines as they come from a file: pruned to what is read of them. */
function facts(lines: readonly JsonObject[]): readonly TranscriptFact[] {
  const reader = new LineReader(claudeNormaliser, FILE, claudeNormaliser.start(FILE))
  for (const line of lines) reader.readCopy(Buffer.from(JSON.stringify(line)))
  reader.atEnd()
  expect(reader.badLines + reader.unknownLines).toBe(0)
  return reader.facts
}

const hooks = (lines: readonly JsonObject[]) =>
  facts(lines).flatMap((fact) => (fact.kind === "hook-failed" ? [[fact.hook, fact.outcome, fact.example, fact.durationMs]] : []))

const attachment = (detail: JsonObject): JsonObject => ({
  parentUuid: null,
  isSidechain: false,
  attachment: detail,
  type: "attachment",
  ...envelope(),
})
const summary = (hookErrors: readonly unknown[], preventedContinuation = false): JsonObject => ({
  parentUuid: null,
  type: "system",
  subtype: "stop_hook_summary",
  hookCount: 2,
  hookErrors,
  preventedContinuation,
  ...envelope(),
})

describe("failed hooks", () => {
  it("are read from attachments, whatever else the attachment holds", () => {
    const hook = { hookName: "PreToolUse:Bash", toolUseID: "t", hookEvent: "PreToolUse" }
    expect(
      hooks([
        attachment({ type: "hook_success", ...hook, stdout: "fine", exitCode: 0 }),
        attachment({ type: "hook_blocking_error", ...hook, blockingError: { blockingError: "not on a Friday", command: "check" } }),
        attachment({
          type: "hook_non_blocking_error",
          ...hook,
          stderr: "sh: x: \u001b[31mnot found\n",
          stdout: "",
          exitCode: 127,
          durationMs: 12,
        }),
        attachment({ type: "hook_cancelled", ...hook, command: "check" }),
        attachment({ type: "hook_non_blocking_error", ...hook, stderr: "", stdout: "", exitCode: 3 }),
        // Its type does not come first.
        attachment({ blockingError: { blockingError: "late" }, type: "hook_blocking_error", ...hook }),
        { ...attachment({ type: "hook_cancelled", hookEvent: "SessionEnd" }) },
      ]),
    ).toEqual([
      ["PreToolUse:Bash", "blocked", "not on a Friday", undefined],
      ["PreToolUse:Bash", "failed", "sh: x: [31mnot found", 12],
      ["PreToolUse:Bash", "cancelled", undefined, undefined],
      ["PreToolUse:Bash", "failed", "exit code 3", undefined],
      ["PreToolUse:Bash", "blocked", "late", undefined],
      ["SessionEnd", "cancelled", undefined, undefined],
    ])
  })

  it("are read from old progress lines and where the line's type comes first", () => {
    const detail = { type: "hook_non_blocking_error", hookName: "PostToolUse:Edit", hookEvent: "PostToolUse", stderr: "bad" }
    const progress = { type: "progress", data: detail, toolUseID: "t", ...envelope() }
    const typed = { type: "attachment", attachment: detail, ...envelope() }
    expect(hooks([progress, typed])).toHaveLength(2)
    expect(hooks([{ ...progress, data: { ...detail, type: "hook_progress" } }])).toEqual([])
  })

  it("are read from the summary of a turn's end, but for those that lines before it have told", () => {
    const told = attachment({ type: "hook_non_blocking_error", hookName: "Stop", hookEvent: "Stop", stderr: "first" })
    expect(hooks([summary(["alone"], true)])).toEqual([["Stop", "blocked", "alone", undefined]])
    expect(hooks([told, summary(["first", "second"]), summary(["third"])])).toEqual([
      ["Stop", "failed", "first", undefined],
      ["Stop", "failed", "second", undefined],
      ["Stop", "failed", "third", undefined],
    ])
    expect(hooks([summary([])])).toEqual([])
  })
})

describe("failed requests", () => {
  const errors = (lines: readonly JsonObject[]) =>
    facts(lines).flatMap((fact) => (fact.kind === "api-error-seen" ? [[fact.error, fact.final, fact.retryInMs, fact.example]] : []))
  const retry = (error: JsonObject, retryInMs = 500): JsonObject => ({
    type: "system",
    subtype: "api_error",
    error,
    retryInMs,
    ...envelope(),
  })
  const final = (text: string, more: JsonObject): JsonObject => ({
    message: { model: "<synthetic>", role: "assistant", content: [{ type: "text", text }] },
    type: "assistant",
    isApiErrorMessage: true,
    ...more,
    ...envelope(),
  })

  it("bear the same word where they are tried again and where they are not", () => {
    expect(
      errors([
        retry({ status: 529, formatted: "529 busy" }),
        final("API Error: 529", { error: "server_error", apiErrorStatus: 529, apiErrorType: "overloaded_error" }),
        retry({ connection: { code: "ECONNRESET" }, message: "dropped" }),
        final("API Error: dropped", { error: "server_error", apiError: "connection_failed" }),
        retry({ status: 429, message: "slow down" }, 1100.5),
        final("API Error: 429", { error: "rate_limit", apiErrorStatus: 429 }),
        retry({ status: 503 }),
        final("API Error: 503", { error: "server_error", apiErrorStatus: 503 }),
      ]),
    ).toEqual([
      ["overloaded", false, 500, "529 busy"],
      ["overloaded", true, undefined, "API Error: 529"],
      ["connection_failed", false, 500, "dropped"],
      ["connection_failed", true, undefined, "API Error: dropped"],
      ["rate_limit", false, 1100.5, "slow down"],
      ["rate_limit", true, undefined, "API Error: 429"],
      ["server_error", false, 500, undefined],
      ["server_error", true, undefined, "API Error: 503"],
    ])
  })
})

describe("a refusal without a marker", () => {
  const refused = (): JsonObject => ({
    type: "user",
    message: {
      role: "user",
      content: [{ type: "tool_result", tool_use_id: "t", is_error: true, content: "The user doesn't want to proceed with this tool use." }],
    },
    toolUseResult: "User rejected tool use",
    ...envelope(),
  })
  const said = (text: string): JsonObject => ({ type: "user", message: { role: "user", content: [{ type: "text", text }] }, ...envelope() })
  const outcomes = (lines: readonly JsonObject[]) => facts(lines).flatMap((fact) => (fact.kind === "tool-ended" ? [fact.outcome] : []))

  it("was an interruption where the next line says so, else a rejection", () => {
    expect(outcomes([refused(), said("[Request interrupted by user for tool use]")])).toEqual(["rejected", "interrupted"])
    expect(outcomes([refused(), said("do it otherwise"), said("[Request interrupted by user for tool use]")])).toEqual(["rejected"])
    expect(
      outcomes([
        { ...refused(), toolDenialKind: "user-rejected", toolDenialBeforeRun: true },
        said("[Request interrupted by user for tool use]"),
      ]),
    ).toEqual(["rejected"])
  })

  it("was none where the call was allowed before", () => {
    const allowed = { toolDenialKind: "user-rejected", permissionDecision: { decision: "accept", source: "config" } }
    expect(outcomes([{ ...refused(), ...allowed }])).toEqual(["interrupted"])
  })
})

it("tells compactions by their line, and the first words of a prompt", () => {
  const boundary = { type: "system", subtype: "compact_boundary", compactMetadata: { trigger: "auto", durationMs: 172 }, ...envelope() }
  const prompt = { type: "user", message: { role: "user", content: "  Fix\nthe login \u202e now " }, ...envelope() }
  const all = facts([prompt, boundary])
  expect(all.find(({ kind }) => kind === "compacted")).toMatchObject({ key: boundary.uuid, trigger: "auto", durationMs: 172 })
  expect(all.find(({ kind }) => kind === "turn-started")).toMatchObject({ prompt: "Fix the login now" })
})
