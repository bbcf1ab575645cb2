// Where the nodes of the forest hang: subagents below who made the call that started them, threads below their thread, conversations below the
// session that is or was in them, sessions below the one that started them. What is still to come is waited for.

import type { Conversation } from "../conversation.ts"
import type { Roster } from "../roster.ts"
import type { SessionState } from "../session-state.ts"
import type { ChangeBook } from "./change-book.ts"
import { Forest, innerNodes, nodeKey, type TreeNode } from "./forest.ts"
import { Teams } from "./teams.ts"

export interface PlacementWorld {
  readonly conversations: ReadonlyMap<string, Conversation>
  readonly roster: Roster
}

/** A call that started agents. Either end may be read first. */
interface StartingCall {
  /** Who made it. */
  maker: TreeNode | undefined
  /** Who says that it started them. */
  readonly started: Set<TreeNode>
}

export class Placement {
  readonly forest = new Forest()
  readonly teams = new Teams()
  readonly #world: PlacementWorld
  readonly #changes: ChangeBook
  readonly #calls = new Map<string, StartingCall>()
  /** Nodes whose parent is still to be seen, by its key. */
  readonly #waiting = new Map<string, Set<TreeNode>>()
  /** Sessions that another one started, or whose team has a lead: where that one sits may change. */
  readonly #followers = new Set<string>()

  constructor(world: PlacementWorld, changes: ChangeBook) {
    this.#world = world
    this.#changes = changes
  }

  /** The node of a conversation's main agent or of one of its subagents. */
  unit(conversationId: string, subagentId: string | undefined): TreeNode {
    if (subagentId === undefined) return this.forest.node({ kind: "conversation", conversationId })
    return this.forest.node({ kind: "subagent", conversationId, subagentId })
  }

  /** A call that starts an agent was made; who says that it started them is placed. */
  callMade(conversation: Conversation, callId: string, maker: TreeNode): void {
    const call = this.#call(conversation.id, callId)
    if (call.maker === maker) return
    call.maker = maker
    for (const node of call.started) {
      if (node.source.kind === "subagent") this.subagent(node, conversation, node.source.subagentId)
      else this.#changes.ranOn(node)
    }
  }

  /** What became of a call changed, and with it what is known of those that it started. */
  callChanged(conversationId: string, callId: string): void {
    for (const node of this.#calls.get(callKey(conversationId, callId))?.started ?? []) this.#changes.ranOn(node)
  }

  forgetCall(conversationId: string, callId: string): void {
    const key = callKey(conversationId, callId)
    const call = this.#calls.get(key)
    if (call === undefined) return
    call.maker = undefined
    for (const node of call.started) if (node.source.kind === "subagent") call.started.delete(node)
    if (call.started.size === 0) this.#calls.delete(key)
  }

  /** After facts: finds everyone touched its place. `isReseated`: who sits where was decided anew. */
  settle(sessionIds: Iterable<string>, conversationIds: Iterable<string>, isReseated: boolean): void {
    const { roster } = this.#world
    for (const id of sessionIds) this.#session(id, roster.sessions.get(id))
    for (const id of conversationIds) this.#conversation(id)
    if (isReseated) for (const id of this.#followers) this.#session(id, roster.sessions.get(id))
  }

  subagent(node: TreeNode, conversation: Conversation, subagentId: string): void {
    const subagent = conversation.subagent(subagentId)
    if (!subagent.isSeen) return
    const { toolCallId, parentSubagentId } = subagent.placeAmong(conversation.namedStarts)
    const isNew = node.parent === undefined
    const main = this.unit(conversation.id, undefined)
    const maker = toolCallId === undefined ? undefined : this.#startedBy(conversation.id, toolCallId, node)
    const above = parentSubagentId === undefined ? undefined : this.#seen(conversation, parentSubagentId, node)
    this.#attach(node, maker ?? above ?? main, main)
    if (isNew) this.#wake(nodeKey(node.source), conversation)
    this.#changes.ranOn(node)
  }

  /** Notes that a call started a node; answers who made it, where that is known. */
  #startedBy(conversationId: string, callId: string, node: TreeNode): TreeNode | undefined {
    const call = this.#call(conversationId, callId)
    call.started.add(node)
    return call.maker
  }

  #call(conversationId: string, callId: string): StartingCall {
    const key = callKey(conversationId, callId)
    let call = this.#calls.get(key)
    if (call === undefined) this.#calls.set(key, (call = { maker: undefined, started: new Set() }))
    return call
  }

