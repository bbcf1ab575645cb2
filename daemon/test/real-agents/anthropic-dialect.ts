// Anthropic's Messages API as far as Claude Code uses it: one streamed answer per POST.

import { randomBytes } from "node:crypto"
import type { Dialect, ReplyTokens, ServerEvent } from "./reply.ts"

const id = (prefix: string): string => `${prefix}_01${randomBytes(11).toString("hex")}`

/** Claude Code hands its tools over with a turn of the conversation, and with nothing else that it asks. */
export const ANTHROPIC: Dialect = {
  path: "/v1/messages",
  other: (path) => (path === "/v1/messages/count_tokens" ? { input_tokens: 10 } : undefined),
  ask: (body) => ({
    model: typeof body["model"] === "string" ? body["model"] : "",
    kind: Array.isArray(body["tools"]) && body["tools"].length > 3 ? "turn" : "side",
  }),
  headers: () => ({ "request-id": id("req") }),
  events(reply, { model }) {
    const { text, tool, tokens } = reply
    const message = { id: id("msg"), type: "message", role: "assistant", model, content: [], stop_reason: null, stop_sequence: null }
    const said = text === undefined ? [] : block(0, { type: "text", text: "" }, { type: "text_delta", text })
    const start = { type: "tool_use", id: id("toolu"), name: tool?.name, input: {} }
    const input = { type: "input_json_delta", partial_json: JSON.stringify(tool?.input) }
    const called = tool === undefined ? [] : block(text === undefined ? 0 : 1, start, input)
    const stop = { stop_reason: tool === undefined ? "end_turn" : "tool_use", stop_sequence: null }
    return {
      first: [{ name: "message_start", data: { message: { ...message, usage: usage(tokens, 1) } } }, ...said],
      rest: [
        ...called,
        { name: "message_delta", data: { delta: stop, usage: usage(tokens, tokens.output) } },
        { name: "message_stop", data: {} },
      ],
    }
  },
  begun: (tokens) => ({ ...tokens, output: 1 }),
}

function block(index: number, start: Record<string, unknown>, delta: Record<string, unknown>): ServerEvent[] {
  return [
    { name: "content_block_start", data: { index, content_block: start } },
    { name: "content_block_delta", data: { index, delta } },
    { name: "content_block_stop", data: { index } },
  ]
}

function usage({ input, cacheRead = 0, cacheWrite5m = 0, cacheWrite1h = 0 }: ReplyTokens, output: number) {
  return {
    input_tokens: input,
    cache_creation_input_tokens: cacheWrite5m + cacheWrite1h,
    cache_creation: { ephemeral_5m_input_tokens: cacheWrite5m, ephemeral_1h_input_tokens: cacheWrite1h },
    cache_read_input_tokens: cacheRead,
    output_tokens: output,
    service_tier: "standard",
  }
}
