// Who started whom, folded from the same facts as everything else: the place of every subagent, thread and session, and what each used and did.
// A change costs the path from its node to the root.

import type { TranscriptFact } from "../../domain/facts.ts"
import type { Conversation } from "../conversation.ts"
import type { Price } from "../prices/price-book.ts"
import type { LedgerRequest } from "../request-table.ts"
import type { Roster } from "../roster.ts"
import type { SessionState } from "../session-state.ts"
import type { ToolCall, ToolCalls } from "../tool-calls.ts"
import { isAgentTool } from "./agent-tools.ts"
import type { Course } from "./course.ts"
import { Figures, type FiguresState } from "./figures.ts"
import { Forest, nodeKey, rootOf, type TreeNode } from "./forest.ts"
import { Teams } from "./teams.ts"

export interface HierarchyOptions {
  readonly conversations: ReadonlyMap<string, Conversation>
  readonly roster: Roster
}

/** What changed since it was last asked for. */
export interface HierarchyChanges {
  /** Sessions at the top of trees that changed. */
  readonly roots: ReadonlySet<string>
  /** Parents whose patterns may have changed. */
  readonly leaders: ReadonlySet<TreeNode>
  /** Nodes that changed themselves. */
  readonly nodes: ReadonlySet<TreeNode>
}

/** What a conversation's agents used, for a store to keep; the main agent's under the empty id. */
export type AgentFigures = readonly (readonly [subagentId: string, figures: FiguresState])[]

export class Hierarchy {
  readonly #world: HierarchyOptions
  readonly #forest = new Forest()
  readonly #teams = new Teams()
  /** Who made a call that started an agent. */
  readonly #makers = new Map<string, TreeNode>()
  /** Nodes whose parent is still to come, by what they wait for. */
  readonly #waiting = new Map<string, Set<TreeNode>>()
  /** Sessions that another one started, or whose team has a lead: where that one sits may change. */
  readonly #followers = new Set<string>()
  /** What sessions did when they were last looked at. */
  readonly #looks = new WeakMap<TreeNode, string>()
  #changed = new Set<TreeNode>()
  #leaders = new Set<TreeNode>()

  constructor(options: HierarchyOptions) {
    this.#world = options
  }

  /** A request is booked or taken back. */
  readonly book = (sign: 1 | -1, request: LedgerRequest, price: Price): void => {
    this.#change(this.#unit(request.conversationId, request.subagentId), (figures) => figures.book(sign, request, price))
  }

  /** A call is counted or about to change. */
  readonly count = (sign: 1 | -1, call: ToolCall): void => {
    this.#change(this.#unit(call.conversationId, call.subagentId), (figures) => figures.countCall(sign, call))
  }

  /** Learns from a fact that has been folded into its conversation and its call. */
  fold(fact: TranscriptFact, conversation: Conversation, tools: ToolCalls): void {
    const subagentId = "subagentId" in fact ? fact.subagentId : undefined
    const node = this.#unit(conversation.id, subagentId)
    const course = conversation.course(subagentId)
    if ("timeMs" in fact) this.#touch(node, course, fact.timeMs)
    switch (fact.kind) {
      case "conversation-seen":
        this.#conversationSeen(node, conversation, course)
        break
      case "request-seen":
        course.asked(fact.timeMs, fact.model)
        if (node.children.size > 0 || node.source.kind === "conversation") this.#leads(node)
        break
      case "tool-started":
        this.#callStarted(fact, node, conversation, tools)
        break
      case "tool-ended":
        this.#callEnded(fact.callId, tools.callOf(fact.callId))
        break
      case "turn-started":
        course.turnStarted(fact.timeMs, fact.isReport === true, isEngaged(conversation, subagentId))
        this.#ranOn(node)
        break
      case "turn-ended":
        course.turnEnded(fact.timeMs, fact.reason, isEngaged(conversation, subagentId))
        this.#ranOn(node)
        break
      case "subagent-seen":
        if (!conversation.subagent(fact.subagentId).isLinked) this.#matchTask(conversation, fact.subagentId)
        this.#placeSubagent(node, conversation, fact.subagentId)
        break
      default:
    }
    if (subagentId !== undefined && node.parent === undefined) this.#placeSubagent(node, conversation, subagentId)
    this.#changed.add(node)
  }

