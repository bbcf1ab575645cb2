// The dialect of Codex.

import { cleanText } from "../clean-text.ts"
import { asObject, asString } from "../json-fields.ts"
import type { Emit, LineVerdict, Normaliser } from "../port.ts"
import { codexEntersFolder, codexRoleOf } from "./files.ts"
import { type CodexLine, toCodexLine } from "./line.ts"
import { codexShape } from "./line-shape.ts"
import { modelAnswered, modelAsked } from "./model-answers.ts"
import { endsReplay } from "./replay.ts"
import { sessionMeta } from "./session-meta.ts"
import { type CodexState, describe, startCodex } from "./state.ts"
import { compacted, tokenCount, usageRecord } from "./tokens.ts"
import { callEndEvent, callOutput, callStarted, itemCompleted, webSearchCall } from "./tools.ts"
import { taskComplete, taskStarted, turnAborted, userMessage } from "./turns.ts"

/** Signs of life closer together than this are one. */
const ALIVE_EVERY_MS = 1000

/** Events and items, by `payload.type`, that say no more than that the agent is alive. */
const ALIVE_EVENTS: ReadonlySet<string> = new Set(["agent_message", "agent_reasoning"])
const ALIVE_ITEMS: ReadonlySet<string> = new Set(["message", "reasoning"])
/** Of these, what the model says; a message may be anybody's. */
const ANSWERS: ReadonlySet<string> = new Set(["agent_message", "agent_reasoning", "reasoning"])
const SILENT_LINES: ReadonlySet<string> = new Set(["world_state", "inter_agent_communication"])

const EVENTS: Readonly<Record<string, (line: CodexLine) => void>> = {
  task_started: taskStarted,
  turn_started: taskStarted,
  task_complete: taskComplete,
  turn_complete: taskComplete,
  turn_aborted: turnAborted,
  user_message: (line) => {
    modelAsked(line.state, line.timeMs)
    alive(line.state, line.timeMs, line.emit)
    userMessage(line, line.payload["message"])
  },
  token_count: tokenCount,
  context_compacted: compacted,
  item_completed: itemCompleted,
  exec_command_end: (line) => callEndEvent(line, "exec_command"),
  mcp_tool_call_end: (line) => callEndEvent(line, "mcp"),
  patch_apply_end: (line) => callEndEvent(line, "apply_patch"),
  web_search_end: (line) => callEndEvent(line, "web_search"),
  thread_settings_applied: settingsApplied,
  thread_name_updated: threadNamed,
}

const ITEMS: Readonly<Record<string, (line: CodexLine) => void>> = {
  function_call: callStarted,
  custom_tool_call: callStarted,
  local_shell_call: callStarted,
  function_call_output: callOutput,
  custom_tool_call_output: callOutput,
  web_search_call: webSearchCall,
}

/** Events and items that are known and tell nothing that is published. */
const SILENT: ReadonlySet<string> = new Set([
  "collab_agent_spawn_end",
  "collab_close_end",
  "collab_waiting_end",
  "compaction",
  "entered_review_mode",
  "exited_review_mode",
  "ghost_snapshot",
  "image_generation_call",
  "sub_agent_activity",
  "thread_goal_updated",
  "thread_rolled_back",
  "tool_search_call",
  "tool_search_output",
])

export const codexNormaliser: Normaliser<CodexState> = {
  agent: "codex",
  folders: ["sessions", "archived_sessions"],
  hubDepth: 3,
  roleOf: codexRoleOf,
  entersFolder: codexEntersFolder,
  start: startCodex,
  sidecar() {},
  atEnd() {},

  shape: codexShape,

  line(state, file, value, emit): LineVerdict {
    const type = value["type"]
    if (typeof type !== "string") return "bad"
    if (type === "session_meta") {
      sessionMeta(state, file, value, emit)
      return "used"
    }
    const line = toCodexLine(state, file, value, emit)
    if (line === undefined) return "bad"
    const kind = asString(line.payload["type"], 100)
    if (state.inReplay) passReplay(line, type, kind)
    if (type === "event_msg") return dispatch(EVENTS, line, kind, ALIVE_EVENTS)
    if (type === "response_item") return dispatch(ITEMS, line, kind, ALIVE_ITEMS)
    if (type === "turn_context") turnContext(line)
    else if (type === "token_usage_record") usageRecord(line)
    else if (type === "compacted") compacted(line)
    else return SILENT_LINES.has(type) ? "used" : "unknown"
    return "used"
  },
}

/** What of copied history matters all the same: the model and the cumulative counts it ends with. */
const IN_REPLAY: ReadonlySet<string> = new Set(["token_count", "thread_settings_applied"])

function dispatch(
  handlers: Readonly<Record<string, (line: CodexLine) => void>>,
  line: CodexLine,
  kind: string | undefined,
  aliveKinds: ReadonlySet<string>,
): LineVerdict {
  if (kind === undefined) return "unknown"
  const handler = Object.hasOwn(handlers, kind) ? handlers[kind] : undefined
  if (handler !== undefined) {
    if (!line.state.inReplay || IN_REPLAY.has(kind)) handler(line)
    return "used"
  }
  if (!aliveKinds.has(kind)) return SILENT.has(kind) ? "used" : "unknown"
  if (ANSWERS.has(kind)) modelAnswered(line.state, line.timeMs)
  alive(line.state, line.timeMs, line.emit)
  return "used"
}

function passReplay(line: CodexLine, type: string, kind: string | undefined): void {
  const isTurn = type === "turn_context" || kind === "task_started" || kind === "turn_started"
  if (!endsReplay(line, isTurn)) return
  line.state.inReplay = false
  line.state.lastMs = Math.max(line.state.lastMs, line.timeMs)
}

function turnContext(line: CodexLine): void {
  const { state, payload } = line
  state.model = asString(payload["model"], 200) ?? state.model
  if (!state.inReplay) describe(state, { model: state.model, cwd: asString(payload["cwd"]) }, line.emit)
}

function settingsApplied(line: CodexLine): void {
  const settings = asObject(line.payload["thread_settings"])
  if (settings === undefined) return
  line.state.model = asString(settings["model"], 200) ?? line.state.model
  line.state.tier = asString(settings["service_tier"], 40)
  if (!line.state.inReplay) describe(line.state, { model: line.state.model }, line.emit)
}

function threadNamed(line: CodexLine): void {
  describe(line.state, { ownName: cleanText(line.payload["thread_name"] ?? line.payload["name"]) }, line.emit)
}

function alive(state: CodexState, timeMs: number | undefined, emit: Emit): void {
  if (timeMs === undefined || state.threadId === undefined || state.inReplay || timeMs < state.lastMs + ALIVE_EVERY_MS) return
  state.lastMs = timeMs
  emit({ kind: "active", conversationId: state.threadId, timeMs })
}
