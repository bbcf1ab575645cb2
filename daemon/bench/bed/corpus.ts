// A seeded corpus of transcripts for the benchmarks: the line types, key orders and sizes of real ones (most bytes lie in tool results,
// attachments and text), the same bytes for the same seed.

import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"

export interface CorpusOptions {
  /** Folder that becomes both agents' home. */
  readonly home: string
  /** About so many bytes in all; three quarters Claude Code, one quarter Codex. */
  readonly bytes: number
  /** Default 1. */
  readonly seed?: number
}

export interface Corpus {
  readonly files: number
  readonly bytes: number
}

/** Responses in each file: about 2 MB. */
const STEPS_PER_FILE = 180
const WORDS = "the of reading a file value error return const import function test path result state when line count index type with".split(
  " ",
)

/** Writes the corpus and says what it came to. */
export function writeCorpus(options: CorpusOptions): Corpus {
  const random = seeded(options.seed ?? 1)
  let files = 0
  let bytes = 0
  while (bytes < options.bytes) {
    const isCodex = files % 4 === 3
    const id = uuidV7(random, START_MS + files * 3_600_000)
    const lines = isCodex ? codexThread(random, id) : claudeSession(random, id, files)
    const path = isCodex
      ? `sessions/2026/10/${String(1 + (files % 28)).padStart(2, "0")}/rollout-2026-10-01T00-00-00-${id}.jsonl`
      : claudePath(id, files)
    const text = `${lines.join("\n")}\n`
    const full = join(options.home, path)
    mkdirSync(dirname(full), { recursive: true })
    writeFileSync(full, text)
    files++
    bytes += Buffer.byteLength(text)
  }
  return { files, bytes }
}

const START_MS = Date.UTC(2026, 9, 1)

/** Every fifth Claude file is a subagent's of the session before it. */
function claudePath(id: string, index: number): string {
  const project = `projects/-home-dev-project-${index % 7}`
  return index % 5 === 4 ? `${project}/${id}/subagents/agent-a${id.slice(-12)}.jsonl` : `${project}/${id}.jsonl`
}

function claudeSession(random: () => number, id: string, index: number): string[] {
  const lines: string[] = []
  const subagent = index % 5 === 4 ? { agentId: `a${id.slice(-12)}` } : {}
  const model = index % 3 === 0 ? "claude-sonnet-5-5" : "claude-opus-5-5"
  let timeMs = START_MS + index * 3_600_000
  const common = () => {
    timeMs += 200 + Math.floor(random() * 4000)
    const envelope = { userType: "external", entrypoint: "cli", cwd: `/home/dev/project-${index % 7}`, sessionId: id, version: "2.1.330" }
    return { uuid: uuidV7(random, timeMs), timestamp: new Date(timeMs).toISOString(), ...envelope, gitBranch: "main" }
  }
  const add = (line: object) => {
    lines.push(JSON.stringify(line))
  }
  const head = () => ({ parentUuid: uuidV7(random, timeMs), isSidechain: index % 5 === 4, ...subagent })
  for (let message = 0; message < STEPS_PER_FILE; message++) {
    if (message % 12 === 0) {
      add({ type: "file-history-snapshot", messageId: id, snapshot: { trackedFileBackups: {}, note: prose(random, 600) } })
      add({ ...head(), promptId: id, type: "user", message: { role: "user", content: prose(random, 300) }, ...common() })
      add({ ...head(), attachment: { type: "skill_listing", content: prose(random, 3000) }, type: "attachment", ...common() })
    }
    add({ type: "api-request", sessionId: id, id: uuidV7(random, timeMs), timestamp: new Date(timeMs).toISOString(), params: { model } })
    const messageId = `msg_${id.slice(-6)}${message}`
    const callId = `toolu_${id.slice(-6)}${message}`
    const usage = {
      input_tokens: 3,
      cache_creation_input_tokens: 500 + Math.floor(random() * 3000),
      cache_read_input_tokens: 20_000 + message * 300,
      output_tokens: Math.floor(random() * 1500),
      server_tool_use: { web_search_requests: 0, web_fetch_requests: 0 },
      service_tier: "standard",
      cache_creation: { ephemeral_1h_input_tokens: 0, ephemeral_5m_input_tokens: 500 },
      inference_geo: "",
      iterations: [],
      speed: "standard",
    }
    const command = { command: `grep -rn "${prose(random, 40)}" src`, description: "search" }
    const blocks = [
      { type: "thinking", thinking: prose(random, 500), signature: noise(random, 400) },
      { type: "text", text: prose(random, 400) },
      {
        type: "tool_use",
        id: callId,
        name: message % 3 === 0 ? "Bash" : "Read",
        input: message % 3 === 0 ? command : { file_path: "/home/dev/a.ts" },
      },
    ]
    for (const [block, content] of blocks.entries()) {
      const said = { id: messageId, type: "message", role: "assistant", model, content: [content], stop_reason: "tool_use", usage }
      add({ ...head(), message: said, apiBlockIndex: block, requestId: `req_${messageId}`, type: "assistant", ...common() })
    }
    const output = source(random, random() < 0.1 ? 40_000 : 3000)
    const result = { tool_use_id: callId, type: "tool_result", content: output, is_error: random() < 0.05 }
    const toolUseResult = { stdout: output, stderr: "", interrupted: false, isImage: false }
    add({ ...head(), promptId: id, type: "user", message: { role: "user", content: [result] }, ...common(), toolUseResult })
  }
  return lines
}

