// One transcript's state, folded from its facts: what it is, whether a turn runs, its context, its subagents, its span in time.
// Tokens live in the ledger and tool calls in ToolCalls, because copies of both are told apart over all files.

import type { AgentKind } from "../domain/agent.ts"
import type { AgentsStarted, ContextSeen, ConversationSeen, TurnEnded } from "../domain/facts.ts"
import { sessionIdOfConversation } from "../domain/session-id.ts"
import { Course, type CourseState } from "./hierarchy/course.ts"
import { NamedStarts, type NamedStartsState } from "./hierarchy/named-starts.ts"
import { Subagent, type SubagentState } from "./hierarchy/subagent.ts"
import type { Texts } from "./texts.ts"
import { Trouble, type TroubleState } from "./trouble.ts"

/** All that a conversation knows of itself; plain data. */
export interface ConversationState {
  readonly meta: MutableMeta
  readonly firstMs?: number | undefined
  readonly lastMs?: number | undefined
  readonly turnStartMs?: number | undefined
  readonly turnEndMs?: number | undefined
  readonly turnEnd?: TurnEnded["reason"] | undefined
  readonly context?: ContextSeen | undefined
  readonly largestContextTokens: number
  readonly subagents: readonly (readonly [id: string, state: SubagentState])[]
  readonly trouble?: TroubleState | undefined
  /** Hashes of API errors, as a version before `trouble` kept them. */
  readonly apiErrors?: readonly number[]
  /** Of the main agent. */
  readonly course?: CourseState | undefined
  readonly namedStarts?: NamedStartsState | undefined
}

type Meta = Omit<ConversationSeen, "kind" | "conversationId">
type MutableMeta = { -readonly [K in keyof Meta]?: Meta[K] | undefined }

/** Most conversations have none; they share this. */
const NO_SUBAGENTS: ReadonlyMap<string, Subagent> = new Map()
const NO_STARTS = new NamedStarts()

export class Conversation {
  readonly id: string
  readonly meta: MutableMeta = {}
  #subagents: Map<string, Subagent> | undefined
  #trouble: Trouble | undefined
  firstMs: number | undefined
  lastMs: number | undefined
  #turnStartMs = Number.NEGATIVE_INFINITY
  #turnEndMs = Number.NEGATIVE_INFINITY
  #turnEnd: TurnEnded["reason"] | undefined
  #context: ContextSeen | undefined
  #largestContextTokens = 0
  #course = new Course()
  #namedStarts = NO_STARTS
  #standInId: string | undefined

  constructor(id: string) {
    this.id = id
  }

