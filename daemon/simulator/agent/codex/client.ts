// Codex as an observer sees it: pane title, screen, rollouts, locks, and the files that someone holds open.

import { closeSync, mkdirSync, openSync, rmSync } from "node:fs"
import { basename, join } from "node:path"
import { appendText } from "../append-line.ts"
import { type Books, createBooks } from "../books.ts"
import type { Client, Mood } from "../client.ts"
import type { Clock } from "../clock.ts"
import type { Content } from "../content.ts"
import { COMPACTS_AT, createContext } from "../context.ts"
import type { Random } from "../random.ts"
import { codexScreen, type Terminal } from "../terminal.ts"
import type { Holder } from "./holder.ts"
import { callLine, endLines } from "./items.ts"
import { createRolloutWriter, findRollout, rolloutPath, type Thread, timeOfUuid7, toWire, type WireUsage, ZERO_USAGE } from "./rollout.ts"
import { createTurnLines } from "./turn-lines.ts"

export interface CodexOptions {
  readonly clock: Clock
  readonly random: Random
  readonly content: Content
  readonly terminal: Terminal
  /** "0.130.0" and older hold their own files; "0.169.0" leaves that to the shared process. */
  readonly version: string
  readonly codexHome: string
  readonly cwd: string
  readonly isHeadless: boolean
  readonly model: string
  readonly effort: string
  readonly gitBranch: string
  readonly startsInTrust: boolean
  /** Absent: this process keeps its own files open. */
  readonly holder?: Holder
  /** Thread to begin with; made up when absent. */
  readonly conversationId?: string
}

const SPINNER = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]
const NICKNAMES = ["Nash", "Euler", "Curie", "Noether", "Turing", "Hopper"] as const