  /** A request failed that was not known to have. */
  apiErrorSeen(conversation: Conversation, subagentId: string | undefined): void {
    conversation.course(subagentId).apiErrors++
    this.#change(this.#unit(conversation.id, subagentId), (figures) => figures.apiErrors++)
  }

  /** What a conversation's agents used, as a store keeps it. */
  figuresOf(conversation: Conversation): AgentFigures {
    return ["", ...conversation.subagents.keys()].map((id) => [
      id,
      (this.#unit(conversation.id, id || undefined).own ?? new Figures()).state(),
    ])
  }

  /** Puts back a conversation as a store kept it; `figures` where its requests and calls are not read, and so not booked. */
  restore(conversation: Conversation, figures: AgentFigures): void {
    for (const [id, state] of figures) {
      const kept = Figures.from(state)
      this.#change(this.#unit(conversation.id, id || undefined), (sums) => sums.add(1, kept))
    }
    this.#teams.see(conversation.id, conversation.meta)
    for (const subagentId of [undefined, ...conversation.subagents.keys()]) {
      const node = this.#unit(conversation.id, subagentId)
      const course = conversation.course(subagentId)
      this.#change(node, (sums) => {
        sums.apiErrors += course.apiErrors
        sums.durationMs += course.durationMs
      })
      for (const { callId } of course.launches) this.#makers.set(callKey(conversation.id, callId), node)
      this.#leads(node)
    }
    for (const subagentId of conversation.subagents.keys()) {
      this.#placeSubagent(this.#unit(conversation.id, subagentId), conversation, subagentId)
    }
  }

  /** After facts: finds everyone touched its place. `isReseated`: who sits where was decided anew. */
  settle(sessionIds: Iterable<string>, conversationIds: Iterable<string>, isReseated: boolean): void {
    const { roster } = this.#world
    for (const id of sessionIds) this.#placeSession(id, roster.sessions.get(id))
    for (const id of conversationIds) this.#placeConversation(id)
    if (isReseated) for (const id of this.#followers) this.#placeSession(id, roster.sessions.get(id))
  }

  /** A session has changed; where what it does or whether it lives did, so may have what those inside it do. */
  sessionChanged(sessionId: string): void {
    const node = this.#forest.find(`session ${sessionId}`)
    const session = this.#world.roster.sessions.get(sessionId)
    if (node === undefined || session === undefined) return
    this.#changed.add(node)
    const look = `${session.status?.status} ${session.gone?.timeMs}`
    if (this.#looks.get(node) === look) return
    this.#looks.set(node, look)
    this.#ranOn(node)
    const walk = [node]
    for (let at = walk.pop(); at !== undefined; at = walk.pop()) {
      this.#changed.add(at)
      for (const child of at.children) if (child.source.kind !== "session") walk.push(child)
    }
  }

  forget(conversation: Conversation): void {
    const { id } = conversation
    for (const subagentId of [...conversation.subagents.keys(), undefined]) {
      const node = this.#unit(id, subagentId)
      for (const { callId } of conversation.course(subagentId).launches) this.#makers.delete(callKey(id, callId))
      if (node.parent !== undefined) this.#moved(node.parent)
      this.#leaders.add(node)
      this.#forest.remove(node)
    }
    this.#teams.forget(id)
  }

  takeChanges(): HierarchyChanges {
    const roots = new Set<string>()
    for (const node of this.#changed) {
      const { source } = rootOf(node)
      if (source.kind === "session") roots.add(source.sessionId)
    }
    const changes = { roots, leaders: this.#leaders, nodes: this.#changed }
    this.#changed = new Set()
    this.#leaders = new Set()
    return changes
  }

  /** A session's node, a conversation's or a subagent's; undefined where there is none. */
  find(key: string): TreeNode | undefined {
    return this.#forest.find(key)
  }

  #unit(conversationId: string, subagentId: string | undefined): TreeNode {
    if (subagentId === undefined) return this.#forest.node({ kind: "conversation", conversationId })
    return this.#forest.node({ kind: "subagent", conversationId, subagentId })
  }

  #change(node: TreeNode, change: (figures: Figures) => void): void {
    this.#forest.change(node, change)
    this.#changed.add(node)
  }

  #touch(node: TreeNode, course: Course, timeMs: number): void {
    const before = course.durationMs
    const isFirst = course.firstMs === undefined || timeMs < course.firstMs
    course.touch(timeMs)
    if (isFirst) this.#ranOn(node)
    const moreMs = course.durationMs - before
    if (moreMs !== 0) this.#forest.change(node, (figures) => (figures.durationMs += moreMs))
  }

  #conversationSeen(node: TreeNode, conversation: Conversation, course: Course): void {
    if (conversation.meta.startedMs !== undefined) this.#touch(node, course, conversation.meta.startedMs)
    this.#teams.see(conversation.id, conversation.meta)
    this.#ranOn(node)
  }

  #callStarted(
    fact: Extract<TranscriptFact, { kind: "tool-started" }>,
    node: TreeNode,
    conversation: Conversation,
    tools: ToolCalls,
  ): void {
    const course = conversation.course(fact.subagentId)
    course.actedMs = Math.max(course.actedMs ?? fact.timeMs, fact.timeMs)
    const call = tools.callOf(fact.callId)
    if (fact.spawn !== undefined || isAgentTool(fact.name)) this.#launched(fact, node, conversation)
    this.#callEnded(fact.callId, call)
    this.#leads(node)
  }

  #launched(fact: Extract<TranscriptFact, { kind: "tool-started" }>, node: TreeNode, conversation: Conversation): void {
    if (fact.spawn === undefined) return
    const isNew = conversation.course(fact.subagentId).launched(fact)
    const key = callKey(conversation.id, fact.callId)
    this.#makers.set(key, node)
    this.#wake(key, conversation)
    if (!isNew || fact.spawn.task === undefined) return
    for (const [id, { isLinked, task }] of conversation.subagents) {
      if (!isLinked && task === fact.spawn.task) this.#matchTask(conversation, id)
    }
  }

  #callEnded(callId: string, call: Readonly<ToolCall> | undefined): void {
    const conversation = call === undefined ? undefined : this.#world.conversations.get(call.conversationId)
    if (call === undefined || conversation === undefined) return
    const course = conversation.course(call.subagentId)
    const node = this.#unit(call.conversationId, call.subagentId)
    const isNews =
      course.launch(callId) !== undefined
        ? call.endMs !== undefined && course.callEnded(callId, call)
        : isOwnWork(call) && course.worked(call)
    if (isNews) this.#leads(node)
  }

  /** A subagent of an old client, known by the words it was given: the nearest call before it that gave them. */
  #matchTask(conversation: Conversation, subagentId: string): void {
    const subagent = conversation.subagent(subagentId)
    const { task } = subagent
    const { firstMs } = subagent.course
    if (task === undefined || firstMs === undefined) return
    let best: { readonly callId: string; readonly startMs: number } | undefined
    for (const maker of [undefined, ...conversation.subagents.keys()]) {
      for (const launch of maker === subagentId ? [] : conversation.course(maker).launches) {
        if (launch.task === task && launch.startMs <= firstMs && launch.startMs > (best?.startMs ?? 0)) best = launch
      }
    }
    if (best === undefined) return
    subagent.matched(best.callId)
    this.#placeSubagent(this.#unit(conversation.id, subagentId), conversation, subagentId)
  }

  #placeSubagent(node: TreeNode, conversation: Conversation, subagentId: string): void {
    const subagent = conversation.subagent(subagentId)
    if (!subagent.isSeen) return
    const { toolCallId, parentSubagentId } = subagent.place
    const isNew = node.parent === undefined
    const main = this.#unit(conversation.id, undefined)
    const maker = toolCallId === undefined ? undefined : this.#makerOf(callKey(conversation.id, toolCallId), node)
    const above = parentSubagentId === undefined ? undefined : this.#seen(conversation, parentSubagentId, node)
    this.#attach(node, maker ?? above ?? main, main)
    if (isNew) this.#wake(nodeKey(node.source), conversation)
    this.#ranOn(node)
  }

  /** Who made a call; the node waits for him where he is not known yet. */
  #makerOf(key: string, node: TreeNode): TreeNode | undefined {
    const maker = this.#makers.get(key)
    if (maker === undefined) this.#await(key, node)
    return maker
  }

  /** A subagent that is named as parent; the node waits for it where it has not been seen. */
  #seen(conversation: Conversation, subagentId: string, node: TreeNode): TreeNode | undefined {
    const parent = this.#unit(conversation.id, subagentId)
    if (conversation.subagents.get(subagentId)?.isSeen === true) return parent
    this.#await(nodeKey(parent.source), node)
    return undefined
  }

  #placeConversation(id: string): void {
    const { roster, conversations } = this.#world
    if (!conversations.has(id)) return
    const node = this.#unit(id, undefined)
    const startedBy = roster.startedBy(id)
    const session = roster.sessionOf(id)
    const seat = session === undefined ? undefined : this.#forest.node({ kind: "session", sessionId: session.id })
    this.#attach(node, startedBy === undefined ? seat : this.#unit(startedBy, undefined), seat)
    this.#changed.add(node)
  }

  #placeSession(id: string, session: SessionState | undefined): void {
    const node = this.#forest.find(`session ${id}`)
    if (session === undefined) {
      this.#followers.delete(id)
      if (node === undefined) return
      this.#moved(node.parent ?? node)
      this.#leaders.add(node)
      this.#forest.remove(node)
      return
    }
    const parentId = this.#world.roster.parentOf(session) ?? this.#leadOf(session)
    if (parentId !== undefined || this.#follows(session)) this.#followers.add(id)
    const placed = this.#forest.node({ kind: "session", sessionId: id })
    this.#attach(
      placed,
      parentId === undefined || parentId === id ? undefined : this.#forest.node({ kind: "session", sessionId: parentId }),
      undefined,
    )
    this.#ranOn(placed)
    this.#changed.add(placed)
  }

  #leadOf(session: SessionState): string | undefined {
    const meta = this.#world.roster.conversationOf(session)?.meta
    const lead = session.conversationId === undefined ? undefined : this.#teams.leadOf(session.conversationId, meta?.teamName)
    return lead === undefined ? undefined : this.#world.roster.sessionOf(lead)?.id
  }

  #follows({ process, conversationId }: SessionState): boolean {
    const meta = conversationId === undefined ? undefined : this.#world.conversations.get(conversationId)?.meta
    return process?.parentSessionId !== undefined || process?.parentConversationId !== undefined || meta?.memberName !== undefined
  }

  /** `otherwise`: where it hangs when bad data would have it hang below itself. */
  #attach(node: TreeNode, parent: TreeNode | undefined, otherwise: TreeNode | undefined): void {
    const before = node.parent
    if (before === parent) return
    if (before !== undefined) this.#moved(before)
    if (!this.#forest.attach(node, parent)) this.#forest.attach(node, otherwise)
    this.#moved(node)
    if (node.parent !== undefined) this.#leads(node.parent)
  }

  #await(key: string, node: TreeNode): void {
    const waiting = this.#waiting.get(key)
    if (waiting === undefined) this.#waiting.set(key, new Set([node]))
    else waiting.add(node)
  }

  #wake(key: string, conversation: Conversation): void {
    const waiting = this.#waiting.get(key)
    if (waiting === undefined) return
    this.#waiting.delete(key)
    for (const { source } of waiting) {
      if (source.kind === "subagent") this.#placeSubagent(this.#unit(conversation.id, source.subagentId), conversation, source.subagentId)
    }
  }

  /** Its runs changed, which its parent's patterns look at. */
  #ranOn(node: TreeNode): void {
    this.#leads(node)
    if (node.parent !== undefined) this.#leads(node.parent)
  }

  #leads(node: TreeNode): void {
    this.#leaders.add(node)
    this.#changed.add(node)
  }

  #moved(node: TreeNode): void {
    this.#changed.add(node)
    this.#leaders.add(node)
    this.#changed.add(rootOf(node))
  }
}

function callKey(conversationId: string, callId: string): string {
  return `call ${conversationId} ${callId}`
}

/** Whether somebody asks it, so that its turns are runs. */
function isEngaged({ meta }: Conversation, subagentId: string | undefined): boolean {
  return subagentId !== undefined || meta.parentConversationId !== undefined
}

function isOwnWork({ name }: Readonly<ToolCall>): boolean {
  return name !== "" && !isAgentTool(name)
}
