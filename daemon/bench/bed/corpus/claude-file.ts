// One made-up transcript of Claude Code: the line types, key orders and sizes of real ones, where most bytes lie in tool results.

import { between, noise, prose, type Random, source, uuidV7 } from "./random-text.ts"
import { addTokens, noTokens, type TokenSums } from "./token-sums.ts"

export interface ClaudeFilePlan {
  /** Its conversation, or the one that started the subagent. */
  readonly sessionId: string
  readonly subagentId?: string
  readonly startMs: number
  /** Billed requests of its own. */
  readonly steps: number
  readonly project: number
  /** An older client: output counts that grow while a response streams, progress lines, no api-request lines. */
  readonly isOld: boolean
  /** A conversation whose first lines are copied, as a fork copies them. */
  readonly parent?: ClaudeFile
}

export interface ClaudeFile {
  readonly plan: ClaudeFilePlan
  readonly lines: readonly string[]
  /** What its own requests used. */
  readonly tokens: TokenSums
  readonly endMs: number
}

const COPIED_LINES = 150
/** For each tool call of an older client. */
const PROGRESS_LINES = 4

export function claudeFile(random: Random, plan: ClaudeFilePlan): ClaudeFile {
  const { sessionId, subagentId, isOld } = plan
  const lines = plan.parent === undefined ? [] : copiedLines(plan.parent, sessionId)
  const tokens = noTokens()
  const model = plan.project % 3 === 0 ? "claude-sonnet-5-5" : "claude-opus-5-5"
  const version = isOld ? "2.1.39" : "2.1.330"
  let timeMs = plan.startMs
  const head = () => ({
    parentUuid: uuidV7(random, timeMs),
    isSidechain: subagentId !== undefined,
    ...(subagentId === undefined ? {} : { agentId: subagentId }),
  })
  const common = () => {
    timeMs += between(random, 200, 4200)
    const envelope = { userType: "external", entrypoint: "cli", cwd: `/home/dev/project-${plan.project}`, sessionId, version }
    return { uuid: uuidV7(random, timeMs), timestamp: new Date(timeMs).toISOString(), ...envelope, gitBranch: "main" }
  }
  const add = (line: object) => {
    lines.push(JSON.stringify(line))
  }
  for (let step = 0; step < plan.steps; step++) {
    if (step % 12 === 0) {
      add({ type: "file-history-snapshot", messageId: sessionId, snapshot: { trackedFileBackups: {}, note: prose(random, 600) } })
      add({ ...head(), promptId: sessionId, type: "user", message: { role: "user", content: prose(random, 300) }, ...common() })
      add({ ...head(), attachment: { type: "skill_listing", content: prose(random, 3000) }, type: "attachment", ...common() })
    }
    if (!isOld) {
      const asked = { sessionId, id: uuidV7(random, timeMs), timestamp: new Date(timeMs).toISOString(), params: { model } }
      add({ type: "api-request", ...asked })
    }
    const serial = `${sessionId.slice(-12)}${subagentId ?? ""}${step}`
    const written = { ephemeral_1h_input_tokens: between(random, 0, 2) * 700, ephemeral_5m_input_tokens: between(random, 500, 3500) }
    const used = {
      input: between(random, 1, 9),
      output: between(random, 20, 1500),
      cacheRead: 20_000 + step * 300,
      cacheWrite: written.ephemeral_1h_input_tokens + written.ephemeral_5m_input_tokens,
    }
    addTokens(tokens, { requests: 1, ...used })
    const usageWith = (output: number) => ({
      input_tokens: used.input,
      cache_creation_input_tokens: used.cacheWrite,
      cache_read_input_tokens: used.cacheRead,
      output_tokens: output,
      server_tool_use: { web_search_requests: 0, web_fetch_requests: 0 },
      service_tier: "standard",
      cache_creation: written,
      inference_geo: "",
      iterations: [],
      speed: "standard",
    })
    const isShell = step % 3 === 0
    const blocks = [
      { type: "thinking", thinking: prose(random, 500), signature: noise(random, 400) },
      { type: "text", text: prose(random, 400) },
      {
        type: "tool_use",
        id: `toolu_${serial}`,
        name: isShell ? "Bash" : "Read",
        input: isShell ? { command: `grep -rn "${prose(random, 40)}" src`, description: "search" } : { file_path: "/home/dev/a.ts" },
      },
    ]
    for (const [index, content] of blocks.entries()) {
      const usage = usageWith(isOld && index < blocks.length - 1 ? Math.min(index + 1, used.output) : used.output)
      const said = { id: `msg_${serial}`, type: "message", role: "assistant", model, content: [content], stop_reason: "tool_use", usage }
      add({ ...head(), message: said, apiBlockIndex: index, requestId: `req_${serial}`, type: "assistant", ...common() })
    }
    for (let lap = 0; lap < (isOld ? PROGRESS_LINES : 0); lap++) {
      const data = { type: "bash_progress", output: source(random, 200), elapsedTimeSeconds: lap, totalLines: lap }
      add({ ...head(), type: "progress", data, toolUseID: `bash-progress-${lap}`, parentToolUseID: `toolu_${serial}`, ...common() })
    }
    const output = source(random, random() < 0.1 ? 30_000 : 2500)
    const result = { tool_use_id: `toolu_${serial}`, type: "tool_result", content: output, is_error: random() < 0.05 }
    const toolUseResult = { stdout: output, stderr: "", interrupted: false, isImage: false }
    add({ ...head(), promptId: sessionId, type: "user", message: { role: "user", content: [result] }, ...common(), toolUseResult })
  }
  return { plan, lines, tokens, endMs: timeMs }
}

/** The first messages of a conversation as a fork holds them: under the fork's id, each answer with the name of whom it was given to. */
function copiedLines(parent: ClaudeFile, sessionId: string): string[] {
  const origin = parent.plan.sessionId
  return parent.lines
    .slice(0, COPIED_LINES)
    .filter((line) => line.startsWith('{"parentUuid"'))
    .map((line) => line.replaceAll(`"sessionId":"${origin}"`, `"sessionId":"${sessionId}"`))
    .map((line) => line.replace('"type":"assistant","uuid"', `"requestSessionId":"${origin}","type":"assistant","uuid"`))
}
