// OpenAI's Responses API as far as Codex uses it: one streamed answer per POST.

import { randomBytes } from "node:crypto"
import type { Dialect, ReplyTokens, ServerEvent } from "./reply.ts"

const id = (prefix: string): string => `${prefix}_${randomBytes(12).toString("hex")}`

/** Codex asks for a title beside the turn, and wants that answer in a format. */
export const OPENAI: Dialect = {
  path: "/v1/responses",
  other: (path) => (path === "/v1/models" ? { object: "list", data: [], models: [] } : undefined),
  ask: (body) => ({
    model: typeof body["model"] === "string" ? body["model"] : "",
    kind: hasFormat(body["text"]) ? "side" : "turn",
  }),
  headers: () => ({ "x-request-id": id("req") }),
  events({ text: words, tool, tokens }, { model, kind }) {
    const text = kind === "side" ? JSON.stringify({ title: words }) : words
    const response = { id: id("resp"), object: "response", model, status: "in_progress", output: [] }
    const items: Record<string, unknown>[] = []
    if (text !== undefined) {
      const content = [{ type: "output_text", text, annotations: [] }]
      items.push({ type: "message", id: id("msg"), role: "assistant", status: "completed", content })
    }
    if (tool !== undefined) {
      const call = {
        name: tool.name,
        ...(tool.namespace === undefined ? {} : { namespace: tool.namespace }),
        arguments: JSON.stringify(tool.input),
        call_id: id("call"),
      }
      items.push({ type: "function_call", id: id("fc"), status: "completed", ...call })
    }
    const done = { ...response, status: "completed", output: items, usage: usage(tokens) }
    const spoken = items.map((item, index): ServerEvent[] => [
      { name: "response.output_item.added", data: { output_index: index, item: { ...item, status: "in_progress" } } },
      { name: "response.output_item.done", data: { output_index: index, item } },
    ])
    const [first = [], ...rest] = text === undefined ? [[], ...spoken] : spoken
    return {
      first: [{ name: "response.created", data: { response } }, ...first],
      rest: [...rest.flat(), { name: "response.completed", data: { response: done } }],
    }
  },
  // Only the last event speaks of tokens.
  begun: () => ({ input: 0, output: 0 }),
}

function hasFormat(text: unknown): boolean {
  return typeof text === "object" && text !== null && "format" in text
}

function usage({ input, output, reasoning = 0, cacheRead = 0, cacheWrite5m = 0 }: ReplyTokens) {
  const prompt = input + cacheRead + cacheWrite5m
  return {
    input_tokens: prompt,
    input_tokens_details: { cached_tokens: cacheRead, ...(cacheWrite5m > 0 ? { cache_write_tokens: cacheWrite5m } : {}) },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: prompt + output,
  }
}
