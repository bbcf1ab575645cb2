// The patterns that hold now, kept by the parent that leads them: what changes is looked at anew, everything else stays as it was found.

import type { TreeNode } from "./forest.ts"
import type { MemberBook } from "./member-book.ts"
import { branchesOf, delegationChain } from "./patterns/delegation-chain.ts"
import { patternsOf } from "./patterns/detect.ts"
import type { FoundPattern } from "./patterns/pattern.ts"

/** Beyond so many it does not pay to wait for somebody who asks. */
const MAX_STALE = 10_000

export class PatternDesk {
  readonly #members: MemberBook
  readonly #found = new WeakMap<TreeNode, readonly FoundPattern[]>()
  /** By the branch of the tree that it is. */
  readonly #chains = new WeakMap<TreeNode, FoundPattern | "none">()
  readonly #stale = new Set<TreeNode>()

  constructor(members: MemberBook) {
    this.#members = members
  }

  /** These parents, or their children, have changed. */
  changed(leaders: Iterable<TreeNode>): void {
    for (const node of leaders) {
      this.#members.changed(node)
      this.#stale.add(node)
    }
    if (this.#stale.size > MAX_STALE) this.#settle()
  }

  /** All in the tree below a session at its top, latest first. */
  below(root: TreeNode): FoundPattern[] {
    this.#settle()
    const found: FoundPattern[] = []
    for (const branch of branchesOf(root)) {
      const chain = branch.children.size === 0 ? "none" : this.#chainOf(root, branch)
      if (chain !== "none") found.push(chain)
    }
    const walk = [root]
    for (let node = walk.pop(); node !== undefined; node = walk.pop()) {
      for (const pattern of this.#found.get(node) ?? []) found.push(pattern)
      for (const child of node.children) if (child.children.size > 0) walk.push(child)
    }
    return found.sort((a, b) => b.startedMs - a.startedMs || (a.id < b.id ? -1 : 1))
  }

  #chainOf(root: TreeNode, branch: TreeNode): FoundPattern | "none" {
    let chain = this.#chains.get(branch)
    if (chain === undefined) {
      chain = delegationChain(root, branch, (node) => this.#members.of(node)) ?? "none"
      this.#chains.set(branch, chain)
    }
    return chain
  }

  #settle(): void {
    for (const node of this.#stale) {
      const found = node.children.size === 0 ? [] : patternsOf(this.#members.leader(node))
      if (found.length === 0) this.#found.delete(node)
      else this.#found.set(node, found)
      for (let above: TreeNode | undefined = node; above !== undefined; above = above.parent) this.#chains.delete(above)
    }
    this.#stale.clear()
  }
}
