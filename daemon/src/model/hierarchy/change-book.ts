// What changed in the forest since somebody last asked.

import { rootOf, type TreeNode } from "./forest.ts"

export interface HierarchyChanges {
  /** Sessions at the top of trees that changed. */
  readonly roots: ReadonlySet<string>
  /** Parents whose patterns may have changed. */
  readonly leaders: ReadonlySet<TreeNode>
  /** Nodes that changed themselves. */
  readonly nodes: ReadonlySet<TreeNode>
}

export class ChangeBook {
  #nodes = new Set<TreeNode>()
  #leaders = new Set<TreeNode>()

  changed(node: TreeNode): void {
    this.#nodes.add(node)
  }

  /** The patterns that it leads may be others. */
  leads(node: TreeNode): void {
    this.#leaders.add(node)
    this.#nodes.add(node)
  }

  /** Its runs changed, which its parent's patterns look at. */
  ranOn(node: TreeNode): void {
    this.leads(node)
    if (node.parent !== undefined) this.leads(node.parent)
  }

  /** It hangs elsewhere, or something hangs below it no more; called before and after. */
  moved(node: TreeNode): void {
    this.leads(node)
    this.#nodes.add(rootOf(node))
  }

  take(): HierarchyChanges {
    const roots = new Set<string>()
    for (const node of this.#nodes) {
      const { source } = rootOf(node)
      if (source.kind === "session") roots.add(source.sessionId)
    }
    const changes = { roots, leaders: this.#leaders, nodes: this.#nodes }
    this.#nodes = new Set()
    this.#leaders = new Set()
    return changes
  }
}
