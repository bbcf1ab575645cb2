// What changed in the forest since somebody last asked.

import { rootOf, type TreeNode } from "./forest.ts"

export interface HierarchyChanges {
  /** Sessions at the top of trees that changed. */
  readonly roots: ReadonlySet<string>
  /** Nodes that did something, which tells whether they went on after those they lead. */
  readonly acted: ReadonlySet<TreeNode>
  /** Nodes whose runs or whose place changed, which the patterns among their siblings look at. */
  readonly ran: ReadonlySet<TreeNode>
  /** Nodes that changed in any way. */
  readonly nodes: ReadonlySet<TreeNode>
}

export class ChangeBook {
  #nodes = new Set<TreeNode>()
  #acted = new Set<TreeNode>()
  #ran = new Set<TreeNode>()

  changed(node: TreeNode): void {
    this.#nodes.add(node)
  }

  acted(node: TreeNode): void {
    this.#acted.add(node)
    this.#nodes.add(node)
  }

  ranOn(node: TreeNode): void {
    this.#ran.add(node)
    this.#nodes.add(node)
  }

  /** It hangs elsewhere, or something hangs below it no more; called before and after. */
  moved(node: TreeNode): void {
    this.acted(node)
    this.ranOn(node)
    this.#nodes.add(rootOf(node))
  }

  take(): HierarchyChanges {
    const roots = new Set<string>()
    for (const node of this.#nodes) {
      const { source } = rootOf(node)
      if (source.kind === "session") roots.add(source.sessionId)
    }
    const changes = { roots, acted: this.#acted, ran: this.#ran, nodes: this.#nodes }
    this.#nodes = new Set()
    this.#acted = new Set()
    this.#ran = new Set()
    return changes
  }
}
