// The trees that are published: each a session at the top with all that it started, and the ways in which they work together.

import { create } from "@bufbuild/protobuf"
import type { HierarchyNode, Pattern } from "@vibecraft/shared/gen/vibecraft/v1/hierarchy_pb"
import { type Hierarchy as HierarchyMessage, HierarchySchema } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import type { HierarchyChanges } from "./change-book.ts"
import { rootOf, type TreeNode } from "./forest.ts"
import type { Hierarchy } from "./hierarchy.ts"
import { MemberBook } from "./member-book.ts"
import { PatternDesk } from "./pattern-desk.ts"
import { branchesOf } from "./patterns/delegation-chain.ts"
import type { FoundPattern } from "./patterns/pattern.ts"
import { nodeMessage, patternMessage } from "./tree-messages.ts"
import { nodeFacts, type NodeWorld } from "./tree-node-facts.ts"

interface Written {
  readonly message: HierarchyNode
  readonly untilMs: number
}

export class Trees {
  readonly #hierarchy: Hierarchy
  readonly #world: NodeWorld
  readonly #patterns: PatternDesk
  /** Nodes as they were published last. */
  readonly #written = new WeakMap<TreeNode, Written>()
  readonly #writtenPatterns = new WeakMap<FoundPattern, Pattern>()

  constructor(hierarchy: Hierarchy, world: Omit<NodeWorld, "members">) {
    this.#hierarchy = hierarchy
    this.#world = { ...world, members: new MemberBook(world) }
    this.#patterns = new PatternDesk(world, this.#world.members)
  }

  /** Takes note of what changed; answers the sessions at the top of trees that look different now. */
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
    return roots
  }

  /** The session at the top of the tree that a session, a conversation, or a node by its id is in. */
  rootOf(id: string): string | undefined {
    const session = this.#world.roster.find(id)
    const node =
      session === undefined ? this.#hierarchy.find(id) : (this.#hierarchy.find(id) ?? this.#hierarchy.find(`session ${session.id}`))
    const root = node === undefined ? undefined : rootOf(node).source
    return root?.kind === "session" ? root.sessionId : undefined
  }

  /** Undefined where the session is not at the top of a tree. */
  tree(rootSessionId: string): HierarchyMessage | undefined {
    const root = this.#hierarchy.find(`session ${rootSessionId}`)
    if (root === undefined || root.parent !== undefined) return undefined
    const patterns = this.#patterns.below(root).map((found) => this.#messageOfPattern(found))
    return create(HierarchySchema, { rootId: rootSessionId, nodes: this.#nodesOf(root), patterns })
  }

  #messageOfPattern(found: FoundPattern): Pattern {
    let message = this.#writtenPatterns.get(found)
    if (message === undefined) this.#writtenPatterns.set(found, (message = patternMessage(found)))
    return message
  }

  #nodesOf(root: TreeNode): HierarchyNode[] {
    const nodes: HierarchyNode[] = []
    const walk: { readonly node: TreeNode; readonly parent: TreeNode | undefined }[] = [{ node: root, parent: undefined }]
    for (let at = walk.pop(); at !== undefined; at = walk.pop()) {
      const { node, parent } = at
      const message = this.#messageOf(node, parent)
      if (message === undefined) continue
      nodes.push(message)
      for (const child of this.#childrenOf(node).toReversed()) walk.push({ node: child, parent: node })
    }
    return nodes
  }

  #messageOf(node: TreeNode, parent: TreeNode | undefined): HierarchyNode | undefined {
    const known = this.#written.get(node)
    if (known !== undefined && this.#world.now() < known.untilMs) return known.message
    const facts = nodeFacts(node, parent, this.#world)
    if (facts === undefined) return undefined
    const message = nodeMessage(facts)
    this.#written.set(node, { message, untilMs: facts.untilMs })
    return message
  }

  /** Earliest first; those of a session's conversations are the session's. */
  #childrenOf(node: TreeNode): TreeNode[] {
    const children = branchesOf(node)
    if (children.length < 2) return children
    return children
      .map((child) => ({ child, startMs: this.#world.members.of(child)?.startMs ?? 0 }))
      .sort((a, b) => a.startMs - b.startMs)
      .map(({ child }) => child)
  }
}
