// A Claude Code transcript that grows when told to: one request a line, as the client writes them.

import { appendFileSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { randomUUID } from "node:crypto"

export interface FakeConversation {
  readonly id: string
  /** Appends one request of `outputTokens` and the result of its tool call, two lines. Answers their bytes. */
  append(outputTokens: number): number
}

/** Writes it to a home's transcripts with so many requests already in it, each with a tool call of 3 s. */
export function createFakeConversation(home: string, cwd: string, requests: number): FakeConversation {
  const id = randomUUID()
  const folder = join(home, ".claude", "projects", cwd.replaceAll(/[^A-Za-z0-9]/gu, "-"))
  const path = join(folder, `${id}.jsonl`)
  const conversation = new Writer(id, cwd)
  const firstMs = Date.now() - requests * 10_000
  let text = conversation.prompt(firstMs)
  for (let index = 0; index < requests; index += 1) text += conversation.request(100 + index, firstMs + index * 10_000)
  mkdirSync(folder, { recursive: true })
  writeFileSync(path, text)
  const append = (outputTokens: number): number => {
    const lines = conversation.request(outputTokens, Date.now())
    appendFileSync(path, lines)
    return Buffer.byteLength(lines)
  }
  return { id, append }
}

class Writer {
  readonly #common: Record<string, unknown>
  readonly #id: string
  #parentUuid: string | null = null
  #serial = 0

  constructor(sessionId: string, cwd: string) {
    this.#id = sessionId
    this.#common = { isSidechain: false, userType: "external", entrypoint: "cli", cwd, sessionId, version: "2.1.330", gitBranch: "main" }
  }

  prompt(timeMs: number): string {
    return this.#line(timeMs, { type: "user", message: { role: "user", content: "Make it so." } })
  }

  request(outputTokens: number, timeMs: number): string {
    this.#serial += 1
    const serial = `${this.#id}-${this.#serial}`
    const usage = {
      input_tokens: 12,
      cache_creation_input_tokens: 800,
      cache_read_input_tokens: 42_000,
      cache_creation: { ephemeral_5m_input_tokens: 800, ephemeral_1h_input_tokens: 0 },
      output_tokens: outputTokens,
      service_tier: "standard",
    }
    const call = { type: "tool_use", id: `toolu_${serial}`, name: "Bash", input: { command: "npm test", description: "Run the tests" } }
    const result = { type: "tool_result", tool_use_id: call.id, content: "all of it passed\n".repeat(20), is_error: false }
    const message = {
      id: `msg_${serial}`,
      type: "message",
      role: "assistant",
      model: "claude-opus-5-5",
      content: [call],
      stop_reason: "tool_use",
      usage,
    }
    return (
      this.#line(timeMs, { type: "assistant", requestId: `req_${serial}`, message }) +
      this.#line(timeMs + 3_000, { type: "user", message: { role: "user", content: [result] } })
    )
  }

  #line(timeMs: number, fields: Record<string, unknown>): string {
    const uuid = randomUUID()
    const line = { parentUuid: this.#parentUuid, ...this.#common, ...fields, uuid, timestamp: new Date(timeMs).toISOString() }
    this.#parentUuid = uuid
    return `${JSON.stringify(line)}\n`
  }
}
