// Claude Code as an observer sees it: registry file, title, screen, transcript, subagent files.

import { execFile } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { appendText } from "../append-line.ts"
import { type Books, createBooks } from "../books.ts"
import type { Client, Mood } from "../client.ts"
import type { Clock } from "../clock.ts"
import type { Content } from "../content.ts"
import { createContext } from "../context.ts"
import type { Random } from "../random.ts"
import { claudeScreen, type Terminal } from "../terminal.ts"
import { createCostState } from "./cost-state.ts"
import type { ClaudeProfile } from "./profile.ts"
import { createRegistryFile } from "./registry-file.ts"
import { createReplyWriter } from "./reply.ts"
import { toolResult } from "./tool-result.ts"
import { createTranscript, type Lane, lastUuid, transcriptPath } from "./transcript.ts"

export interface ClaudeOptions {
  readonly clock: Clock
  readonly random: Random
  readonly content: Content
  readonly terminal: Terminal
  readonly profile: ClaudeProfile
  readonly configDir: string
  readonly cwd: string
  readonly isHeadless: boolean
  readonly entrypoint: string
  readonly model: string
  readonly effort: string
  readonly gitBranch: string
  readonly startsInTrust: boolean
  /** Conversation to begin with; made up when absent. */
  readonly conversationId?: string
}

interface Conversation {
  readonly lane: Lane
  readonly subagents: Map<
    string,
    { lane: Lane; meta: Record<string, unknown>; metaPath: string; callId: string; parent: Lane; startedMs: number; background: boolean }
  >
  readonly books: Books
  readonly cost: ReturnType<typeof createCostState>
  readonly isFresh: boolean
  title?: string
  name?: string
  turns: number
}

const SPINNER = ["⠂", "⠐"]

