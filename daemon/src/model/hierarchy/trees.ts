// The trees that are published: each a session at the top with all that it started, and the ways in which they work together.

import { create } from "@bufbuild/protobuf"
import type { HierarchyNode } from "@vibecraft/shared/gen/vibecraft/v1/hierarchy_pb"
import { type Hierarchy as HierarchyMessage, HierarchySchema } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import { rootOf, type TreeNode } from "./forest.ts"
import type { Hierarchy, HierarchyChanges } from "./hierarchy.ts"
import { memberOf } from "./member-of.ts"
import { PatternDesk } from "./pattern-desk.ts"
import { nodeMessage, patternMessage } from "./tree-messages.ts"
import { nodeFacts, type NodeWorld } from "./tree-node-facts.ts"

export class Trees {
  readonly #hierarchy: Hierarchy
  readonly #world: NodeWorld
  readonly #patterns: PatternDesk

  constructor(hierarchy: Hierarchy, world: NodeWorld) {
    this.#hierarchy = hierarchy
    this.#world = world
    this.#patterns = new PatternDesk(world)
  }

  /** Takes note of what changed; answers the sessions at the top of trees that look different now. */
  changed({ roots, leaders }: HierarchyChanges): ReadonlySet<string> {
    this.#patterns.changed(leaders)
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
    const patterns = this.#patterns.below(root).map(patternMessage)
    return create(HierarchySchema, { rootId: rootSessionId, nodes: this.#nodesOf(root), patterns })
  }

  #nodesOf(root: TreeNode): HierarchyNode[] {
    const nodes: HierarchyNode[] = []
    const walk: { readonly node: TreeNode; readonly parent: TreeNode | undefined }[] = [{ node: root, parent: undefined }]
    for (let at = walk.pop(); at !== undefined; at = walk.pop()) {
      const { node, parent } = at
      const facts = nodeFacts(node, parent, this.#world)
      if (facts === undefined) continue
      nodes.push(nodeMessage(facts))
      for (const child of this.#childrenOf(node).toReversed()) walk.push({ node: child, parent: node })
    }
    return nodes
  }

  /** Earliest first; those of a session's conversations are the session's. */
  #childrenOf(node: TreeNode): TreeNode[] {
    const children = [...node.children].flatMap((child) =>
      node.source.kind === "session" && child.source.kind === "conversation" ? [...child.children] : [child],
    )
    const starts = new Map(children.map((child) => [child, memberOf(child, this.#world)?.startMs ?? 0]))
    return children.sort((a, b) => (starts.get(a) ?? 0) - (starts.get(b) ?? 0))
  }
}