export function createCodexClient(options: CodexOptions): Client {
  const { clock, random, content, terminal, cwd, codexHome } = options
  const minor = Number(options.version.split(".")[1] ?? 169)
  const withItems = minor >= 150
  const write = createRolloutWriter(clock, withItems)
  const interactiveSource = options.holder === undefined ? "cli" : "vscode"
  const lines = createTurnLines({
    clock,
    random,
    write,
    cwd,
    version: options.version,
    originator: options.isHeadless ? "codex_exec" : "codex-tui",
    source: options.isHeadless ? "exec" : interactiveSource,
    effort: options.effort,
    gitBranch: options.gitBranch,
    withUsageRecords: minor >= 160,
    withItems,
  })
  const allBooks: Books[] = []
  const ownFiles = new Set<number>()
  let model = options.model
  let mood: Mood = options.startsInTrust ? "trust" : "idle"
  let hasAppeared = false
  let waiting: ((allow: boolean, text: string) => void) | undefined
  let titleTimer: NodeJS.Timeout | undefined
  const pendingUsage = new WeakMap<Thread, WireUsage>()
  const lastMessages = new WeakMap<Thread, string>()

  const hold = (path: string): void => {
    if (options.holder !== undefined) options.holder.hold(path)
    else ownFiles.add(openSync(path, "a", 0o600))
  }
  const lockPath = (id: string): string => join(codexHome, "thread-writer-locks", `${id}.lock`)
  const createThread = (id: string, path: string, laneModel: string, parent?: Thread["parent"]): Thread => ({
    id,
    rootId: parent?.thread.rootId ?? id,
    path,
    context: createContext(random, laneModel.startsWith("gpt-5.5") ? "none" : "5m"),
    model: laneModel,
    ordinal: 0,
    turnId: "",
    rootTurnId: "",
    turnStartedMs: clock.now(),
    turnUsage: ZERO_USAGE,
    total: ZERO_USAGE,
    prompts: 0,
    open: new Map(),
    abort: new AbortController(),
    ...(parent === undefined ? {} : { parent }),
  })
  const open = (id: string) => {
    const known = findRollout(codexHome, id)
    const path = known?.path ?? rolloutPath(codexHome, id, timeOfUuid7(id))
    const thread = createThread(id, path, model)
    Object.assign(thread, known === undefined ? {} : { ordinal: known.ordinal, total: known.total, prompts: 1 })
    const books = createBooks({ conversationId: id, transcriptPath: path, agent: "codex" })
    allBooks.push(books)
    if (options.holder !== undefined) {
      mkdirSync(join(codexHome, "thread-writer-locks"), { recursive: true, mode: 0o700 })
      hold(lockPath(id))
    }
    return { thread, books, subagents: new Map<string, Thread>() }
  }
  let now = open(options.conversationId ?? random.uuid7(clock.now()))

  const threadOf = (subagentId: string | undefined): Thread => {
    if (subagentId === undefined) return now.thread
    const thread = now.subagents.get(subagentId)
    if (thread === undefined) throw new Error(`No subagent ${subagentId} is running.`)
    return thread
  }
  const about = (): string => [...now.thread.open.values()].map((call) => `${call.name} ${JSON.stringify(call.input)}`)[0] ?? "Ready"
  const show = (): void => {
    if (!hasAppeared || !clock.isLive()) return
    clearInterval(titleTimer)
    terminal.draw(codexScreen(mood, about()))
    if (mood === "trust") return
    const project = basename(cwd)
    if (mood === "busy") {
      let turn = 0
      const spin = (): void => terminal.setTitle(`${SPINNER[turn++ % SPINNER.length]} ${project}`)
      spin()
      titleTimer = setInterval(spin, 500)
      titleTimer.unref()
    } else terminal.setTitle(mood === "idle" || mood === "shell" ? project : `[ ! ] Action Required | ${project}`)
  }
  const setMood = (next: Mood): void => {
    mood = next
    show()
  }
  const compact = (thread: Thread): void => {
    write(thread, "compacted", { message: "" })
    write(thread, "event_msg", { type: "context_compacted" })
    thread.context.reset()
  }
  const begin = (thread: Thread, text: string): void => {
    thread.abort = new AbortController()
    if (thread.prompts++ === 0) {
      lines.openThread(thread)
      hold(thread.path)
    }
    if (thread.context.held() > COMPACTS_AT) compact(thread)
    lines.openTurn(thread, text)
  }
  const settleUsage = (thread: Thread): void => {
    const usage = pendingUsage.get(thread)
    if (usage === undefined || thread.open.size > 0) return
    pendingUsage.delete(thread)
    lines.after(thread, usage)
  }
  const closeTurn = (thread: Thread, reason: "done" | "interrupted" | { error: string; info: string }): void => {
    settleUsage(thread)
    lines.closeTurn(thread, reason, reason === "done" ? (lastMessages.get(thread) ?? null) : null)
    if (thread.parent !== undefined) return
    now.books.turnEnded()
    setMood("idle")
  }
  const endTool: Client["endTool"] = ({ callId, subagentId, outcome = "ok", output }) => {
    const thread = threadOf(subagentId)
    const call = thread.open.get(callId)
    if (call === undefined) throw new Error(`No open call ${callId}.`)
    thread.open.delete(callId)
    const endedMs = clock.now()
    const text = output ?? (outcome === "ok" ? content.output() : content.failure())
    for (const line of endLines({ thread, call, outcome, output: text, endedMs, cwd, withItems }))
      write(thread, line.type, line.payload, endedMs)
    now.books.toolEnded(callId, outcome, endedMs)
    settleUsage(thread)
    if (outcome === "rejected") closeTurn(thread, "interrupted")
  }
  const client: Client = {
    get conversationId() {
      return now.thread.id
    },
    get transcriptPath() {
      return now.thread.path
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
      clearInterval(titleTimer)
      for (const fd of ownFiles) closeSync(fd)
      ownFiles.clear()
      options.holder?.close()
      rmSync(lockPath(now.thread.id), { force: true })
    },
    prompt(text) {
      begin(now.thread, text)
      now.books.prompted()
      setMood("busy")
    },
    async respond(reply) {
      const thread = threadOf(reply.subagentId)
      const of = now
      if (thread.parent === undefined && mood !== "busy") setMood("busy")
      try {
        await clock.sleep(reply.durationMs ?? random.int(900, 4_500), thread.abort.signal)
      } catch {
        return []
      }
      const usage = thread.context.next(reply.usage)
      const tools = (reply.tools ?? []).map((tool) => ({
        ...content.tool(tool.name),
        ...(tool.input === undefined ? {} : { input: tool.input }),
      }))
      const text = reply.text ?? (tools.length === 0 || reply.end === true ? content.reply() : undefined)
      if (reply.thinking !== undefined) {
        write(thread, "response_item", {
          type: "reasoning",
          id: `rs_${random.id(12)}`,
          summary: [{ type: "summary_text", text: reply.thinking }],
          content: null,
          encrypted_content: "c2lt",
        })
      }
      if (text !== undefined) {
        lastMessages.set(thread, text)
        lines.message(thread, text)
      }
      const callIds: string[] = []
      for (const tool of tools) {
        const callId = `call_${random.id(24)}`
        const startedMs = clock.now()
        const line = callLine(callId, tool.name, tool.input)
        write(thread, line.type, line.payload, startedMs)
        thread.open.set(callId, { callId, name: tool.name, input: tool.input, startedMs, waitedMs: 0 })
        of.books.toolStarted(callId, tool.name, startedMs, reply.subagentId)
        callIds.push(callId)
      }
      const wire = toWire(usage)
      lines.usage(thread, wire)
      of.books.request(thread.model, usage, reply.subagentId)
      pendingUsage.set(thread, wire)
      settleUsage(thread)
      if (reply.end === true) closeTurn(thread, "done")
      else show()
      return callIds
    },
    endTool,
    ask(callId) {
      const call = now.thread.open.get(callId)
      if (call === undefined) throw new Error(`No open call ${callId}.`)
      const askedMs = clock.now()
      waiting = (allow) => {
        call.waitedMs += clock.now() - askedMs
        now.books.toolWaited(callId, clock.now() - askedMs)
        if (allow) setMood("busy")
        else endTool({ callId, outcome: "rejected" })
      }
      setMood("permission")
    },
    async question(text, choices) {
      const input = { questions: [{ question: text, options: choices }] }
      const [callId = ""] = await client.respond({ tools: [{ name: "request_user_input", input }], durationMs: 1_500 })
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
    async startSubagent(start) {
      const role = start.agentType ?? "default"
      const thread = threadOf(start.subagentId)
      const lane = start.subagentId === undefined ? {} : { subagentId: start.subagentId }
      const [callId = ""] = await client.respond({
        ...lane,
        tools: [{ name: "spawn_agent", input: { message: start.prompt, agent_type: role } }],
      })
      const startedMs = clock.now()
      const id = random.uuid7(startedMs)
      const nickname = random.pick(NICKNAMES)
      const child = createThread(id, rolloutPath(codexHome, id, startedMs), start.model ?? model, {
        thread,
        callId,
        nickname,
        role,
        startedMs,
      })
      now.subagents.set(id, child)
      now.books.subagentStarted(id)
      write(thread, "event_msg", {
        type: "item_completed",
        thread_id: thread.id,
        turn_id: thread.turnId,
        item: {
          type: "CollabAgentToolCall",
          id: callId,
          tool: "spawn_agent",
          status: "completed",
          sender_thread_id: thread.id,
          receiver_thread_ids: [id],
          receiver_agents: [{ thread_id: id, agent_nickname: nickname, agent_role: role }],
          prompt: start.prompt,
          model: child.model,
        },
        started_at_ms: startedMs,
        completed_at_ms: clock.now(),
      })
      begin(child, start.prompt)
      endTool({ ...lane, callId, output: JSON.stringify({ agent_id: id, nickname }) })
      return id
    },
    async endSubagent(subagentId, { text = content.reply() } = {}) {
      await client.respond({ subagentId, text, end: true })
      now.subagents.delete(subagentId)
      now.books.subagentEnded(subagentId)
    },
    messageSubagent: () => Promise.reject(new Error("A simulated Codex does not go on with a thread that has answered.")),
    startTeammate: () => Promise.reject(new Error("Codex has no teams.")),
    apiError(status, final) {
      // Retries leave no trace in a rollout; only a failed turn does.
      if (!final) return 0
      now.books.apiError()
      closeTurn(now.thread, {
        error: `unexpected status ${status}`,
        info: status === 429 ? "usage_limit_exceeded" : "internal_server_error",
      })
      return 0
    },
    // Hooks leave no trace in a rollout.
    hookFailed() {},
    interrupt() {
      if (mood === "idle") return
      const { thread } = now
      thread.abort.abort(new Error("interrupted"))
      for (const callId of thread.open.keys()) endTool({ callId, outcome: "interrupted" })
      waiting = undefined
      closeTurn(thread, "interrupted")
    },
    async compact() {
      await clock.sleep(2_000)
      compact(now.thread)
    },
    setModel(next) {
      model = next
      now.thread.model = next
    },
    setTitle: (text) => write(now.thread, "event_msg", { type: "thread_name_updated", thread_id: now.thread.id, thread_name: text }),
    rename: (text) => client.setTitle(text),
    clear() {
      now = open(random.uuid7(clock.now()))
      setMood("idle")
    },
    resume(conversationId) {
      now = open(conversationId)
      setMood("idle")
    },
    setShell: () => {},
    setDialog: (isOpen) => setMood(isOpen ? "dialog" : "idle"),
    raw: (text) => appendText(now.thread.path, text),
    toolEnvironment: () => ({ CODEX_THREAD_ID: now.thread.id, CODEX_CI: "1", CODEX_VERSION: options.version }),
  }
  return client
}
