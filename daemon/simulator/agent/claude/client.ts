// Claude Code as an observer sees it: registry file, title, screen, transcript, subagent files.

import { appendText } from "../append-line.ts"
import type { Books } from "../books.ts"
import type { Client, Mood } from "../client.ts"
import type { Clock } from "../clock.ts"
import type { Content } from "../content.ts"
import { COMPACTS_AT } from "../context.ts"
import type { Teammate } from "../launch.ts"
import type { Random } from "../random.ts"
import type { Terminal } from "../terminal.ts"
import { openConversation } from "./conversation.ts"
import { createPresence } from "./presence.ts"
import type { ClaudeProfile } from "./profile.ts"
import { createReplyWriter } from "./reply.ts"
import { writeCompaction, writeFailure, writeHookFailure, writeRetry } from "./special-lines.ts"
import { createSubagents } from "./subagents.ts"
import { toolResult } from "./tool-result.ts"
import { createTranscript, type Lane } from "./transcript.ts"

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
  readonly teammate: Teammate | undefined
  readonly model: string
  readonly effort: string
  readonly gitBranch: string
  readonly startsInTrust: boolean
  /** Conversation to begin with; made up when absent. */
  readonly conversationId?: string
}

export function createClaudeClient(options: ClaudeOptions): Client {
  const { clock, random, content, profile, isHeadless } = options
  const firstSessionId = options.conversationId ?? random.uuid()
  const transcript = createTranscript({
    ...options,
    version: profile.version,
    firstSessionId: () => (profile.requestLines && !isHeadless ? firstSessionId : undefined),
  })
  const replies = createReplyWriter({ ...options, transcript })
  const presence = createPresence(options)
  const allBooks: Books[] = []
  let model = options.model
  let mood: Mood = options.startsInTrust ? "trust" : "idle"
  let hasAppeared = false
  let hasShell = false
  /** Failed attempts since the last answer. */
  let retries = 0
  let waiting: ((allow: boolean, text: string) => void) | undefined

  const open = (sessionId: string) => {
    const conversation = openConversation({ ...options, sessionId, model })
    allBooks.push(conversation.books)
    return conversation
  }
  let now = open(firstSessionId)

  const laneOf = (subagentId: string | undefined): Lane => {
    const lane = subagentId === undefined ? now.lane : now.subagents.get(subagentId)?.lane
    if (lane === undefined) throw new Error(`No subagent ${subagentId} is running.`)
    return lane
  }
  const show = (): void => {
    if (!hasAppeared || !clock.isLive()) return
    const call = [...now.lane.open.values()][0]
    const about = call === undefined ? now.lane.promptText || "Ready" : `${call.name} ${JSON.stringify(call.input)}`
    presence.show({
      sessionId: now.lane.sessionId,
      mood: mood === "idle" && hasShell ? "shell" : mood,
      title: now.title,
      name: now.name,
      about,
    })
  }
  const setMood = (next: Mood): void => {
    mood = next
    show()
  }
  const meta = (line: Record<string, unknown>): void => transcript.plain(now.lane, { ...line, sessionId: now.lane.sessionId })

  const prompt = (text: string, isNotification = false): void => {
    const { lane } = now
    lane.promptId = random.uuid()
    lane.promptText = text
    lane.turnStartedMs = clock.now()
    lane.turnWaitedMs = 0
    lane.abort = new AbortController()
    if (lane.context.held() > COMPACTS_AT) writeCompaction(transcript, lane, "auto")
    if (now.turns++ === 0 && now.isFresh) {
      meta({ type: "mode", mode: "normal" })
      meta({ type: "permission-mode", permissionMode: "default" })
    }
    const typed = isHeadless
      ? { promptSource: "sdk", turnOrigin: "sdk" }
      : { origin: { kind: "human" }, promptSource: "typed", turnOrigin: "human" }
    const notified = { origin: { kind: "task-notification" }, promptSource: "system", turnOrigin: "task_notification" }
    transcript.chained(
      lane,
      { promptId: lane.promptId, type: "user", message: { role: "user", content: text } },
      { permissionMode: "default", ...(isNotification ? notified : typed), turnPosition: { promptIndex: now.turns, turnIndex: now.turns } },
    )
    now.books.prompted()
    setMood("busy")
  }
  const finishTurn = (lane: Lane, isDone: boolean): void => {
    if (lane.subagentId !== undefined) return
    if (isDone && !isHeadless) {
      const durationMs = clock.now() - lane.turnStartedMs - lane.turnWaitedMs
      transcript.chained(lane, { type: "system", subtype: "turn_duration", durationMs, messageCount: lane.lines }, { isMeta: false })
    }
    if (now.title === undefined && profile.registry >= 112) {
      now.title = lane.promptText.slice(0, 60)
      meta({ type: "ai-title", aiTitle: now.title })
    }
    meta({ type: "last-prompt", lastPrompt: lane.promptText, leafUuid: lane.parentUuid })
    now.books.turnEnded()
    setMood("idle")
  }
  const interrupted = (lane: Lane, text: string): void => {
    transcript.chained(lane, { promptId: lane.promptId, type: "user", message: { role: "user", content: [{ type: "text", text }] } })
    finishTurn(lane, false)
  }
  const endTool: Client["endTool"] = ({ callId, subagentId, outcome = "ok", output }) => {
    const lane = laneOf(subagentId)
    const call = lane.open.get(callId)
    if (call === undefined) throw new Error(`No open call ${callId}.`)
    lane.open.delete(callId)
    const timeMs = clock.now()
    const said = output ?? (outcome === "ok" ? content.output() : content.failure())
    const result = toolResult(call, outcome, said, timeMs)
    const block = { tool_use_id: callId, type: "tool_result", content: result.content, is_error: result.isError }
    transcript.chained(
      lane,
      { promptId: lane.promptId, type: "user", message: { role: "user", content: [block] } },
      {
        ...(lane.subagentId === undefined ? { toolUseResult: result.toolUseResult } : {}),
        ...result.extra,
        sourceToolAssistantUUID: call.lineUuid,
      },
      { timeMs, parentUuid: call.lineUuid },
    )
    now.books.toolEnded(callId, outcome, timeMs)
    if (outcome === "rejected" || outcome === "interrupted") interrupted(lane, "[Request interrupted by user for tool use]")
  }
  const endSession = (): void => {
    if (profile.requestLines && now.isFresh && now.turns > 0) transcript.plain(now.lane, now.cost.line(now.lane.sessionId, clock.now()))
  }

  const client: Client = {
    get conversationId() {
      return now.lane.sessionId
    },
    get transcriptPath() {
      return now.lane.path
    },
    get mood() {
      return mood
    },
    books: allBooks,
    appear() {
      hasAppeared = true
      show()
    },
    leave() {
      hasAppeared = false
      endSession()
      presence.close()
    },
    prompt,
    async respond(reply) {
      const lane = laneOf(reply.subagentId)
      const of = now
      retries = 0
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
        of.books.toolStarted(callId, tools[index]?.name ?? "", lane.open.get(callId)?.startedMs ?? 0, lane.subagentId),
      )
      if (lane.abort.signal.aborted) interrupted(lane, "[Request interrupted by user]")
      else if (reply.end === true) finishTurn(lane, true)
      else show()
      return callIds
    },
    endTool,
    ask(callId) {
      if (!now.lane.open.has(callId)) throw new Error(`No open call ${callId}.`)
      const askedMs = clock.now()
      waiting = (allow) => {
        const waitedMs = clock.now() - askedMs
        now.books.toolWaited(callId, waitedMs)
        now.lane.turnWaitedMs += waitedMs
        const call = now.lane.open.get(callId)
        if (allow && call !== undefined) call.allowedAfterMs = waitedMs
        if (allow) setMood("busy")
        else endTool({ callId, outcome: "rejected" })
      }
      setMood("permission")
    },
    async question(text, choices) {
      const input = {
        questions: [
          { question: text, header: "Choice", options: choices.map((label) => ({ label, description: "" })), multiSelect: false },
        ],
      }
      const [callId = ""] = await client.respond({ tools: [{ name: "AskUserQuestion", input }], durationMs: 1_500 })
      waiting = (allow, answer) => {
        endTool({ callId, outcome: allow ? "ok" : "rejected", output: answer })
        if (allow) setMood("busy")
      }
      setMood("question")
      return callId
    },
    answer(allow, text = "Yes") {
      if (mood === "trust") {
        setMood("idle")
        return true
      }
      const settle = waiting
      waiting = undefined
      settle?.(allow, text)
      return settle !== undefined
    },
    ...createSubagents({
      ...options,
      transcript,
      current: () => now,
      model: () => model,
      laneOf,
      respond: (reply) => client.respond(reply),
      endTool,
      report: (text) => prompt(text, true),
    }),
    apiError(status, isFinal) {
      replies.request(now.lane)
      now.books.apiError()
      const retryInMs = retryPauseMs(++retries)
      if (!isFinal) {
        writeRetry(transcript, now.lane, random, { status, attempt: retries, retryInMs })
        return retryInMs
      }
      retries = 0
      writeFailure(transcript, now.lane, random, status)
      finishTurn(now.lane, true)
      return 0
    },
    hookFailed(callId, stderr) {
      const name = now.lane.open.get(callId)?.name ?? "Bash"
      writeHookFailure(transcript, now.lane, { hookName: `PreToolUse:${name}`, toolUseID: callId, stderr })
    },
    interrupt() {
      const { lane } = now
      waiting = undefined
      lane.abort.abort(new Error("interrupted"))
      const [last, ...others] = [...lane.open.keys()].toReversed()
      for (const callId of others) endTool({ callId, outcome: "cancelled" })
      if (last !== undefined) endTool({ callId: last, outcome: "interrupted" })
    },
    async compact() {
      await clock.sleep(2_000)
      writeCompaction(transcript, now.lane, "manual")
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
    setShell(isOn) {
      hasShell = isOn
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

/** Pauses double. */
function retryPauseMs(attempt: number): number {
  return 520 * 2 ** (attempt - 1)
}
