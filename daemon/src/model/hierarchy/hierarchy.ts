// Who started whom, folded from the same facts as everything else: the place of every subagent, thread and session, and what each used and did.
// A change costs the path from its node to the root.

import type { AgentsStarted, TranscriptFact } from "../../domain/facts.ts"
import type { Conversation } from "../conversation.ts"
import type { Price } from "../prices/price-book.ts"
import type { LedgerRequest } from "../request-table.ts"
import type { ToolCall } from "../tool-call.ts"
import type { ToolCalls } from "../tool-calls.ts"
import { isAgentTool } from "./agent-tools.ts"
import { ChangeBook, type HierarchyChanges } from "./change-book.ts"
import type { Course, Launch } from "./course.ts"
import { Figures, type FiguresState } from "./figures.ts"
import { innerNodes, type TreeNode } from "./forest.ts"
import { Placement, type PlacementWorld } from "./placement.ts"

/** What a conversation's agents used, for a store to keep; the main agent's under the empty id. */
export type AgentFigures = readonly (readonly [subagentId: string, figures: FiguresState])[]

export class Hierarchy {
  readonly #world: PlacementWorld
  readonly #changes = new ChangeBook()
  readonly #places: Placement

  constructor(world: PlacementWorld) {
    this.#world = world
    this.#places = new Placement(world, this.#changes)
  }

  /** A request is booked or taken back. */
  readonly book = (sign: 1 | -1, request: LedgerRequest, price: Price): void => {
    this.#change(this.#places.unit(request.conversationId, request.subagentId), (figures) => figures.book(sign, request, price))
  }

  /** A call is counted or about to change. */
  readonly count = (sign: 1 | -1, call: ToolCall): void => {
    this.#change(this.#places.unit(call.conversationId, call.subagentId), (figures) => figures.countCall(sign, call))
  }

  /** Learns from a fact that has been folded into its conversation and its call. */
  fold(fact: TranscriptFact, conversation: Conversation, tools: ToolCalls): void {
    const subagentId = "subagentId" in fact ? fact.subagentId : undefined
    const node = this.#places.unit(conversation.id, subagentId)
    const course = conversation.course(subagentId)
    if ("timeMs" in fact) this.#touch(node, course, fact.timeMs)
    switch (fact.kind) {
      case "conversation-seen":
        this.#conversationSeen(node, conversation, course)
        break
      case "request-seen":
        course.asked(fact.timeMs, fact.model)
        if (node.children.size > 0 || node.source.kind === "conversation") this.#changes.acted(node)
        break
      case "tool-started":
        this.#callStarted(fact, node, conversation, tools)
        break
      case "tool-ended":
        this.#callEnded(fact.callId, tools.callOf(fact.callId))
        break
      case "turn-started":
        this.#launchesChanged(conversation, course.turnStarted(fact.timeMs, fact.isReport === true, isEngaged(conversation, subagentId)))
        this.#changes.ranOn(node)
        break
      case "turn-ended":
        this.#launchesChanged(conversation, course.turnEnded(fact.timeMs, fact.reason, isEngaged(conversation, subagentId)))
        this.#changes.ranOn(node)
        break
      case "subagent-seen":
        if (!conversation.subagent(fact.subagentId).isLinked) this.#places.matchTask(conversation, fact.subagentId)
        this.#places.subagent(node, conversation, fact.subagentId)
        break
      case "agents-started":
        this.#startedByName(fact, conversation)
        break
      default:
    }
    if (subagentId !== undefined) {
      if (node.parent === undefined) this.#places.subagent(node, conversation, subagentId)
      // Where its sidecar says that it is finished, its last line may be its end.
      if (conversation.subagent(subagentId).finished) this.#changes.ranOn(node)
    }
    this.#changes.changed(node)
  }

  /** A request failed that was not known to have. */
  apiErrorSeen(conversation: Conversation, subagentId: string | undefined): void {
    conversation.course(subagentId).apiErrors++
    this.#change(this.#places.unit(conversation.id, subagentId), (figures) => figures.apiErrors++)
  }

