// Answers as Claude Code writes them, for tests of what is counted over the life of a daemon.

/** The conversation of every line. */
export const CONVERSATION_ID = "11111111-2222-4333-8444-555555555555"

/** The transcript's line of request `n`, which is another request than any other `n`. `timestamp` as in the file. */
export function assistantLine(
  n: number,
  timestamp: string,
  tokens: { readonly output: number; readonly cacheRead?: number; readonly text?: string },
): string {
  const usage = {
    input_tokens: 10,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: tokens.cacheRead ?? 0,
    output_tokens: tokens.output,
  }
  const message = {
    id: `msg_${n}`,
    role: "assistant",
    model: "claude-opus-5-5",
    content: [{ type: "text", text: tokens.text ?? "x" }],
    stop_reason: "end_turn",
    usage,
  }
  const envelope = { isSidechain: false, sessionId: CONVERSATION_ID, cwd: "/work/app", version: "2.1.330", uuid: `u${n}`, timestamp }
  return `${JSON.stringify({ parentUuid: null, ...envelope, type: "assistant", requestId: `req_${n}`, message })}\n`
}
