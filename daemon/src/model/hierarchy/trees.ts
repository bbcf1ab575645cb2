// The trees that are published: each a session at the top with all that it started, and the ways in which they work together.

import { create } from "@bufbuild/protobuf"
import type { HierarchyNode, Pattern } from "@vibecraft/shared/gen/vibecraft/v1/hierarchy_pb"
import { type Hierarchy as HierarchyMessage, HierarchySchema } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import { compareText } from "../compare-text.ts"
import { Deadlines } from "../deadlines.ts"
import type { HierarchyChanges } from "./change-book.ts"
import { nodesBelow, rootOf, type TreeNode } from "./forest.ts"
import type { Hierarchy } from "./hierarchy.ts"
import { MemberBook } from "./member-book.ts"
import { publishedId } from "./member-of.ts"
import { PatternDesk } from "./pattern-desk.ts"
import { branchesOf } from "./patterns/delegation-chain.ts"
import type { FoundPattern } from "./patterns/pattern.ts"
import { nodeMessage, patternMessage } from "./tree-messages.ts"
import { type NodeFacts, nodeFacts, type NodeWorld } from "./tree-node-facts.ts"

interface Written extends Pick<NodeFacts, "untilMs" | "hangsOnOthers"> {
  readonly message: HierarchyNode
}

export class Trees {
  readonly #hierarchy: Hierarchy
  readonly #world: NodeWorld
  readonly #patterns: PatternDesk
  /** Nodes as they were published last. */
  readonly #written = new WeakMap<TreeNode, Written>()
  /** By the session at the top. */
  readonly #untilMs = new Deadlines()
  readonly #writtenPatterns = new WeakMap<FoundPattern, Pattern>()

  constructor(hierarchy: Hierarchy, world: Omit<NodeWorld, "members">) {
    this.#hierarchy = hierarchy
    this.#world = { ...world, members: new MemberBook(world) }
    this.#patterns = new PatternDesk(world, this.#world.members)
  }

  /** Takes note of what changed, and of time; answers the sessions at the top of trees that look different now. */
  changed({ roots, nodes, ...changes }: HierarchyChanges): ReadonlySet<string> {
    this.#patterns.changed(changes)
    const passed = new Set<TreeNode>()
    for (const node of nodes) {
      // The sums of those above it have changed with it.
      for (let above: TreeNode | undefined = node; above !== undefined && !passed.has(above); above = above.parent) {
        passed.add(above)
        this.#written.delete(above)
      }
    }
    return new Set([...roots, ...this.#untilMs.takeDue(this.#world.now())])
  }

  /** The session at the top of the tree that a session, a conversation, or a node by its id is in. */
  rootOf(id: string): string | undefined {
    const session = this.#world.roster.find(id)
    const node =
      session === undefined ? this.#hierarchy.find(id) : (this.#hierarchy.find(id) ?? this.#hierarchy.find(`session ${session.id}`))
    const root = node === undefined ? undefined : rootOf(node).source
    return root?.kind === "session" ? root.sessionId : undefined
  }

  /** The sessions of a tree, the one at the top first. */
  sessionsIn(rootSessionId: string): readonly string[] {
    const root = this.#hierarchy.find(`session ${rootSessionId}`)
    if (root === undefined || root.parent !== undefined) return []
    return [...nodesBelow(root)].flatMap(({ source }) => (source.kind === "session" ? [source.sessionId] : []))
  }

  /** Undefined where the session is not at the top of a tree. */
  tree(rootSessionId: string): HierarchyMessage | undefined {
    const root = this.#hierarchy.find(`session ${rootSessionId}`)
    if (root === undefined || root.parent !== undefined) return undefined
    const patterns = this.#patterns.below(root).map((found) => this.#messageOfPattern(found))
    const nodes = this.#nodesOf(root)
    const nowMs = this.#world.now()
    const untilMs = nodes.map((node) => node.untilMs).filter((ms) => ms > nowMs)
    this.#untilMs.set(
      rootSessionId,
      untilMs.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    )
    return create(HierarchySchema, { rootId: rootSessionId, nodes: nodes.map(({ message }) => message), patterns })
  }

  #messageOfPattern(found: FoundPattern): Pattern {
    let message = this.#writtenPatterns.get(found)
    if (message === undefined) this.#writtenPatterns.set(found, (message = patternMessage(found)))
    return message
  }

  #nodesOf(root: TreeNode): Written[] {
    const nodes: Written[] = []
    const walk: { readonly node: TreeNode; readonly parent: TreeNode | undefined }[] = [{ node: root, parent: undefined }]
    for (let at = walk.pop(); at !== undefined; at = walk.pop()) {
      const { node, parent } = at
      const written = this.#write(node, parent)
      if (written === undefined) continue
      nodes.push(written)
      for (const child of this.#childrenOf(node).toReversed()) walk.push({ node: child, parent: node })
    }
    return nodes
  }

  #write(node: TreeNode, parent: TreeNode | undefined): Written | undefined {
    const known = this.#written.get(node)
    if (known !== undefined && !known.hangsOnOthers && this.#world.now() < known.untilMs) return known
    const facts = nodeFacts(node, parent, this.#world)
    if (facts === undefined) return undefined
    const { untilMs, hangsOnOthers } = facts
    const written = { message: nodeMessage(facts), untilMs, hangsOnOthers }
    this.#written.set(node, written)
    return written
  }

  /** Earliest first, else by id, whichever was seen first; those of a session's conversations are the session's. */
  #childrenOf(node: TreeNode): TreeNode[] {
    const children = branchesOf(node)
    if (children.length < 2) return children
    return children
      .map((child) => ({ child, startMs: this.#world.members.of(child)?.startMs ?? 0, id: publishedId(child) }))
      .sort((a, b) => a.startMs - b.startMs || compareText(a.id, b.id))
      .map(({ child }) => child)
  }
}
