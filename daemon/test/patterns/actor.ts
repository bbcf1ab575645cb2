// Agents that play in a scene. What they do is told as the facts that their transcripts and processes would give, in the files they would
// stand in. Every agent goes on from the scene's clock.

import type { AgentKind } from "../../src/domain/agent.ts"
import type { SpawnRequest, ToolOutcome } from "../../src/domain/facts.ts"
import { sessionIdOfConversation } from "../../src/domain/session-id.ts"
import type { Scene } from "./scene.ts"

export type End = "done" | "failed" | "interrupted"

export interface SpawnOptions {
  readonly type?: string
  readonly task?: number
  readonly description?: string
  readonly background?: boolean
  /** Children whose results the task quotes. */
  readonly uses?: readonly Child[]
  /** Set for calls of one answer. */
  readonly batch?: number
  /** The team that it is a member of. */
  readonly team?: string
}

const MODEL = { claude: "claude-sonnet-4-5-20250929", codex: "gpt-5.1-codex" } as const
const OWN_TOOLS = { claude: ["Bash", "Read", "Grep", "Edit", "WebFetch"], codex: ["exec_command", "apply_patch"] } as const

export abstract class Actor {
  readonly scene: Scene
  readonly agent: AgentKind
  abstract readonly node: string
  abstract readonly who: { readonly conversationId: string; readonly subagentId?: string }
  abstract readonly file: string

  constructor(scene: Scene, agent: AgentKind) {
    this.scene = scene
    this.agent = agent
  }

  /** A prompt starts a turn, or the report of a background task does. */
  turn(isReport = false): void {
    this.scene.wait(5, 400)
    this.scene.write(this.file, { kind: "turn-started", ...this.who, timeMs: this.scene.nowMs, ...(isReport ? { isReport } : {}) })
    this.ask()
  }

  endTurn(reason: End = "done"): void {
    this.scene.wait(5, 200)
    this.scene.write(this.file, { kind: "turn-ended", ...this.who, timeMs: this.scene.nowMs, reason })
  }

  /** One request to the model. */
  ask(): void {
    const { scene } = this
    scene.wait(200, 4000)
    const usage = {
      input: scene.dice.between(1, 900),
      output: scene.dice.between(1, 900),
      reasoning: 0,
      cacheRead: scene.dice.between(0, 9000),
      cacheWrite5m: 0,
      cacheWrite1h: 0,
    }
    const sidechain = this.who.subagentId !== undefined
    scene.write(this.file, {
      kind: "request-seen",
      ...this.who,
      timeMs: scene.nowMs,
      key: scene.id("msg_"),
      sidechain,
      model: MODEL[this.agent],
      usage,
    })
  }

  /** Calls one of its own tools and goes on with the result. */
  work(times = 1): void {
    for (let time = 0; time < times; time++) {
      this.scene.wait(20, 900)
      this.call(
        this.scene.dice.pick(OWN_TOOLS[this.agent]),
        this.scene.dice.between(30, 6000),
        this.scene.dice.chance(0.1) ? "failed" : "ok",
      )
      this.ask()
    }
  }

  /** One call of a tool from its start to its end. */
  call(name: string, durationMs: number, outcome: ToolOutcome = "ok"): void {
    this.endCall(this.startCall(name), name, durationMs, outcome)
  }

  startCall(name: string): string {
    const callId = this.scene.id("toolu_")
    this.scene.write(this.file, { kind: "tool-started", ...this.who, timeMs: this.scene.nowMs, callId, name })
    return callId
  }

  endCall(callId: string, name: string, durationMs: number, outcome: ToolOutcome): void {
    this.scene.wait(durationMs)
    this.scene.write(this.file, { kind: "tool-ended", ...this.who, timeMs: this.scene.nowMs, callId, name, outcome })
  }

  /** Starts a subagent or a thread, whichever its kind of agent has. */
  spawn(options: SpawnOptions = {}): Child {
    this.scene.wait(30, 700)
    return this.agent === "claude" ? new Subagent(this, options) : new Thread(this, options)
  }

  /** Starts several in one answer. */
  spawnAll(count: number, options: SpawnOptions = {}): Child[] {
    const batch = this.scene.task()
    return Array.from({ length: count }, () => this.spawn({ task: this.scene.task(), ...options, batch }))
  }
}

/** A session as its transcript alone shows it. */
export class Session extends Actor {
  readonly who: { readonly conversationId: string }
  readonly file: string
  readonly node: string

  constructor(scene: Scene, agent: AgentKind, more: { readonly teamName?: string; readonly memberName?: string } = {}) {
    super(scene, agent)
    const conversationId = scene.id(`${agent}-conversation-`)
    this.who = { conversationId }
    this.file = conversationId
    this.node = sessionIdOfConversation(conversationId)
    scene.write(this.file, { kind: "conversation-seen", conversationId, agent, startedMs: scene.nowMs, cwd: "/work/app", ...more })
  }
}

