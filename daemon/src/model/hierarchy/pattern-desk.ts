// The patterns that hold now, kept by the parent that leads them: what changes is looked at anew, everything else stays as it was found.

import type { HierarchyChanges } from "./change-book.ts"
import type { TreeNode } from "./forest.ts"
import type { Member } from "./member.ts"
import type { MemberBook } from "./member-book.ts"
import { courseOf, type MemberWorld, publishedId } from "./member-of.ts"
import { delegationChain } from "./patterns/delegation-chain.ts"
import { type FoundPattern, latestFirst, type Leader } from "./patterns/pattern.ts"
import { Siblings } from "./siblings.ts"

/** Beyond so many it does not pay to wait for somebody who asks. */
const MAX_STALE = 10_000

export class PatternDesk {
  readonly #world: MemberWorld
  readonly #members: MemberBook
  /** By their parent. */
  readonly #siblings = new WeakMap<TreeNode, Siblings>()
  /** Among whom a node was when it was looked at last. */
  readonly #homes = new WeakMap<TreeNode, Siblings>()
  /** By the branch of the tree that it is. */
  readonly #chains = new WeakMap<TreeNode, FoundPattern | "none">()
  readonly #acted = new Set<TreeNode>()
  readonly #ran = new Set<TreeNode>()

  constructor(world: MemberWorld, members: MemberBook) {
    this.#world = world
    this.#members = members
  }

  changed({ acted, ran }: Pick<HierarchyChanges, "acted" | "ran">): void {
    for (const node of acted) this.#acted.add(node)
    for (const node of ran) {
      this.#members.changed(node)
      this.#ran.add(node)
    }
    if (this.#acted.size + this.#ran.size > MAX_STALE) this.#settle()
  }

  /** All in the tree below a session at its top, latest first. */
  below(root: TreeNode): FoundPattern[] {
    this.#settle()
    const found: FoundPattern[] = []
    const walk = [root]
    for (let node = walk.pop(); node !== undefined; node = walk.pop()) {
      const chain = isBranch(node, root) ? this.#chainOf(root, node) : "none"
      if (chain !== "none") found.push(chain)
      for (const pattern of this.#siblings.get(node)?.patterns ?? []) found.push(pattern)
      for (const child of node.children) if (child.children.size > 0) walk.push(child)
    }
    return found.sort(latestFirst)
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
    for (const node of this.#acted) {
      this.#siblings.get(node)?.led(this.#leader(node))
      // What its conversations do is what a session does.
      const session = node.source.kind === "conversation" ? node.parent : undefined
      if (session !== undefined) this.#siblings.get(session)?.led(this.#leader(session))
    }
    this.#acted.clear()
    const passed = new Set<TreeNode>()
    for (const node of this.#ran) {
      this.#place(node)
      for (let above: TreeNode | undefined = node; above !== undefined && !passed.has(above); above = above.parent) {
        passed.add(above)
        this.#chains.delete(above)
      }
    }
    this.#ran.clear()
  }

  /** Puts a node among its siblings as it is now, and takes it from those among whom it was. */
  #place(node: TreeNode): void {
    const member = this.#members.of(node)
    const home = node.parent !== undefined && isChild(node, node.parent, member) ? this.#siblingsBelow(node.parent) : undefined
    const before = this.#homes.get(node)
    if (before !== undefined && before !== home) before.put(node, undefined)
    if (home === undefined) this.#homes.delete(node)
    else {
      home.put(node, member)
      this.#homes.set(node, home)
    }
  }

  #siblingsBelow(parent: TreeNode): Siblings {
    let siblings = this.#siblings.get(parent)
    if (siblings === undefined) this.#siblings.set(parent, (siblings = new Siblings(this.#leader(parent))))
    return siblings
  }

  #leader(node: TreeNode): Leader {
    let actedMs: number | undefined
    for (const unit of node.source.kind === "session" ? node.children : [node]) {
      const ms = courseOf(unit, this.#world)?.actedMs
      if (ms !== undefined) actedMs = Math.max(actedMs ?? ms, ms)
    }
    return { id: publishedId(node), actedMs }
  }
}

/** Whether the root started it, be it in one of its conversations. */
function isBranch({ source, parent }: TreeNode, root: TreeNode): boolean {
  if (parent === root) return source.kind !== "conversation"
  return parent?.source.kind === "conversation" && parent.parent === root
}

/** Conversations of a session are the session. The client starts some subagents by itself, to compact for example: nobody asked for these. */
function isChild(node: TreeNode, parent: TreeNode, member: Member | undefined): boolean {
  if (member === undefined) return false
  if (node.source.kind !== "subagent") return node.source.kind === "session" || parent.source.kind !== "session"
  return member.launch !== undefined || member.workflowRunId !== undefined || member.team !== undefined
}