  /** Id of the session that stands for it where no process is found; hashed once, for it is asked for with every change of seats. */
  get standInId(): string {
    return (this.#standInId ??= sessionIdOfConversation(this.id))
  }

  /** For a store to keep. */
  state(): ConversationState {
    return {
      meta: this.meta,
      firstMs: this.firstMs,
      lastMs: this.lastMs,
      turnStartMs: finite(this.#turnStartMs),
      turnEndMs: finite(this.#turnEndMs),
      turnEnd: this.#turnEnd,
      context: this.#context,
      largestContextTokens: this.#largestContextTokens,
      subagents: [...this.subagents].map(([id, subagent]) => [id, subagent.state()]),
      trouble: this.#trouble?.state(),
      course: this.#course.state(),
      ...(this.#namedStarts === NO_STARTS ? {} : { namedStarts: this.#namedStarts.state() }),
    }
  }

  /** Puts back what a store kept. `texts`: folders and models, which many conversations have in common. */
  restore(state: ConversationState, texts: Texts): void {
    Object.assign(this.meta, state.meta)
    if (this.meta.cwd !== undefined) this.meta.cwd = texts.same(this.meta.cwd)
    this.firstMs = state.firstMs
    this.lastMs = state.lastMs
    this.#turnStartMs = state.turnStartMs ?? Number.NEGATIVE_INFINITY
    this.#turnEndMs = state.turnEndMs ?? Number.NEGATIVE_INFINITY
    this.#turnEnd = state.turnEnd
    this.#context = state.context
    this.#largestContextTokens = state.largestContextTokens
    if (state.subagents.length > 0) this.#subagents = new Map(state.subagents.map(([id, subagent]) => [id, new Subagent(subagent)]))
    const untold = { apiErrors: undefined, hookFailures: undefined, examples: [], untoldApiErrors: state.apiErrors ?? [] }
    if (state.trouble !== undefined || untold.untoldApiErrors.length > 0) this.#trouble = new Trouble(state.trouble ?? untold)
    this.#course = new Course(state.course)
    if (state.namedStarts !== undefined) this.#namedStarts = new NamedStarts(state.namedStarts)
    const { model } = this.#course
    if (model !== undefined) this.#course.model = { ...model, name: texts.same(model.name) }
  }

  get trouble(): Trouble {
    return (this.#trouble ??= new Trouble())
  }

  get agent(): AgentKind {
    return this.meta.agent ?? "claude"
  }

  /** Whether the main agent is in a turn; undefined when the transcript has shown neither a start nor an end. */
  get inTurn(): boolean | undefined {
    if (this.#turnStartMs === Number.NEGATIVE_INFINITY && this.#turnEndMs === Number.NEGATIVE_INFINITY) return undefined
    return this.#turnStartMs > this.#turnEndMs
  }

  /** When the turn now running started, or the last one ended. */
  get turnChangedMs(): number | undefined {
    const ms = Math.max(this.#turnStartMs, this.#turnEndMs)
    return Number.isFinite(ms) ? ms : undefined
  }

  get lastTurnEnd(): TurnEnded["reason"] | undefined {
    return this.#turnEnd
  }

  get context(): ContextSeen | undefined {
    return this.#context
  }

  describe(fact: ConversationSeen): void {
    const { kind: _kind, conversationId: _id, ...meta } = fact
    for (const [name, value] of Object.entries(meta)) {
      if (value !== undefined) Object.assign(this.meta, { [name]: value })
    }
    if (fact.startedMs !== undefined) this.touch(fact.startedMs)
  }

  touch(timeMs: number): void {
    if (!(timeMs > 0)) return
    if (this.firstMs === undefined || timeMs < this.firstMs) this.firstMs = timeMs
    if (this.lastMs === undefined || timeMs > this.lastMs) this.lastMs = timeMs
  }

  turnStarted(timeMs: number): void {
    this.#turnStartMs = Math.max(this.#turnStartMs, timeMs)
  }

  turnEnded(fact: TurnEnded): void {
    if (fact.timeMs < this.#turnEndMs) return
    this.#turnEndMs = fact.timeMs
    this.#turnEnd = fact.reason
  }

  /** The largest context it ever had in use: a window is at least that large. */
  get largestContextTokens(): number {
    return this.#largestContextTokens
  }

  contextSeen(fact: ContextSeen): void {
    this.#largestContextTokens = Math.max(this.#largestContextTokens, fact.usedTokens ?? 0)
    if (this.#context === undefined || fact.timeMs >= this.#context.timeMs) this.#context = fact
  }

  agentsStarted(fact: AgentsStarted): void {
    if (this.#namedStarts === NO_STARTS) this.#namedStarts = new NamedStarts()
    this.#namedStarts.see(fact)
  }

  get namedStarts(): Pick<NamedStarts, "find"> {
    return this.#namedStarts
  }

  /** What the main agent did, or one of its subagents. */
  course(subagentId: string | undefined): Course {
    return subagentId === undefined ? this.#course : this.subagent(subagentId).course
  }

  /** New or known. */
  subagent(id: string): Subagent {
    const subagents = (this.#subagents ??= new Map<string, Subagent>())
    let subagent = subagents.get(id)
    if (subagent === undefined) subagents.set(id, (subagent = new Subagent()))
    return subagent
  }

  get subagents(): ReadonlyMap<string, Subagent> {
    return this.#subagents ?? NO_SUBAGENTS
  }
}

function finite(ms: number): number | undefined {
  return Number.isFinite(ms) ? ms : undefined
}