/** What an agent started by a call, and may end or be asked again. */
export abstract class Child extends Actor {
  readonly parent: Actor
  readonly callId: string
  readonly background: boolean
  abstract finish(end?: End): void

  constructor(parent: Actor, tool: string, options: SpawnOptions) {
    super(parent.scene, parent.agent)
    this.parent = parent
    this.callId = parent.scene.id("toolu_")
    this.background = options.background === true || parent.agent === "codex"
    const spawn: SpawnRequest = {
      agentType: options.type ?? "general-purpose",
      task: options.task ?? this.scene.task(),
      ...(this.background ? { isBackground: true } : {}),
      ...(options.uses === undefined ? {} : { usesResultsOf: options.uses.map(({ callId }) => callId) }),
      ...(options.batch === undefined ? {} : { batch: options.batch }),
    }
    this.scene.write(parent.file, { kind: "tool-started", ...parent.who, timeMs: this.scene.nowMs, callId: this.callId, name: tool, spawn })
  }

  /** Runs for a while and ends. */
  run(end: End = "done"): void {
    this.work(this.scene.dice.between(1, 3))
    this.finish(end)
  }

  /** Its parent asks it again. */
  engage(): void {
    const { parent, scene } = this
    scene.wait(50, 900)
    parent.call(this.agent === "claude" ? "SendMessage" : "send_input", scene.dice.between(2, 20))
    this.turn()
  }
}

export class Subagent extends Child {
  readonly who: { readonly conversationId: string; readonly subagentId: string }
  readonly file: string
  readonly node: string

  constructor(parent: Actor, options: SpawnOptions) {
    super(parent, "Agent", options)
    const { conversationId } = parent.who
    const subagentId = this.scene.id("a00000")
    this.who = { conversationId, subagentId }
    this.file = `${conversationId}/${subagentId}`
    this.node = this.file
    const above = parent.who.subagentId
    this.scene.write(`${this.file} meta`, {
      kind: "subagent-seen",
      ...this.who,
      link: "sidecar",
      toolCallId: this.callId,
      agentType: options.type ?? "general-purpose",
      description: options.description ?? "look into it",
      ...(options.team === undefined ? {} : { teamName: options.team }),
      ...(above === undefined ? {} : { parentSubagentId: above }),
    })
    if (this.background) this.#answerCall("background")
    this.turn()
  }

  override finish(end: End = "done"): void {
    this.endTurn(end)
    this.scene.wait(2, 60)
    if (this.background) this.report(end)
    else this.#answerCall(end === "done" ? "ok" : end === "failed" ? "failed" : "interrupted")
  }

  /** Tells the parent of its end. */
  report(end: End = "done"): void {
    this.scene.write(this.parent.file, {
      kind: "subagent-seen",
      ...this.who,
      link: "notification",
      toolCallId: this.callId,
      finished: true,
      finishedMs: this.scene.nowMs,
      ...(end === "failed" ? { hasFailed: true } : {}),
    })
    this.parent.turn(true)
  }

  #answerCall(outcome: ToolOutcome): void {
    const { scene, parent } = this
    scene.write(
      parent.file,
      { kind: "tool-ended", ...parent.who, timeMs: scene.nowMs, callId: this.callId, name: "Agent", outcome },
      { kind: "subagent-seen", ...this.who, link: "result", toolCallId: this.callId },
    )
  }
}

/** One of many that a workflow runs: the calls that start them are the workflow's own and stand nowhere. */
export class WorkflowAgent extends Actor {
  readonly who: { readonly conversationId: string; readonly subagentId: string }
  readonly file: string
  readonly node: string

  constructor(parent: Session, runId: string, toolCallId: string) {
    super(parent.scene, "claude")
    const subagentId = this.scene.id("a00000")
    this.who = { ...parent.who, subagentId }
    this.file = `${parent.file}/${subagentId}`
    this.node = this.file
    this.scene.write(`${this.file} meta`, { kind: "subagent-seen", ...this.who, link: "path", workflowRunId: runId, toolCallId })
    this.turn()
  }
}

export class Thread extends Child {
  readonly who: { readonly conversationId: string }
  readonly file: string
  readonly node: string

  constructor(parent: Actor, options: SpawnOptions) {
    super(parent, "spawn_agent", options)
    const { scene } = this
    const conversationId = scene.id("codex-thread-")
    this.who = { conversationId }
    this.file = conversationId
    this.node = conversationId
    const parentConversationId = parent.who.conversationId
    const seen = { kind: "conversation-seen", conversationId, agent: "codex", parentConversationId } as const
    scene.write(this.file, { ...seen, startedMs: scene.nowMs, subagentType: options.type ?? "explorer" })
    scene.wait(3, 30)
    scene.write(
      parent.file,
      { kind: "tool-ended", ...parent.who, timeMs: scene.nowMs, callId: this.callId, name: "spawn_agent", outcome: "ok" },
      { ...seen, spawnCallId: this.callId },
    )
    this.turn()
  }

  override finish(end: End = "done"): void {
    this.endTurn(end)
  }
}
