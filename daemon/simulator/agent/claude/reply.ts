// One model request of Claude Code and its answer: an `api-request` line when it is sent, one line per content block when it is complete.

import type { TokenUsage } from "../../../src/domain/usage.ts"
import type { Clock } from "../clock.ts"
import type { Respond, ToolRequest } from "../control.ts"
import type { Random } from "../random.ts"
import type { ClaudeProfile } from "./profile.ts"
import type { Lane, Transcript } from "./transcript.ts"

export interface Reply {
  readonly usage: TokenUsage
  readonly callIds: string[]
  readonly durationMs: number
}

export interface ReplyWriter {
  /** When the lane is interrupted it writes the part that had come, with no calls. */
  write(lane: Lane, reply: Omit<Respond, "kind">, tools: readonly Required<ToolRequest>[], text: string | undefined): Promise<Reply>
  /** An `api-request` line alone, as a retry leaves it. Answers its id. */
  request(lane: Lane): string
}

export function createReplyWriter(options: {
  clock: Clock
  random: Random
  transcript: Transcript
  profile: ClaudeProfile
  isHeadless: boolean
  effort: string
}): ReplyWriter {
  const { clock, random, transcript, profile } = options

  const request = (lane: Lane): string => {
    const id = random.uuid()
    if (!profile.requestLines) return id
    const main = options.isHeadless ? "sdk" : "repl_main_thread"
    transcript.plain(lane, {
      type: "api-request",
      sessionId: lane.sessionId,
      ...(lane.subagentId === undefined ? {} : { agentId: lane.subagentId }),
      id,
      timestamp: new Date(clock.now()).toISOString(),
      version: profile.version,
      querySource: lane.subagentId === undefined ? main : "agent:builtin:general-purpose",
      shapeHash: "2fb2a59015d5eb8f",
      params: { model: lane.model, max_tokens: 128_000, thinking: { type: "adaptive" }, output_config: { effort: options.effort } },
      ...(lane.lastRequestId === undefined ? {} : { base: lane.lastRequestId }),
      keep: lane.lines,
      tail: [],
      cacheControl: [],
      requestDigest: random.hex(16),
    })
    lane.lastRequestId = id
    return id
  }

  const write: ReplyWriter["write"] = async (lane, reply, tools, text) => {
    const startMs = clock.now()
    const requestRef = request(lane)
    const durationMs = reply.durationMs ?? random.int(900, 4_500)
    const usage = lane.context.next(reply.usage)
    const messageId = `msg_${random.id(22)}`
    const requestId = `req_${random.id(22)}`
    const message = (block: unknown, stopReason: string | null, used: unknown): Record<string, unknown> => ({
      id: messageId,
      type: "message",
      role: "assistant",
      model: lane.model,
      content: [block],
      stop_reason: stopReason,
      stop_sequence: null,
      usage: used,
    })
    const beyond = (index: number): Record<string, unknown> => ({
      ...(profile.requestLines ? { apiBlockIndex: index } : {}),
      requestId,
      ...(profile.requestLines
        ? { requestRef, requestedModel: lane.model, promptCacheRequested: lane.subagentId === undefined ? "1h" : "5m" }
        : {}),
      type: "assistant",
    })
    try {
      await clock.sleep(durationMs, lane.abort.signal)
    } catch {
      transcript.chained(
        lane,
        { message: message({ type: "text", text: "I will" }, null, wire({ ...usage, output: 1, reasoning: 0 })), ...beyond(0) },
        { isAbortedMidStream: true },
      )
      return { usage: { ...usage, output: 1, reasoning: 0 }, callIds: [], durationMs: clock.now() - startMs }
    }
    const endMs = clock.now()
    const blocks: Record<string, unknown>[] = []
    if (reply.thinking !== undefined) blocks.push({ type: "thinking", thinking: reply.thinking, signature: "c2lt" })
    if (text !== undefined) blocks.push({ type: "text", text })
    const callIds = tools.map(() => `toolu_${random.id(24)}`)
    tools.forEach((tool, index) => blocks.push({ type: "tool_use", id: callIds[index], name: tool.name, input: tool.input }))
    const stopReason = tools.length > 0 ? "tool_use" : "end_turn"
    blocks.forEach((block, index) => {
      const isLast = index === blocks.length - 1
      const used = profile.placeholderUsage && !isLast ? { ...usage, output: Math.min(3, usage.output), reasoning: 0 } : usage
      const isCall = block["type"] === "tool_use"
      const timeMs = isCall || isLast ? endMs : Math.round(startMs + ((endMs - startMs) * (index + 1)) / (blocks.length + 1))
      const uuid = transcript.chained(
        lane,
        { message: message(block, profile.placeholderUsage && !isLast ? null : stopReason, wire(used)), ...beyond(index) },
        { effort: options.effort, madeBy: "model" },
        { timeMs },
      )
      if (!isCall) return
      const callId = block["id"] as string
      lane.open.set(callId, {
        callId,
        name: block["name"] as string,
        input: block["input"] as Record<string, unknown>,
        lineUuid: uuid,
        startedMs: endMs,
      })
    })
    return { usage, callIds, durationMs: endMs - startMs }
  }
  return { request, write }
}

/** Usage as the API reports it. */
function wire(usage: TokenUsage): Record<string, unknown> {
  return {
    input_tokens: usage.input,
    cache_creation_input_tokens: usage.cacheWrite5m + usage.cacheWrite1h,
    cache_read_input_tokens: usage.cacheRead,
    output_tokens: usage.output,
    output_tokens_details: { thinking_tokens: usage.reasoning },
    server_tool_use: { web_search_requests: 0, web_fetch_requests: 0 },
    service_tier: "standard",
    cache_creation: { ephemeral_1h_input_tokens: usage.cacheWrite1h, ephemeral_5m_input_tokens: usage.cacheWrite5m },
    inference_geo: "",
    iterations: [],
    speed: "standard",
  }
}
