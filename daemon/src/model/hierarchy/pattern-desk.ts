// The patterns that hold now, kept by the parent that leads them: what changes is looked at anew, everything else stays as it was found.

import type { TreeNode } from "./forest.ts"
import { leaderOf, memberOf, type MemberWorld } from "./member-of.ts"
import { delegationChains } from "./patterns/delegation-chain.ts"
import { patternsOf } from "./patterns/detect.ts"
import type { FoundPattern } from "./patterns/pattern.ts"

export class PatternDesk {
  readonly #world: MemberWorld
  readonly #found = new Map<TreeNode, readonly FoundPattern[]>()
  readonly #stale = new Set<TreeNode>()

  constructor(world: MemberWorld) {
    this.#world = world
  }

  /** These parents, or their children, have changed. */
  changed(leaders: Iterable<TreeNode>): void {
    for (const node of leaders) {
      this.#stale.add(node)
      if (this.#stale.size > MAX_STALE) this.#settle()
    }
  }

  /** All in the tree below a session at its top, latest first. */
  below(root: TreeNode): FoundPattern[] {
    this.#settle()
    const found = [...delegationChains(root, (node) => memberOf(node, this.#world))]
    const walk = [root]
    for (let node = walk.pop(); node !== undefined; node = walk.pop()) {
      found.push(...(this.#found.get(node) ?? []))
      walk.push(...node.children)
    }
    return found.sort((a, b) => b.startedMs - a.startedMs || (a.id < b.id ? -1 : 1))
  }

  #settle(): void {
    for (const node of this.#stale) {
      const found = node.children.size === 0 ? [] : patternsOf(leaderOf(node, this.#world))
      if (found.length === 0) this.#found.delete(node)
      else this.#found.set(node, found)
    }
    this.#stale.clear()
  }
}

/** Beyond so many it does not pay to wait for somebody who asks. */
const MAX_STALE = 10_000
