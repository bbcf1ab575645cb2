// The dialect of Claude Code.

import { cleanText } from "../clean-text.ts"
import { asObject, asString, asTimeMs, type JsonObject } from "../json-fields.ts"
import type { Emit, LineVerdict, Normaliser, TranscriptFile } from "../port.ts"
import { queuedReport, sayPlace } from "./agent-call.ts"
import { assistantLine } from "./assistant-line.ts"
import { costStateLine } from "./cost-state-line.ts"
import { claudeEntersFolder, claudeRoleOf } from "./files.ts"
import { hookFailure, isHookFailure } from "./hook-failure.ts"
import { type ClaudeLine, toClaudeLine } from "./line.ts"
import { claudeShape } from "./line-shape.ts"
import { ALIVE_TYPES, HOOK_MEMBERS, SILENT_TYPES, TELLING_TYPES } from "./line-types.ts"
import { progressLine } from "./progress-line.ts"
import { claudeSidecar } from "./sidecar.ts"
import { requestSent, sayAnswer } from "./model-answers.ts"
import { type ClaudeState, describe, settleAtEnd, startClaude } from "./state.ts"
import { systemLine } from "./system-line.ts"
import { userLine } from "./user-line.ts"

/** Signs of life closer together than this are one. */
const ALIVE_EVERY_MS = 1000

export const claudeNormaliser: Normaliser<ClaudeState> = {
  agent: "claude",
  folders: ["projects"],
  hubDepth: 2,
  roleOf: claudeRoleOf,
  entersFolder: claudeEntersFolder,
  start: startClaude,
  sidecar: claudeSidecar,
  atEnd: settleAtEnd,

  shape: claudeShape,

  line(state, file, value, emit): LineVerdict {
    const type = value["type"]
    if (typeof type !== "string") return "bad"
    if (type !== "assistant" && type !== "user" && !SILENT_TYPES.has(type)) sayAnswer(state, emit)
    if (ALIVE_TYPES.has(type)) alive(state, asTimeMs(value["timestamp"]), emit)
    if (type === "api-request") sent(state, value)
    if (type === "progress") progressLine(state, value, emit)
    if (type === "queue-operation") queuedReport(state, value, emit)
    const hookMember = HOOK_MEMBERS.get(type)
    if (hookMember !== undefined) {
      hookLine(state, file, value, asObject(value[hookMember]), emit)
      return "used"
    }
    if (!TELLING_TYPES.has(type)) return ALIVE_TYPES.has(type) || SILENT_TYPES.has(type) ? "used" : "unknown"
    if (type === "custom-title" || type === "ai-title") {
      titleLine(state, file, value, emit)
      return "used"
    }
    if (type === "cost-state") {
      costStateLine(state, value, emit)
      return "used"
    }
    const line = toClaudeLine(state, file, value, emit)
    if (line === undefined) return "bad"
    describeFrom(line)
    if (type === "assistant") assistantLine(line)
    else if (type === "user") userLine(line)
    else systemLine(line)
    return "used"
  },
}

function hookLine(state: ClaudeState, file: TranscriptFile, value: JsonObject, detail: JsonObject | undefined, emit: Emit): void {
  if (!isHookFailure(detail?.["type"])) return
  const line = toClaudeLine(state, file, value, emit)
  if (line !== undefined) hookFailure(line, detail)
}

/** Notes that a request was sent, where the line names it and its time. */
function sent(state: ClaudeState, value: JsonObject): void {
  const id = asString(value["id"], 200)
  const timeMs = asTimeMs(value["timestamp"])
  if (id !== undefined && timeMs !== undefined) requestSent(state, id, timeMs)
}

function describeFrom(line: ClaudeLine): void {
  if (line.who.subagentId !== undefined) sayPlace(line)
  if (line.isCopy || line.isSidechain || line.who.subagentId !== undefined) {
    if (!line.isCopy) describe(line.state, line.file, {}, line.emit)
    return
  }
  const { value } = line
  const gitBranch = asString(value["gitBranch"], 300)
  describe(
    line.state,
    line.file,
    {
      cwd: asString(value["cwd"]),
      // Outside a repository and on a detached head the client writes "HEAD".
      gitBranch: gitBranch === "HEAD" ? undefined : gitBranch,
      agentVersion: asString(value["version"], 100),
      entrypoint: asString(value["entrypoint"], 100),
      teamName: cleanText(value["teamName"], 200),
      memberName: cleanText(value["agentName"], 200),
    },
    line.emit,
  )
}

function titleLine(state: ClaudeState, file: TranscriptFile, value: JsonObject, emit: Emit): void {
  state.conversationId ??= asString(value["sessionId"], 200)
  describe(state, file, { title: cleanText(value["aiTitle"]), ownName: cleanText(value["customTitle"]) }, emit)
}

function alive(state: ClaudeState, timeMs: number | undefined, emit: Emit): void {
  if (timeMs === undefined || state.conversationId === undefined) return
  state.firstMs ??= timeMs
  state.sinceBookedMs ??= timeMs
  if (timeMs < state.lastMs + ALIVE_EVERY_MS) return
  state.lastMs = timeMs
  const who = state.subagentId === undefined ? {} : { subagentId: state.subagentId }
  emit({ kind: "active", conversationId: state.conversationId, ...who, timeMs })
}
