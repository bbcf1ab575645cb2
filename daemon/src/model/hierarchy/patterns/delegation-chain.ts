import type { TreeNode } from "../forest.ts"
import type { Member } from "../member.ts"
import { inOrder } from "../member-order.ts"
import { publishedId } from "../member-of.ts"
import { type FoundPattern, foundPattern } from "./pattern.ts"

/** The agents that one started, be it in several conversations. */
export function branchesOf(node: TreeNode): TreeNode[] {
  if (node.source.kind !== "session") return [...node.children]
  return [...node.children].flatMap((child) => (child.source.kind === "conversation" ? [...child.children] : [child]))
}

/** A child of a session at the top that started children of its own, with all below it; undefined where it did not. */
export function delegationChain(
  root: TreeNode,
  branch: TreeNode,
  memberOf: (node: TreeNode) => Member | undefined,
): FoundPattern | undefined {
  if (branch.children.size === 0) return undefined
  const members: Member[] = []
  let depth = 0
  const walk = [{ node: branch, level: 1 }]
  for (let at = walk.pop(); at !== undefined; at = walk.pop()) {
    const member = memberOf(at.node)
    if (member !== undefined) members.push(member)
    depth = Math.max(depth, at.level)
    const level = at.level + 1
    for (const below of branchesOf(at.node)) walk.push({ node: below, level })
  }
  if (depth < 2 || members.length < 2) return undefined
  members.sort(inOrder)
  const evidence = [`${depth} levels below the session, ${members.length} agents in all`]
  return foundPattern({ id: publishedId(root) }, "delegation-chain", "delegation-chain", members, { confidence: "confirmed", evidence })
}
