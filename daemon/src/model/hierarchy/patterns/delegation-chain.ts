import type { TreeNode } from "../forest.ts"
import type { Member } from "../member.ts"
import { publishedId } from "../member-of.ts"
import { type FoundPattern, foundPattern } from "./pattern.ts"

/** Children of a session at the top that started children of their own, each with all below it. */
export function delegationChains(root: TreeNode, memberOf: (node: TreeNode) => Member | undefined): FoundPattern[] {
  const found: FoundPattern[] = []
  for (const child of agentsBelow(root)) {
    if (agentsBelow(child).length === 0) continue
    const members: Member[] = []
    let depth = 0
    const walk = [{ node: child, level: 1 }]
    for (let at = walk.pop(); at !== undefined; at = walk.pop()) {
      const { node, level } = at
      const member = memberOf(node)
      if (member !== undefined) members.push(member)
      depth = Math.max(depth, level)
      walk.push(...agentsBelow(node).map((below) => ({ node: below, level: level + 1 })))
    }
    if (members.length < 2) continue
    members.sort((a, b) => a.startMs - b.startMs || (a.id < b.id ? -1 : 1))
    const evidence = [`${depth} levels below the session, ${members.length} agents in all`]
    const leader = { id: publishedId(root), actedMs: undefined, members }
    found.push(foundPattern(leader, "delegation-chain", "delegation-chain", members, { confidence: "confirmed", evidence }))
  }
  return found
}

/** The agents that one started, be it in several conversations. */
function agentsBelow(node: TreeNode): TreeNode[] {
  return [...node.children].flatMap((child) =>
    child.source.kind === "conversation" && node.source.kind === "session" ? agentsBelow(child) : [child],
  )
}