function codexThread(random: () => number, id: string): string[] {
  const lines: string[] = []
  let timeMs = START_MS
  let total = { input_tokens: 0, cached_input_tokens: 0, output_tokens: 0, reasoning_output_tokens: 0, total_tokens: 0 }
  const add = (type: string, payload: object) => {
    timeMs += 50 + Math.floor(random() * 900)
    lines.push(JSON.stringify({ timestamp: new Date(timeMs).toISOString(), ordinal: lines.length, type, payload }))
  }
  add("session_meta", {
    id,
    timestamp: new Date(timeMs).toISOString(),
    cwd: "/home/dev/other",
    originator: "codex-tui",
    cli_version: "0.169.0",
  })
  for (let response = 0; response < STEPS_PER_FILE; response++) {
    const turnId = uuidV7(random, timeMs)
    if (response % 10 === 0) {
      add("event_msg", { type: "task_started", turn_id: turnId, model_context_window: 258_400 })
      add("turn_context", { turn_id: turnId, cwd: "/home/dev/other", model: "gpt-6-sol", effort: "medium" })
      add("response_item", { type: "message", role: "user", content: [{ type: "input_text", text: prose(random, 400) }] })
    }
    add("response_item", { type: "reasoning", summary: [], encrypted_content: noise(random, 2500) })
    add("response_item", { type: "message", role: "assistant", content: [{ type: "output_text", text: prose(random, 600) }] })
    const callId = `call_${response}`
    add("response_item", { type: "function_call", name: "exec_command", arguments: JSON.stringify({ cmd: "ls -la" }), call_id: callId })
    const last = {
      input_tokens: 20_000,
      cached_input_tokens: 18_000,
      output_tokens: 400,
      reasoning_output_tokens: 100,
      total_tokens: 20_400,
    }
    total = Object.fromEntries(
      Object.entries(total).map(([name, value]) => [name, value + last[name as keyof typeof last]]),
    ) as typeof total
    add("token_usage_record", {
      thread_id: id,
      turn_id: turnId,
      response_id: `resp_${id}${response}`,
      usage: last,
      thread_token_usage: total,
    })
    const output = source(random, 2500)
    const item = { type: "CommandExecution", id: callId, command: ["ls"], status: "completed", aggregated_output: output, exit_code: 0 }
    add("event_msg", { type: "item_completed", turn_id: turnId, item, started_at_ms: timeMs, completed_at_ms: timeMs + 40 })
    add("response_item", { type: "function_call_output", call_id: callId, output: `Process exited with code 0\nOutput:\n${output}` })
    add("event_msg", { type: "token_count", info: { total_token_usage: total, last_token_usage: last, model_context_window: 258_400 } })
  }
  return lines
}

function prose(random: () => number, chars: number): string {
  let text = ""
  while (text.length < chars) text += `${WORDS[Math.floor(random() * WORDS.length)]} `
  return text
}

/** Text as files and commands print it: lines, indents, quotes, now and then something beyond ASCII. */
function source(random: () => number, chars: number): string {
  let text = ""
  while (text.length < chars) text += `  ${prose(random, 20 + random() * 50)}("${random() < 0.02 ? "naïve — ✓" : "value"}")\n`
  return text
}

function noise(random: () => number, chars: number): string {
  let text = ""
  while (text.length < chars) text += Math.floor(random() * 0xffffffff).toString(36)
  return text
}

function uuidV7(random: () => number, timeMs: number): string {
  const time = timeMs.toString(16).padStart(12, "0")
  const tail = Array.from({ length: 3 }, () =>
    Math.floor(random() * 0x100000000)
      .toString(16)
      .padStart(8, "0"),
  ).join("")
  return `${time.slice(0, 8)}-${time.slice(8)}-7${tail.slice(0, 3)}-8${tail.slice(3, 6)}-${tail.slice(6, 18)}`
}

/** A small generator of numbers in [0, 1) (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000
  }
}
