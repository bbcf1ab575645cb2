// One made-up rollout of Codex: new ones name each response, old ones write growing counts only, and often twice.

import { between, noise, prose, type Random, source, uuidV7 } from "./random-text.ts"
import { addTokens, noTokens, type TokenSums } from "./token-sums.ts"

export interface CodexFilePlan {
  readonly threadId: string
  readonly startMs: number
  /** Billed responses of its own. */
  readonly steps: number
  /** Without `token_usage_record` and items. */
  readonly isOld: boolean
  /** The thread whose history it starts with. */
  readonly parent?: CodexFile
}

export interface CodexFile {
  readonly plan: CodexFilePlan
  readonly lines: readonly string[]
  /** What its own responses used. */
  readonly tokens: TokenSums
  /** Cumulative counts at its end. */
  readonly totals: Counts
}

interface Counts {
  readonly input_tokens: number
  readonly cached_input_tokens: number
  readonly output_tokens: number
  readonly reasoning_output_tokens: number
  readonly total_tokens: number
}

const NO_COUNTS: Counts = { input_tokens: 0, cached_input_tokens: 0, output_tokens: 0, reasoning_output_tokens: 0, total_tokens: 0 }

export function codexFile(random: Random, plan: CodexFilePlan): CodexFile {
  const { threadId, isOld, parent } = plan
  const lines: string[] = []
  const tokens = noTokens()
  let timeMs = plan.startMs
  let totals = parent?.totals ?? NO_COUNTS
  const add = (type: string, payload: object) => {
    timeMs += between(random, 50, 950)
    lines.push(JSON.stringify({ timestamp: new Date(timeMs).toISOString(), ordinal: lines.length, type, payload }))
  }
  const meta = { id: threadId, timestamp: new Date(timeMs).toISOString(), cwd: "/home/dev/other", originator: "codex-tui" }
  const version = { cli_version: isOld ? "0.118.0" : "0.169.0" }
  add("session_meta", { ...meta, ...version, ...(parent === undefined ? {} : { forked_from_id: parent.plan.threadId }) })
  if (parent !== undefined) {
    // A copied history is stamped with the time of the fork.
    const stamp = new Date(timeMs + 5).toISOString()
    for (const line of parent.lines) lines.push(line.replace(/"timestamp":"[^"]+"/u, `"timestamp":"${stamp}"`))
    timeMs += 5000
  }
  for (let step = 0; step < plan.steps; step++) {
    if (step % 10 === 0) {
      timeMs += 1000
      const turnId = uuidV7(random, timeMs)
      add("event_msg", { type: "task_started", turn_id: turnId, model_context_window: 258_400 })
      add("turn_context", { turn_id: turnId, cwd: "/home/dev/other", model: "gpt-6-sol", effort: "medium" })
      add("response_item", { type: "message", role: "user", content: [{ type: "input_text", text: prose(random, 400) }] })
    }
    add("response_item", { type: "reasoning", summary: [], encrypted_content: noise(random, isOld ? 300 : 1500) })
    add("response_item", { type: "message", role: "assistant", content: [{ type: "output_text", text: prose(random, 600) }] })
    const callId = `call_${threadId.slice(-6)}${step}`
    add("response_item", { type: "function_call", name: "exec_command", arguments: JSON.stringify({ cmd: "ls -la" }), call_id: callId })
    const last = counts(random)
    totals = plus(totals, last)
    addTokens(tokens, {
      requests: 1,
      input: last.input_tokens - last.cached_input_tokens,
      output: last.output_tokens,
      cacheRead: last.cached_input_tokens,
      cacheWrite: 0,
    })
    if (!isOld) {
      add("token_usage_record", { thread_id: threadId, response_id: `resp_${threadId}${step}`, usage: last, thread_token_usage: totals })
    }
    const output = source(random, random() < 0.1 ? 20_000 : 3500)
    const end = { command: ["bash", "-lc", "ls -la"], status: "completed", aggregated_output: output, exit_code: 0 }
    if (isOld) add("event_msg", { type: "exec_command_end", call_id: callId, ...end, duration: { secs: 0, nanos: 40_000_000 } })
    else {
      const item = { type: "CommandExecution", id: callId, ...end }
      add("event_msg", { type: "item_completed", item, started_at_ms: timeMs, completed_at_ms: timeMs + 40 })
    }
    add("response_item", { type: "function_call_output", call_id: callId, output: `Process exited with code 0\nOutput:\n${output}` })
    const info = { total_token_usage: totals, last_token_usage: last, model_context_window: 258_400 }
    for (let time = isOld && step % 4 === 0 ? 0 : 1; time < 2; time++) add("event_msg", { type: "token_count", info })
  }
  return { plan, lines, tokens, totals }
}

function counts(random: Random): Counts {
  const input = between(random, 15_000, 25_000)
  const output = between(random, 50, 900)
  const cached = between(random, 5000, 15_000)
  const reasoning = between(random, 0, 50)
  return {
    input_tokens: input,
    cached_input_tokens: cached,
    output_tokens: output,
    reasoning_output_tokens: reasoning,
    total_tokens: input + output,
  }
}

function plus(a: Counts, b: Counts): Counts {
  return {
    input_tokens: a.input_tokens + b.input_tokens,
    cached_input_tokens: a.cached_input_tokens + b.cached_input_tokens,
    output_tokens: a.output_tokens + b.output_tokens,
    reasoning_output_tokens: a.reasoning_output_tokens + b.reasoning_output_tokens,
    total_tokens: a.total_tokens + b.total_tokens,
  }
}
