// Lines as both agents write them, for the tests of reading.

/** A Claude Code conversation of `turns` turns: prompt, request, a response of three lines, tool result, last word. */
export function claudeLines(turns: number, sessionId = "11111111-1111-4111-8111-111111111111"): string[] {
  const lines: string[] = [JSON.stringify({ type: "mode", mode: "normal", sessionId })]
  let timeMs = Date.UTC(2026, 10, 1)
  const common = () => {
    timeMs += 700
    const uuid = `u${timeMs}`
    return { uuid, timestamp: new Date(timeMs).toISOString(), cwd: "/home/dev/é", sessionId, version: "2.1.330", gitBranch: "main" }
  }
  const usage = (output: number) => ({
    input_tokens: 3,
    cache_creation_input_tokens: 1000,
    cache_creation: { ephemeral_5m_input_tokens: 600, ephemeral_1h_input_tokens: 400 },
    cache_read_input_tokens: 20_000 + (timeMs % 1000),
    output_tokens: output,
  })
  const said = (id: string, block: object, stop: string | null, output: number) => ({
    parentUuid: null,
    isSidechain: false,
    message: { id, role: "assistant", model: "claude-opus-5-5", content: [block], stop_reason: stop, usage: usage(output) },
    requestId: `req_${id}`,
    type: "assistant",
    ...common(),
  })
  const user = (content: unknown, more: object = {}) => ({
    parentUuid: null,
    isSidechain: false,
    type: "user",
    message: { role: "user", content },
    ...common(),
    ...more,
  })
  for (let turn = 0; turn < turns; turn++) {
    const call = `toolu_${sessionId.slice(0, 4)}${turn}`
    const result = { tool_use_id: call, type: "tool_result", content: "naïve ✓ 🎉", is_error: turn % 3 === 1 }
    for (const line of [
      user(`prompt ${turn} – “quoted” 🎉`),
      { parentUuid: null, isSidechain: false, attachment: { type: "date", type2: { type: "user" } }, type: "attachment", ...common() },
      { type: "api-request", sessionId, id: `r${turn}`, timestamp: new Date(timeMs + 5000).toISOString(), params: { model: "m" } },
      said(`msg_a${sessionId.slice(0, 4)}${turn}`, { type: "thinking", thinking: "hm" }, "tool_use", 1),
      said(
        `msg_a${sessionId.slice(0, 4)}${turn}`,
        { type: "tool_use", id: call, name: "Bash", input: { command: `ls ${turn}` } },
        "tool_use",
        250,
      ),
      user([result], { toolUseResult: { stdout: "x", interrupted: false } }),
      said(`msg_b${sessionId.slice(0, 4)}${turn}`, { type: "text", text: "done\u2028" }, "end_turn", 40),
      { type: "last-prompt", lastPrompt: "p", sessionId },
    ]) {
      lines.push(JSON.stringify(line))
    }
  }
  return lines
}

/** A Codex thread of `turns` turns with cumulative counts, each written twice. */
export function codexLines(turns: number, id = "019dda14-1af7-75f2-afc4-91fa82ac2c27"): string[] {
  let timeMs = Date.UTC(2026, 3, 29, 16, 31)
  const lines: string[] = []
  const add = (type: string, payload: object) => {
    timeMs += 400
    lines.push(JSON.stringify({ timestamp: new Date(timeMs).toISOString(), type, payload }))
  }
  add("session_meta", { id, timestamp: new Date(timeMs).toISOString(), cwd: "/home/dev", originator: "codex-tui", cli_version: "0.125.0" })
  const last = { input_tokens: 1000, cached_input_tokens: 600, output_tokens: 50, reasoning_output_tokens: 20, total_tokens: 1050 }
  for (let turn = 0; turn < turns; turn++) {
    const turnId = `turn-${turn}`
    add("event_msg", { type: "task_started", turn_id: turnId, model_context_window: 258_400 })
    add("turn_context", { turn_id: turnId, cwd: "/home/dev", model: "gpt-5.5" })
    add("response_item", { type: "message", role: "user", content: [{ type: "input_text", text: "naïve ✓" }] })
    add("response_item", { type: "function_call", name: "exec_command", arguments: '{"cmd":"ls"}', call_id: `call_${turn}` })
    const total = Object.fromEntries(Object.entries(last).map(([name, value]) => [name, value * (turn + 1)]))
    const info = { total_token_usage: total, last_token_usage: last, model_context_window: 258_400 }
    add("event_msg", { type: "token_count", info })
    const end = {
      call_id: `call_${turn}`,
      exit_code: turn % 2,
      duration: { secs: 1, nanos: 5e8 },
      status: turn % 2 === 0 ? "completed" : "failed",
    }
    add("event_msg", { type: "exec_command_end", ...end })
    add("response_item", { type: "function_call_output", call_id: `call_${turn}`, output: "Process exited with code 0" })
    add("event_msg", { type: "token_count", info })
    add("event_msg", { type: "task_complete", turn_id: turnId, duration_ms: 900 })
  }
  return lines
}
