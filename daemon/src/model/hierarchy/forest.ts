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
  readonly own: Figures
  /** Its own and that of all below. */
  readonly total: Figures
}

interface MutableNode extends TreeNode {
  parent: MutableNode | undefined
  readonly children: Set<MutableNode>
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
      node = { source, parent: undefined, children: new Set(), own: new Figures(), total: new Figures() }
      this.#nodes.set(key, node)
    }
    return node
  }

  /** Changes what a node itself used or did, and with it the sums from it to the root. */
  change(node: TreeNode, change: (figures: Figures) => void): void {
    change(node.own)
    for (let above: TreeNode | undefined = node; above !== undefined; above = above.parent) change(above.total)
  }

  /** Moves a node with all below it. False, and nothing done, where the parent hangs below the node itself. */
  attach(child: TreeNode, parent: TreeNode | undefined): boolean {
    const node = child as MutableNode
    for (let above = parent; above !== undefined; above = above.parent) if (above === node) return false
    if (node.parent === parent) return true
    if (node.parent !== undefined) {
      node.parent.children.delete(node)
      this.#addAbove(node.parent, -1, node.total)
    }
    node.parent = parent as MutableNode | undefined
    if (node.parent !== undefined) {
      node.parent.children.add(node)
      this.#addAbove(node.parent, 1, node.total)
    }
    return true
  }

  /** Takes a node out; those below it are left without a parent. */
  remove(node: TreeNode): void {
    for (const child of node.children) this.attach(child, undefined)
    this.attach(node, undefined)
    this.#nodes.delete(nodeKey(node.source))
  }

  #addAbove(from: TreeNode, sign: 1 | -1, figures: Figures): void {
    for (let node: TreeNode | undefined = from; node !== undefined; node = node.parent) node.total.add(sign, figures)
  }
}

/** The topmost node above it. */
export function rootOf(node: TreeNode): TreeNode {
  let root = node
  while (root.parent !== undefined) root = root.parent
  return root
}
