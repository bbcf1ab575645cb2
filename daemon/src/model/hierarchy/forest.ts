// The forest of what agents started, with sums at every node: what changes at a node is added to it and to those above it, and to no others.

import { Figures } from "./figures.ts"

/** What a node stands for. A conversation is a node of its own below its session, and shows only where another conversation started it. */
export type NodeSource =
  | { readonly kind: "session"; readonly sessionId: string }
  | { readonly kind: "conversation"; readonly conversationId: string }
  | { readonly kind: "subagent"; readonly conversationId: string; readonly subagentId: string }

export interface TreeNode {
  readonly source: NodeSource
  readonly parent: TreeNode | undefined
  readonly children: ReadonlySet<TreeNode>
  /** What it used and did itself; undefined before anything. */
  readonly own: Figures | undefined
  /** What all below it used and did; undefined before anything. */
  readonly below: Figures | undefined
  /** What a session did when it was last looked at; undefined before that, and for any other node. */
  look: string | undefined
}

interface MutableNode extends TreeNode {
  parent: MutableNode | undefined
  children: Set<MutableNode>
  own: Figures | undefined
  below: Figures | undefined
}

/** Most nodes have no children; they share this. */
const NO_CHILDREN = new Set<MutableNode>()

/** A node's own and all below it. */
export function totalOf({ own, below }: TreeNode): Figures {
  const total = new Figures()
  if (own !== undefined) total.add(1, own)
  if (below !== undefined) total.add(1, below)
  return total
}

/** Two sources are the same where their keys are. */
export function nodeKey(source: NodeSource): string {
  if (source.kind === "session") return `session ${source.sessionId}`
  return source.kind === "conversation" ? source.conversationId : `${source.conversationId}/${source.subagentId}`
}

export class Forest {
  readonly #nodes = new Map<string, MutableNode>()

  get size(): number {
    return this.#nodes.size
  }

  find(key: string): TreeNode | undefined {
    return this.#nodes.get(key)
  }

  /** The node of a source, new or known; a new one has no parent. */
  node(source: NodeSource): TreeNode {
    const key = nodeKey(source)
    let node = this.#nodes.get(key)
    if (node === undefined) {
      node = { source, parent: undefined, children: NO_CHILDREN, own: undefined, below: undefined, look: undefined }
      this.#nodes.set(key, node)
    }
    return node
  }

  /** Changes what a node itself used or did, and with it the sums from it to the root. */
  change(node: TreeNode, change: (figures: Figures) => void): void {
    const changed = node as MutableNode
    change((changed.own ??= new Figures()))
    changeAbove(changed, change)
  }

  /** Moves a node with all below it. False, and nothing done, where the parent hangs below the node itself. */
  attach(child: TreeNode, parent: TreeNode | undefined): boolean {
    const node = child as MutableNode
    for (let above = parent; above !== undefined; above = above.parent) if (above === node) return false
    if (node.parent === parent) return true
    const total = totalOf(node)
    if (node.parent !== undefined) {
      node.parent.children.delete(node)
      changeAbove(node, (figures) => figures.add(-1, total))
    }
    node.parent = parent as MutableNode | undefined
    if (node.parent !== undefined) {
      if (node.parent.children === NO_CHILDREN) node.parent.children = new Set()
      node.parent.children.add(node)
      changeAbove(node, (figures) => figures.add(1, total))
    }
    return true
  }

  /** Takes a node out; those below it are left without a parent. */
  remove(node: TreeNode): void {
    for (const child of node.children) this.attach(child, undefined)
    this.attach(node, undefined)
    this.#nodes.delete(nodeKey(node.source))
  }
}

function changeAbove(node: MutableNode, change: (figures: Figures) => void): void {
  for (let above = node.parent; above !== undefined; above = above.parent) change((above.below ??= new Figures()))
}

/** It and all below it. */
export function* nodesBelow(node: TreeNode, isWanted: (child: TreeNode) => boolean = () => true): Generator<TreeNode> {
  const walk = [node]
  for (let at = walk.pop(); at !== undefined; at = walk.pop()) {
    yield at
    for (const child of at.children) if (isWanted(child)) walk.push(child)
  }
}

/** It and all below it that runs in the same session. */
export function innerNodes(node: TreeNode): Iterable<TreeNode> {
  return nodesBelow(node, ({ source }) => source.kind !== "session")
}

/** The topmost node above it. */
export function rootOf(node: TreeNode): TreeNode {
  let root = node
  while (root.parent !== undefined) root = root.parent
  return root
}