  /** What a conversation's agents used, as a store keeps it. */
  figuresOf(conversation: Conversation): AgentFigures {
    return ["", ...conversation.subagents.keys()].map((id) => [
      id,
      (this.#places.unit(conversation.id, id || undefined).own ?? new Figures()).state(),
    ])
  }

  /** Puts back a conversation as a store kept it; `figures` where its requests and calls are not read, and so not booked. */
  restore(conversation: Conversation, figures: AgentFigures): void {
    for (const [id, state] of figures) {
      const kept = Figures.from(state)
      this.#change(this.#places.unit(conversation.id, id || undefined), (sums) => sums.add(1, kept))
    }
    this.#places.teams.see(conversation.id, conversation.meta)
    for (const subagentId of [undefined, ...conversation.subagents.keys()]) {
      const node = this.#places.unit(conversation.id, subagentId)
      const course = conversation.course(subagentId)
      this.#change(node, (sums) => {
        sums.apiErrors += course.apiErrors
        sums.durationMs += course.durationMs
      })
      for (const { callId } of course.launches) this.#places.callMade(conversation, callId, node)
      this.#changes.acted(node)
      this.#changes.ranOn(node)
    }
    for (const subagentId of conversation.subagents.keys()) {
      this.#places.subagent(this.#places.unit(conversation.id, subagentId), conversation, subagentId)
    }
  }

  /** After facts: finds everyone touched its place. `isReseated`: who sits where was decided anew. */
  settle(sessionIds: Iterable<string>, conversationIds: Iterable<string>, isReseated: boolean): void {
    this.#places.settle(sessionIds, conversationIds, isReseated)
  }

  /** A session has changed; where what it does or whether it lives did, so may have what those inside it do. */
  sessionChanged(sessionId: string): void {
    const node = this.#places.forest.find(`session ${sessionId}`)
    const session = this.#world.roster.sessions.get(sessionId)
    if (node === undefined || session === undefined) return
    this.#changes.changed(node)
    const status = session.status?.status ?? ""
    const look = session.gone === undefined ? status : `${status} ${session.gone.timeMs}`
    if (node.look === look) return
    node.look = look
    this.#changes.ranOn(node)
    for (const inner of innerNodes(node)) this.#changes.changed(inner)
  }

  forget(conversation: Conversation): void {
    const { id } = conversation
    for (const subagentId of [...conversation.subagents.keys(), undefined]) {
      const node = this.#places.unit(id, subagentId)
      for (const { callId } of conversation.course(subagentId).launches) this.#places.forgetCall(id, callId)
      if (node.parent !== undefined) this.#changes.moved(node.parent)
      this.#changes.ranOn(node)
      this.#places.forest.remove(node)
    }
    this.#places.teams.forget(id)
  }

  takeChanges(): HierarchyChanges {
    return this.#changes.take()
  }

  /** A session's node, a conversation's or a subagent's; undefined where there is none. */
  find(key: string): TreeNode | undefined {
    return this.#places.forest.find(key)
  }

  #change(node: TreeNode, change: (figures: Figures) => void): void {
    this.#places.forest.change(node, change)
    this.#changes.changed(node)
  }

  #touch(node: TreeNode, course: Course, timeMs: number): void {
    const before = course.durationMs
    const isFirst = course.firstMs === undefined || timeMs < course.firstMs
    course.touch(timeMs)
    if (isFirst) this.#changes.ranOn(node)
    const moreMs = course.durationMs - before
    if (moreMs !== 0) this.#places.forest.change(node, (figures) => (figures.durationMs += moreMs))
  }

  #conversationSeen(node: TreeNode, conversation: Conversation, course: Course): void {
    if (conversation.meta.startedMs !== undefined) this.#touch(node, course, conversation.meta.startedMs)
    this.#places.teams.see(conversation.id, conversation.meta)
    this.#changes.ranOn(node)
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
    this.#launched(fact, node, conversation)
    this.#callEnded(fact.callId, call)
    this.#changes.acted(node)
  }

  #startedByName({ workflowRunId }: AgentsStarted, conversation: Conversation): void {
    if (workflowRunId === undefined) {
      // A member is a session below the one of its lead.
      const session = this.#places.unit(conversation.id, undefined).parent
      for (const child of session?.children ?? []) this.#changes.changed(child)
      return
    }
    for (const [id, subagent] of conversation.subagents) {
      if (subagent.workflowRunId === workflowRunId) this.#places.subagent(this.#places.unit(conversation.id, id), conversation, id)
    }
  }

  #launched(fact: Extract<TranscriptFact, { kind: "tool-started" }>, node: TreeNode, conversation: Conversation): void {
    if (fact.spawn === undefined) return
    const isNews = conversation.course(fact.subagentId).launched(fact)
    this.#places.callMade(conversation, fact.callId, node)
    if (!isNews) return
    this.#places.callChanged(conversation.id, fact.callId)
    if (fact.spawn.task === undefined) return
    for (const [id, { isLinked, task }] of conversation.subagents) {
      if (!isLinked && task === fact.spawn.task) this.#places.matchTask(conversation, id)
    }
  }

  #callEnded(callId: string, call: Readonly<ToolCall> | undefined): void {
    const conversation = call === undefined ? undefined : this.#world.conversations.get(call.conversationId)
    if (call === undefined || conversation === undefined) return
    const course = conversation.course(call.subagentId)
    const launch = course.launch(callId)
    if (launch !== undefined) this.#launchesChanged(conversation, course.ended(launch, call))
    else if (isOwnWork(call)) this.#launchesChanged(conversation, course.worked(call))
  }

  #launchesChanged({ id }: Conversation, launches: readonly Launch[]): void {
    for (const { callId } of launches) this.#places.callChanged(id, callId)
  }
}

/** Whether somebody asks it, so that its turns are runs. */
function isEngaged({ meta }: Conversation, subagentId: string | undefined): boolean {
  return subagentId !== undefined || meta.parentConversationId !== undefined
}

function isOwnWork({ name }: Readonly<ToolCall>): boolean {
  return name !== "" && !isAgentTool(name)
}