  /** A subagent that is named as parent; the node waits for it where it has not been seen. */
  #seen(conversation: Conversation, subagentId: string, node: TreeNode): TreeNode | undefined {
    const parent = this.unit(conversation.id, subagentId)
    if (conversation.subagents.get(subagentId)?.isSeen === true) return parent
    this.#await(nodeKey(parent.source), node)
    return undefined
  }

  #conversation(id: string): void {
    const { roster, conversations } = this.#world
    const meta = conversations.get(id)?.meta
    if (meta === undefined) return
    const node = this.unit(id, undefined)
    if (meta.parentConversationId !== undefined && meta.spawnCallId !== undefined) {
      this.#startedBy(meta.parentConversationId, meta.spawnCallId, node)
    }
    const startedBy = roster.startedBy(id)
    const session = roster.sessionOf(id)
    const seat = session === undefined ? undefined : this.forest.node({ kind: "session", sessionId: session.id })
    this.#attach(node, startedBy === undefined ? seat : this.unit(startedBy, undefined), seat)
    this.#changes.changed(node)
  }

  #session(id: string, session: SessionState | undefined): void {
    const node = this.forest.find(`session ${id}`)
    if (session === undefined) {
      this.#followers.delete(id)
      if (node === undefined) return
      this.#changes.moved(node.parent ?? node)
      this.#changes.ranOn(node)
      this.forest.remove(node)
      return
    }
    const parentId = this.#world.roster.parentOf(session) ?? this.#leadOf(session)
    if (parentId !== undefined || this.#follows(session)) this.#followers.add(id)
    const placed = this.forest.node({ kind: "session", sessionId: id })
    this.#attach(
      placed,
      parentId === undefined || parentId === id ? undefined : this.forest.node({ kind: "session", sessionId: parentId }),
      undefined,
    )
    this.#changes.ranOn(placed)
  }

  #leadOf(session: SessionState): string | undefined {
    const meta = this.#world.roster.conversationOf(session)?.meta
    const lead = session.conversationId === undefined ? undefined : this.teams.leadOf(session.conversationId, meta?.teamName)
    return lead === undefined ? undefined : this.#world.roster.sessionOf(lead)?.id
  }

  #follows({ process, conversationId }: SessionState): boolean {
    const meta = conversationId === undefined ? undefined : this.#world.conversations.get(conversationId)?.meta
    return process?.parentSessionId !== undefined || process?.parentConversationId !== undefined || meta?.memberName !== undefined
  }

  /** A subagent of an old client, known by the words it was given: the nearest call before it that gave them. */
  matchTask(conversation: Conversation, subagentId: string): void {
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
    this.subagent(this.unit(conversation.id, subagentId), conversation, subagentId)
  }

  /** `otherwise`: where it hangs when bad data would have it hang below itself. */
  #attach(node: TreeNode, parent: TreeNode | undefined, otherwise: TreeNode | undefined): void {
    const before = node.parent
    if (before === parent) return
    if (before !== undefined) this.#changes.moved(before)
    if (!this.forest.attach(node, parent)) this.forest.attach(node, otherwise)
    this.#changes.moved(node)
    // What is below it says whose it is, and in which session.
    for (const below of innerNodes(node)) this.#changes.ranOn(below)
    if (node.parent !== undefined) this.#changes.acted(node.parent)
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
      if (source.kind === "subagent") this.subagent(this.unit(conversation.id, source.subagentId), conversation, source.subagentId)
    }
  }
}

function callKey(conversationId: string, callId: string): string {
  return `call ${conversationId} ${callId}`
}
