// Children as their parents' patterns see them, kept until something about them changes.

import type { TreeNode } from "./forest.ts"
import type { Member } from "./member.ts"
import { launchOf, memberOf, type MemberWorld } from "./member-of.ts"

export class MemberBook {
  readonly #world: MemberWorld
  readonly #members = new WeakMap<TreeNode, Member | "none">()

  constructor(world: MemberWorld) {
    this.#world = world
  }

  /** What is known of a node, or of the call that started it, has changed. */
  changed(node: TreeNode): void {
    this.#members.delete(node)
  }

  /** Undefined before its first sign of life. */
  of(node: TreeNode): Member | undefined {
    let member = this.#members.get(node)
    if (member === undefined) {
      member = memberOf(node, launchOf(node, this.#world), this.#world) ?? "none"
      this.#members.set(node, member)
    }
    return member === "none" ? undefined : member
  }
}
