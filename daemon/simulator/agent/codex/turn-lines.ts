// Lines that open and close a Codex thread and its turns.

import type { Clock } from "../clock.ts"
import type { Random } from "../random.ts"
import { type Thread, type WriteLine, ZERO_USAGE, addUsage, type WireUsage } from "./rollout.ts"

export const CONTEXT_WINDOW = 258_400

export interface TurnLines {
  /** `session_meta`: the first line of a rollout. */
  openThread(thread: Thread): void
  /** A turn begins with what the person, or the parent, said. */
  openTurn(thread: Thread, text: string): void
  /** Usage of one response; `after` follows once its tools have run. */
  usage(thread: Thread, usage: WireUsage): void
  after(thread: Thread, usage: WireUsage): void
  message(thread: Thread, text: string): void
  closeTurn(thread: Thread, reason: "done" | "interrupted" | { error: string; info: string }, lastMessage: string | null): void
}

export function createTurnLines(options: {
  clock: Clock
  random: Random
  write: WriteLine
  cwd: string
  version: string
  originator: string
  source: string
  effort: string
  gitBranch: string
  /** `token_usage_record` lines exist (0.160 and later). */
  withUsageRecords: boolean
  /** `item_completed` lines of every kind exist (0.150 and later). */
  withItems: boolean
}): TurnLines {
  const { clock, random, write, cwd } = options
  const event = (thread: Thread, payload: Record<string, unknown>, timeMs?: number): void => write(thread, "event_msg", payload, timeMs)
  const item = (thread: Thread, value: Record<string, unknown>): void => {
    const nowMs = clock.now()
    if (options.withItems)
      event(
        thread,
        { type: "item_completed", thread_id: thread.id, turn_id: thread.turnId, item: value, started_at_ms: nowMs, completed_at_ms: nowMs },
        nowMs,
      )
  }
  return {
    openThread(thread) {
      const { parent } = thread
      const agent = parent === undefined ? {} : { agent_nickname: parent.nickname, agent_role: parent.role, multi_agent_version: "v1" }
      const spawned =
        parent === undefined
          ? undefined
          : {
              parent_thread_id: parent.thread.id,
              depth: depthOf(parent.thread) + 1,
              agent_path: null,
              agent_nickname: parent.nickname,
              agent_role: parent.role,
            }
      write(thread, "session_meta", {
        session_id: thread.rootId,
        id: thread.id,
        ...(parent === undefined ? {} : { parent_thread_id: parent.thread.id }),
        timestamp: new Date(clock.now()).toISOString(),
        cwd,
        originator: options.originator,
        cli_version: options.version,
        source: spawned === undefined ? options.source : { subagent: { thread_spawn: spawned } },
        thread_source: parent === undefined ? "user" : "subagent",
        ...agent,
        model_provider: "openai",
        base_instructions: null,
        history_mode: "paginated",
        git: { branch: options.gitBranch },
      })
    },
    openTurn(thread, text) {
      const nowMs = clock.now()
      const parentTurn = thread.parent?.thread
      thread.turnId = random.uuid7(nowMs)
      thread.rootTurnId = parentTurn?.rootTurnId ?? thread.turnId
      thread.turnStartedMs = nowMs
      thread.turnUsage = ZERO_USAGE
      event(thread, {
        type: "task_started",
        turn_attribution: {
          turn_id: thread.turnId,
          turn_trigger: "user",
          parent_turn_id: parentTurn?.turnId ?? null,
          root_turn_id: thread.rootTurnId,
        },
        turn_id: thread.turnId,
        root_turn_id: thread.rootTurnId,
        started_at: Math.floor(nowMs / 1000),
        model_context_window: CONTEXT_WINDOW,
        collaboration_mode_kind: "default",
      })
      write(thread, "turn_context", {
        turn_id: thread.turnId,
        root_turn_id: thread.rootTurnId,
        cwd,
        approval_policy: "on-request",
        sandbox_policy: { type: "workspace-write", network_access: false },
        model: thread.model,
        effort: options.effort,
        summary: "none",
      })
      if (options.withUsageRecords) {
        event(thread, {
          type: "thread_settings_applied",
          thread_id: thread.id,
          thread_settings: { model: thread.model, model_provider_id: "openai", approval_policy: "on-request", cwd },
        })
      }
      write(thread, "response_item", {
        type: "message",
        id: `msg_${random.uuid7(nowMs)}`,
        role: "user",
        content: [{ type: "input_text", text }],
      })
      if (options.withItems)
        item(thread, { type: "UserMessage", id: random.uuid7(nowMs), content: [{ type: "text", text, text_elements: [] }] })
      else event(thread, { type: "user_message", message: text, kind: "plain" })
    },
    usage(thread, usage) {
      thread.turnUsage = addUsage(thread.turnUsage, usage)
      thread.total = addUsage(thread.total, usage)
      if (!options.withUsageRecords) return
      write(thread, "token_usage_record", {
        thread_id: thread.id,
        turn_id: thread.turnId,
        session_id: thread.rootId,
        root_turn_id: thread.rootTurnId,
        response_id: `resp_${random.id(24)}`,
        usage,
        turn_token_usage: thread.turnUsage,
        thread_token_usage: thread.total,
      })
    },
    after(thread, usage) {
      event(thread, {
        type: "token_count",
        info: {
          total_token_usage: thread.total,
          last_token_usage: usage,
          last_usage_includes_reasoning: false,
          model_context_window: CONTEXT_WINDOW,
        },
        rate_limits: { limit_id: "codex", limit_name: null, primary: null, secondary: null, credits: null, plan_type: null },
      })
    },
    message(thread, text) {
      const id = `msg_${random.id(16)}`
      if (options.withItems) item(thread, { type: "AgentMessage", id, content: [{ type: "Text", text }] })
      else event(thread, { type: "agent_message", message: text })
      write(thread, "response_item", { type: "message", id, role: "assistant", content: [{ type: "output_text", text }] })
    },
    closeTurn(thread, reason, lastMessage) {
      const nowMs = clock.now()
      const of = { turn_id: thread.turnId, root_turn_id: thread.rootTurnId, duration_ms: nowMs - thread.turnStartedMs }
      if (reason === "interrupted") return event(thread, { type: "turn_aborted", ...of, reason: "interrupted" }, nowMs)
      const error = reason === "done" ? {} : { error: { message: reason.error, codex_error_info: reason.info } }
      event(
        thread,
        { type: "task_complete", ...of, last_agent_message: lastMessage, ...error, completed_at: Math.floor(nowMs / 1000) },
        nowMs,
      )
    },
  }
}

/** How many threads stand above it. */
function depthOf(thread: Thread): number {
  return thread.parent === undefined ? 0 : depthOf(thread.parent.thread) + 1
}
