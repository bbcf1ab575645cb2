// Transcripts that grow as agents write them, for tests of what outlives the daemon: copies of a line, growing ones, calls, a fork, torn lines.

import { appendFileSync, mkdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { toJson } from "@bufbuild/protobuf"
import { Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { MetricsSchema } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { HierarchySchema } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import { clientsOf, type DaemonProgram } from "./daemon-program.ts"

/** Words that only prompts and outputs hold. */
export const PRIVATE_TEXT = "Xylophone-prompt-text"

/** A file under an agent's home and the lines still to be written to it. */
interface Growing {
  readonly path: string
  readonly bytes: Buffer
  at: number
}

export interface GrowingHome {
  /** Writes some bytes of some files; false once all is written. */
  grow(): boolean
  /** Writes all that is left. */
  finish(): void
  readonly paths: readonly string[]
}

/** `random` answers numbers in [0, 1). The same numbers write the same bytes. `startMs`: time of the first lines. */
export function growingHome(home: string, random: () => number, lines = 400, startMs = Date.UTC(2026, 10, 1, 10)): GrowingHome {
  const files: Growing[] = []
  const add = (path: string, text: readonly string[]): void => {
    const full = join(home, path)
    mkdirSync(dirname(full), { recursive: true })
    files.push({ path: full, bytes: Buffer.from(`${text.join("\n")}\n`), at: 0 })
  }
  const addSidecar = (id: string, value: object): void =>
    add(`.claude/projects/-work-app/${conversationId(1)}/subagents/agent-${id}.meta.json`, [JSON.stringify(value)])
  const parent = claudeLines(conversationId(1), 1, lines, random, startMs)
  add(`.claude/projects/-work-app/${conversationId(1)}.jsonl`, parent)
  add(`.claude/projects/-work-app/${conversationId(2)}.jsonl`, claudeLines(conversationId(2), 2, lines, random, startMs))
  add(
    `.claude/projects/-work-app/${conversationId(1)}/subagents/agent-a1.jsonl`,
    claudeLines(conversationId(1), 3, lines / 4, random, startMs, "a1"),
  )
  // The main agent's eleventh call started a1, the second of which started a2.
  add(
    `.claude/projects/-work-app/${conversationId(1)}/subagents/agent-a2.jsonl`,
    claudeLines(conversationId(1), 6, lines / 8, random, startMs, "a2"),
  )
  addSidecar("a1", { agentType: "Explore", toolUseId: "toolu_1_11" })
  addSidecar("a2", { agentType: "tester", toolUseId: "toolu_3_2", parentAgentId: "a1" })
  // A fork: the parent's first lines, then its own.
  const copied = parent
    .slice(0, lines / 4)
    .map((line) => line.replaceAll(`"sessionId":"${conversationId(1)}"`, `"sessionId":"${conversationId(4)}"`))
  add(`.claude/projects/-work-app/${conversationId(4)}.jsonl`, [
    ...copied,
    ...claudeLines(conversationId(4), 4, lines / 4, random, startMs),
  ])
  add(
    `.codex/sessions/2026/11/01/rollout-2026-11-01T10-00-00-${conversationId(5)}.jsonl`,
    codexLines(conversationId(5), lines / 2, startMs),
  )

  const write = (file: Growing, count: number): void => {
    appendFileSync(file.path, file.bytes.subarray(file.at, file.at + count))
    file.at += count
  }
  return {
    paths: files.map(({ path }) => path),
    grow() {
      const left = files.filter((file) => file.at < file.bytes.length)
      for (const file of left) if (random() < 0.6) write(file, Math.floor(random() * 9000))
      return left.length > 0
    },
    finish() {
      for (const file of files) write(file, file.bytes.length)
    },
  }
}

/** Starts a daemon and kills it, at any moment of the next second, so many times, while the files grow; then writes what is left of them. */
export async function growUnderKills(files: GrowingHome, start: () => DaemonProgram, random: () => number, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const daemon = start()
    const until = performance.now() + 150 + random() * 1100
    // The moment is the point here: it may be any.
    while (performance.now() < until) {
      files.grow()
      await sleep(random() * 40)
    }
    await daemon.end("SIGKILL")
  }
  files.finish()
}

/** All that is published of all conversations, once the daemon has read everything. */
export async function publishedBy(daemon: DaemonProgram): Promise<unknown> {
  const { metrics, sessions } = await clientsOf(daemon)
  await daemon.line(/^vibecraftd caught up/m)
  const { metrics: rows } = await metrics.listMetrics({ scope: Scope.ALL })
  const { trees } = await sessions.getHierarchy({ scope: Scope.ALL })
  const published = [...rows.map((row) => toJson(MetricsSchema, row)), ...trees.map((tree) => toJson(HierarchySchema, tree))]
  return published.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

export function conversationId(n: number): string {
  return `11111111-2222-4333-8444-${String(n).padStart(12, "0")}`
}

function claudeLines(id: string, file: number, count: number, random: () => number, startMs: number, agentId?: string): string[] {
  const lines: string[] = []
  let time = startMs
  const envelope = () => {
    time += 1000
    const side = agentId === undefined ? { isSidechain: false } : { isSidechain: true, agentId }
    const common = { sessionId: id, cwd: "/work/app", version: "2.1.330", uuid: `u${file}-${lines.length}` }
    return { parentUuid: null, ...side, ...common, timestamp: new Date(time).toISOString() }
  }
  for (let n = 0; lines.length < count; n++) {
    const usage = { input_tokens: 3, cache_creation_input_tokens: n, cache_read_input_tokens: 1000 * n, output_tokens: 1 }
    const name = n % 9 === 2 ? "Agent" : n % 3 === 0 ? "Bash" : "Read"
    const call = { type: "tool_use", id: `toolu_${file}_${n}`, name, input: { command: PRIVATE_TEXT, prompt: `${PRIVATE_TEXT} ${n}` } }
    lines.push(JSON.stringify({ ...envelope(), type: "user", message: { role: "user", content: PRIVATE_TEXT } }))
    for (const [content, output] of [[{ type: "text", text: PRIVATE_TEXT }, 1] as const, [call, 1 + Math.floor(random() * 900)] as const]) {
      const message = { id: `msg_${file}_${n}`, role: "assistant", model: "claude-opus-5-5", content: [content], stop_reason: "tool_use" }
      const said = { ...message, usage: { ...usage, output_tokens: output } }
      lines.push(JSON.stringify({ ...envelope(), type: "assistant", requestId: `req_${file}_${n}`, message: said }))
    }
    // Of what fails the last words are kept.
    const failed = n % 7 === 0
    const result = { type: "tool_result", tool_use_id: call.id, content: failed ? "Exit code 1" : PRIVATE_TEXT, is_error: failed }
    lines.push(JSON.stringify({ ...envelope(), type: "user", message: { role: "user", content: [result] } }))
  }
  return lines
}

function codexLines(id: string, count: number, startMs: number): string[] {
  const lines: string[] = []
  let time = startMs
  const add = (type: string, payload: object): void => {
    time += 500
    lines.push(JSON.stringify({ timestamp: new Date(time).toISOString(), ordinal: lines.length, type, payload }))
  }
  add("session_meta", { id, timestamp: new Date(time).toISOString(), cwd: "/work/other", originator: "codex-tui", cli_version: "0.169.0" })
  add("turn_context", { turn_id: "t1", cwd: "/work/other", model: "gpt-6-sol" })
  for (let n = 0; lines.length < count; n++) {
    const usage = { input_tokens: 100 + n, cached_input_tokens: 50, output_tokens: 10, reasoning_output_tokens: 5, total_tokens: 110 + n }
    add("response_item", { type: "function_call", name: "exec_command", arguments: `{"cmd":"${PRIVATE_TEXT}"}`, call_id: `call_${n}` })
    add("token_usage_record", { thread_id: id, turn_id: "t1", response_id: `resp_${n}`, usage, thread_token_usage: usage })
    add("response_item", {
      type: "function_call_output",
      call_id: `call_${n}`,
      output: `Process exited with code 0\nOutput:\n${PRIVATE_TEXT}`,
    })
  }
  return lines
}