export function createClaudeClient(options: ClaudeOptions): Client {
  const { clock, random, content, terminal, profile, cwd } = options
  const firstSessionId = options.conversationId ?? random.uuid()
  const transcript = createTranscript({
    clock,
    random,
    cwd,
    version: profile.version,
    entrypoint: options.entrypoint,
    gitBranch: options.gitBranch,
    firstSessionId: () => (profile.requestLines && !options.isHeadless ? firstSessionId : undefined),
  })
  const replies = createReplyWriter({ clock, random, transcript, profile, isHeadless: options.isHeadless, effort: options.effort })
  const registry = createRegistryFile({ configDir: options.configDir, cwd, entrypoint: options.entrypoint, profile })
  const allBooks: Books[] = []
  let model = options.model
  let mood: Mood = options.startsInTrust ? "trust" : "idle"
  let hasAppeared = false
  let hasShell = false
  let waiting: { settle: (allow: boolean, text: string) => void; kind: "permission" | "question" } | undefined
  let titleTimer: NodeJS.Timeout | undefined

  const createLane = (sessionId: string, path: string, laneModel: string, subagentId?: string): Lane => ({
    ...(subagentId === undefined ? {} : { subagentId }),
    path,
    sessionId,
    context: createContext(random, subagentId === undefined ? "1h" : "5m"),
    model: laneModel,
    parentUuid: lastUuid(path),
    promptId: random.uuid(),
    promptText: "",
    turnStartedMs: clock.now(),
    lines: 0,
    open: new Map(),
    abort: new AbortController(),
  })
  const open = (sessionId: string): Conversation => {
    const path = transcriptPath(options.configDir, cwd, sessionId)
    const books = createBooks({ conversationId: sessionId, transcriptPath: path, agent: "claude" })
    allBooks.push(books)
    const lane = createLane(sessionId, path, model)
    return { lane, subagents: new Map(), books, cost: createCostState(clock.now()), isFresh: lane.parentUuid === null, turns: 0 }
  }
  let now = open(firstSessionId)

  const laneOf = (subagentId: string | undefined): Lane => {
    if (subagentId === undefined) return now.lane
    const subagent = now.subagents.get(subagentId)
    if (subagent === undefined) throw new Error(`No subagent ${subagentId} is running.`)
    return subagent.lane
  }
  const about = (): string =>
    [...now.lane.open.values()].map((call) => `${call.name} ${JSON.stringify(call.input)}`)[0] ?? (now.lane.promptText || "Ready")

  const show = (): void => {
    if (!hasAppeared || !clock.isLive()) return
    if (mood === "trust") return terminal.draw(claudeScreen("trust", ""))
    registry.set({
      sessionId: now.lane.sessionId,
      mood: mood === "idle" && hasShell ? "shell" : mood,
      ...(now.name !== undefined
        ? { name: now.name, nameSource: "user" }
        : now.title === undefined
          ? {}
          : { name: now.title, nameSource: "derived" }),
    })
    clearInterval(titleTimer)
    const title = now.name ?? now.title ?? "Claude Code"
    if (mood === "busy" && profile.spinningTitle) {
      let turn = 0
      const spin = (): void => terminal.setTitle(`${SPINNER[turn++ % 2]} ${title}`)
      spin()
      titleTimer = setInterval(spin, 960)
      titleTimer.unref()
    } else terminal.setTitle(`✳ ${title}`)
    terminal.draw(claudeScreen(mood, about()))
  }
  const setMood = (next: Mood): void => {
    mood = next
    show()
  }
  const meta = (line: Record<string, unknown>): void => transcript.plain(now.lane, { ...line, sessionId: now.lane.sessionId })

  const prompt = (text: string, origin: "human" | "task-notification" = "human"): void => {
    const { lane } = now
    lane.promptId = random.uuid()
    lane.promptText = text
    lane.turnStartedMs = clock.now()
    lane.abort = new AbortController()
    if (now.turns++ === 0 && now.isFresh) {
      meta({ type: "mode", mode: "normal" })
      meta({ type: "permission-mode", permissionMode: "default" })
    }
    const source = options.isHeadless ? "sdk" : "typed"
    transcript.chained(
      lane,
      { promptId: lane.promptId, type: "user", message: { role: "user", content: text } },
      {
        permissionMode: "default",
        ...(options.isHeadless ? {} : { origin: { kind: origin } }),
        promptSource: origin === "human" ? source : "system",
        turnOrigin: origin === "human" ? (options.isHeadless ? "sdk" : "human") : "task_notification",
        turnPosition: { promptIndex: now.turns, turnIndex: now.turns },
      },
    )
    now.books.prompted()
    setMood("busy")
  }

  const finishTurn = (lane: Lane, wrote: "done" | "interrupted"): void => {
    if (lane.subagentId !== undefined) return
    if (wrote === "done" && !options.isHeadless) {
      transcript.chained(
        lane,
        { type: "system", subtype: "turn_duration", durationMs: clock.now() - lane.turnStartedMs, messageCount: lane.lines },
        { isMeta: false },
      )
    }
    if (now.title === undefined && profile.registry >= 112) {
      now.title = lane.promptText.slice(0, 60)
      meta({ type: "ai-title", aiTitle: now.title })
    }
    meta({ type: "last-prompt", lastPrompt: lane.promptText, leafUuid: lane.parentUuid })
    now.books.turnEnded()
    setMood("idle")
  }

  const endTool: Client["endTool"] = ({ callId, subagentId, outcome = "ok", output }) => {
    const lane = laneOf(subagentId)
    const call = lane.open.get(callId)
    if (call === undefined) throw new Error(`No open call ${callId}.`)
    lane.open.delete(callId)
    const text = output ?? (outcome === "ok" ? content.output() : content.failure())
    const result = toolResult(call.name, call.input, outcome, text)
    const timeMs = clock.now()
    transcript.chained(
      lane,
      {
        promptId: lane.promptId,
        type: "user",
        message: {
          role: "user",
          content: [{ tool_use_id: callId, type: "tool_result", content: result.content, is_error: result.isError }],
        },
      },
      {
        ...(lane.subagentId === undefined ? { toolUseResult: result.toolUseResult } : {}),
        ...result.extra,
        sourceToolAssistantUUID: call.lineUuid,
      },
      { timeMs, parentUuid: call.lineUuid },
    )
    now.books.toolEnded(callId, outcome, timeMs)
    if (outcome === "rejected" || outcome === "interrupted") interruptedLine(lane, "[Request interrupted by user for tool use]")
  }
  const interruptedLine = (lane: Lane, text: string): void => {
    transcript.chained(lane, { promptId: lane.promptId, type: "user", message: { role: "user", content: [{ type: "text", text }] } })
    finishTurn(lane, "interrupted")
  }
  const endSession = (): void => {
    if (profile.requestLines && now.isFresh && now.turns > 0) transcript.plain(now.lane, now.cost.line(now.lane.sessionId, clock.now()))
  }
  const writeMeta = (path: string, value: unknown): void => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeFileSync(path, JSON.stringify(value), { mode: 0o600 })
  }

  const client: Client = {
    get conversationId() {
      return now.lane.sessionId
    },
    get transcriptPath() {
      return now.lane.path
    },
    books: allBooks,
    appear() {
      hasAppeared = true
      const pane = process.env["TMUX_PANE"]
      if (mood !== "trust" && profile.registry >= 240 && process.env["TMUX"] !== undefined && pane !== undefined) {
        execFile("tmux", ["-u", "display-message", "-p", "-t", pane, "#{session_name}:#{window_id}.#{pane_id}"], (error, out) => {
          if (error === null && hasAppeared) registry.setTmux(out.trim())
        })
      }
      show()
    },
    leave() {
      hasAppeared = false
      endSession()
      clearInterval(titleTimer)
      registry.remove()
    },
    prompt,
    async respond(reply) {
      const lane = laneOf(reply.subagentId)
      const of = now
      const tools = (reply.tools ?? []).map((tool) => ({
        ...content.tool(tool.name),
        ...(tool.input === undefined ? {} : { input: tool.input }),
      }))
      const text = reply.text ?? (tools.length === 0 || reply.end === true ? content.reply() : undefined)
      if (lane.subagentId === undefined && mood !== "busy") setMood("busy")
      const { usage, callIds, durationMs } = await replies.write(lane, reply, tools, text)
      of.books.request(lane.model, usage, lane.subagentId)
      of.cost.add(lane.model, usage, durationMs)
      callIds.forEach((callId, index) =>
        of.books.toolStarted(callId, tools[index]?.name ?? "", lane.open.get(callId)?.startedMs ?? clock.now(), lane.subagentId),
      )
      if (lane.abort.signal.aborted) interruptedLine(lane, "[Request interrupted by user]")
      else if (reply.end === true) finishTurn(lane, "done")
      show()
      return callIds
    },
    endTool,
    ask(callId) {
      const call = now.lane.open.get(callId)
      if (call === undefined) throw new Error(`No open call ${callId}.`)
      const askedMs = clock.now()
      waiting = {
        kind: "permission",
        settle: (allow) => {
          now.books.toolWaited(callId, clock.now() - askedMs)
          if (allow) setMood("busy")
          else endTool({ callId, outcome: "rejected" })
        },
      }
      setMood("permission")
    },
    async question(text, choices) {
      const input = {
        questions: [
          { question: text, header: "Choice", options: choices.map((label) => ({ label, description: "" })), multiSelect: false },
        ],
      }
      const [callId = ""] = await client.respond({ tools: [{ name: "AskUserQuestion", input }], durationMs: 1500 })
      waiting = {
        kind: "question",
        settle: (allow, answer) => {
          endTool({ callId, outcome: allow ? "ok" : "rejected", output: answer })
          if (allow) setMood("busy")
        },
      }
      setMood("question")
      return callId
    },
    answer(allow, text = "Yes") {
      if (mood === "trust") {
        mood = "idle"
        client.appear()
        return true
      }
      const settled = waiting
      waiting = undefined
      settled?.settle(allow, text)
      return settled !== undefined
    },
    async startSubagent(start) {
      const parent = laneOf(start.subagentId)
      const agentType = start.agentType ?? "general-purpose"
      const input = { description: start.description, prompt: start.prompt, subagent_type: agentType }
      const [callId = ""] = await client.respond({
        tools: [{ name: "Agent", input }],
        ...(start.subagentId === undefined ? {} : { subagentId: start.subagentId }),
      })
      const subagentId = `a${random.hex(16)}`
      const folder = join(dirname(now.lane.path), now.lane.sessionId, "subagents")
      const lane = createLane(now.lane.sessionId, join(folder, `agent-${subagentId}.jsonl`), start.model ?? model, subagentId)
      lane.promptId = parent.promptId
      const background = start.background ?? false
      const metaLine = {
        agentType,
        isBuiltIn: true,
        description: start.description,
        toolUseId: callId,
        ...(start.subagentId === undefined ? {} : { parentAgentId: start.subagentId }),
        spawnDepth: start.subagentId === undefined ? 1 : 2,
        requestShape: background ? "background" : "foreground",
        requestNonInteractive: options.isHeadless,
        model: lane.model,
      }
      const metaPath = join(folder, `agent-${subagentId}.meta.json`)
      writeMeta(metaPath, metaLine)
      transcript.chained(lane, { promptId: lane.promptId, type: "user", message: { role: "user", content: start.prompt } })
      now.subagents.set(subagentId, { lane, meta: metaLine, metaPath, callId, parent, startedMs: clock.now(), background })
      now.books.subagentStarted(subagentId)
      if (background) {
        endTool({
          callId,
          ...(start.subagentId === undefined ? {} : { subagentId: start.subagentId }),
          output: `Async agent launched successfully.\nagentId: ${subagentId}`,
        })
      }
      return subagentId
    },
    async endSubagent(subagentId, text) {
      const subagent = now.subagents.get(subagentId)
      if (subagent === undefined) throw new Error(`No subagent ${subagentId} is running.`)
      const result = text ?? content.reply()
      await client.respond({ subagentId, text: result, end: true })
      writeMeta(subagent.metaPath, { ...subagent.meta, finished: true })
      now.subagents.delete(subagentId)
      now.books.subagentEnded(subagentId)
      const parentId = subagent.parent.subagentId
      if (!subagent.background) {
        endTool({
          callId: subagent.callId,
          output: `${result}\nagentId: ${subagentId}`,
          ...(parentId === undefined ? {} : { subagentId: parentId }),
        })
        return
      }
      const durationMs = clock.now() - subagent.startedMs
      const notification = `<task-notification>\n<task-id>${subagentId}</task-id>\n<tool-use-id>${subagent.callId}</tool-use-id>\n<status>completed</status>\n<summary>Agent finished</summary>\n<result>${result}</result>\n<usage><duration_ms>${durationMs}</duration_ms></usage>\n</task-notification>`
      meta({ type: "queue-operation", operation: "enqueue", timestamp: new Date(clock.now()).toISOString(), content: notification })
      meta({ type: "queue-operation", operation: "dequeue", timestamp: new Date(clock.now()).toISOString() })
      prompt(notification, "task-notification")
    },
    apiError(status, final) {
      const { lane } = now
      replies.request(lane)
      if (!final) {
        transcript.chained(lane, {
          type: "system",
          subtype: "api_error",
          level: "error",
          error: {
            message: `${status} overloaded`,
            status,
            requestId: `req_${random.id(22)}`,
            formatted: `${status} overloaded`,
            connection: null,
            isNetworkDown: false,
          },
          retryInMs: 600,
          retryAttempt: 1,
          maxRetries: 10,
          source: "request_retry",
        })
      } else {
        const zero = { input_tokens: 0, output_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 }
        transcript.chained(
          lane,
          {
            message: {
              id: random.uuid(),
              type: "message",
              role: "assistant",
              model: "<synthetic>",
              content: [{ type: "text", text: `API Error: ${status}` }],
              stop_reason: "stop_sequence",
              stop_sequence: "",
              usage: zero,
            },
            type: "assistant",
          },
          {
            isApiErrorMessage: true,
            error: status === 429 ? "rate_limit" : "server_error",
            apiErrorStatus: status,
            apiErrorType: "overloaded_error",
          },
        )
        finishTurn(lane, "done")
      }
      now.books.apiError()
    },
    interrupt() {
      const { lane } = now
      lane.abort.abort(new Error("interrupted"))
      const calls = [...lane.open.keys()]
      for (const callId of calls.slice(0, -1)) lane.open.has(callId) && endTool({ callId, outcome: "cancelled" })
      const last = calls.at(-1)
      if (last !== undefined) endTool({ callId: last, outcome: "interrupted" })
      waiting = undefined
    },
    async compact() {
      const { lane } = now
      const boundaryFrom = lane.parentUuid
      await clock.sleep(2_000)
      transcript.chained(
        lane,
        { logicalParentUuid: boundaryFrom, type: "system", subtype: "compact_boundary", content: "Conversation compacted", level: "info" },
        { isMeta: false, compactMetadata: { trigger: "manual", preTokens: 90_000, postTokens: 9_000, durationMs: 2_000 } },
        { parentUuid: null },
      )
      lane.context.reset()
      transcript.chained(
        lane,
        {
          promptId: lane.promptId,
          type: "user",
          message: { role: "user", content: "This session is being continued from a previous conversation." },
        },
        { isCompactSummary: true, isVisibleInTranscriptOnly: true },
      )
    },
    setModel(next) {
      model = next
      now.lane.model = next
    },
    setTitle(text) {
      now.title = text
      meta({ type: "ai-title", aiTitle: text })
      show()
    },
    rename(text) {
      now.name = text
      meta({ type: "custom-title", customTitle: text })
      show()
    },
    clear() {
      endSession()
      now = open(random.uuid())
      transcript.chained(
        now.lane,
        { type: "user", message: { role: "user", content: "<command-name>/clear</command-name>" } },
        { isMeta: true },
      )
      setMood("idle")
    },
    resume(conversationId) {
      endSession()
      now = open(conversationId)
      setMood("idle")
    },
    setShell(on) {
      hasShell = on
      show()
    },
    setDialog: (isOpen) => setMood(isOpen ? "dialog" : "idle"),
    raw: (text) => appendText(now.lane.path, text),
    toolEnvironment: () => ({
      CLAUDECODE: "1",
      CLAUDE_PID: String(process.pid),
      CLAUDE_CODE_SESSION_ID: now.lane.sessionId,
      CLAUDE_CODE_CHILD_SESSION: "1",
      CLAUDE_CODE_ENTRYPOINT: options.entrypoint,
      AI_AGENT: `claude-code_${profile.version}_agent`,
    }),
  }
  return client
}
